import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dependencyEdges, operationStatistics, type Span, summaryOf, textOf } from '@tracelab/trace-model';

import { decodeBatch } from '../src/otlp/decode-span.ts';
import { allOf, type Condition, equal, field, type Operand, SORTS, type TraceQuery } from '../src/store/trace-query.ts';
import type { SearchPage, TraceStore } from '../src/store/trace-store.ts';
import { BASE_NS, batchOf, OPERATIONS, randomOf, SERVICES, TraceMaker } from './make-batch.ts';

export interface StoreUnderTest {
  readonly store: TraceStore;
  /** Closes the store and drops what it kept. */
  readonly dispose: () => Promise<void>;
}

const ANY_TIME = { startMs: 0, endMs: 4e12 };
const QUERY: TraceQuery = { sort: 'start', order: 'desc', limit: 1000, budgetMs: 20_000 };

/** What any TraceStore must do, whatever it keeps traces in. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let store: TraceStore;
    let dispose: () => Promise<void>;

    beforeEach(async () => {
      ({ store, dispose } = await open());
    });

    afterEach(() => dispose());

    const put = (spans: readonly Span[]) => store.write(batchOf(spans)).durable;
    const idsOf = (page: SearchPage) => page.summaries.map(({ traceId }) => traceId);

    test('a trace comes back with everything its spans had', async () => {
      const spans = new TraceMaker(1).trace(8);
      await put(spans);
      const batch = await store.trace(spans[0]?.traceId ?? '');
      expect(sorted(decodeBatch(batch ?? batchOf([])))).toEqual(sorted(spans));
      expect(await store.trace('f'.repeat(32))).toBeUndefined();
    });

    test('traces asked for together come in the order asked for, with gaps where there are none', async () => {
      const maker = new TraceMaker(13);
      const traces = Array.from({ length: 120 }, () => maker.trace());
      await put(traces.flat());
      const ids = traces.map(trace => trace[0]?.traceId ?? '').toReversed();
      const batches = await store.traces(['f'.repeat(32), ...ids]);
      const found = batches.map(batch => (batch === undefined ? undefined : decodeBatch(batch)[0]?.traceId));
      expect(found).toEqual([undefined, ...ids]);
    });

    test('the same content twice is stored once, in one batch, in two, or after other traces', async () => {
      const maker = new TraceMaker(2);
      const spans = maker.trace(8);
      await put([...spans, ...spans]);
      await put(spans);
      for (let count = 0; count < 50; count++) await put(maker.trace());
      await put(spans);
      expect(await spanCount(spans[0]?.traceId)).toBe(spans.length);
      expect((await store.statistics()).duplicateCount).toBe(spans.length * 3);
    });

    test('one span id with other content is another span', async () => {
      const [span] = new TraceMaker(3).trace(1) as [Span];
      await put([span]);
      await put([{ ...span, name: 'other' }]);
      await put([{ ...span, resource: { ...span.resource, droppedAttributesCount: 1 } }]);
      await put([{ ...span, name: 'other' }]);
      expect(await spanCount(span.traceId)).toBe(3);
    });

    test('a trace that comes in pieces, children first, is one trace', async () => {
      const spans = new TraceMaker(4).trace(30);
      for (const span of spans.toReversed()) await put([span]);
      const { summaries } = await store.search(QUERY);
      expect(summaries).toEqual([summaryOf(spans)]);
    });

    test('services, operations and attributes are those of the spans', async () => {
      const maker = new TraceMaker(5);
      const spans = Array.from({ length: 30 }, () => maker.trace()).flat();
      await put(spans);
      expect(await store.services()).toEqual([...new Set(spans.map(span => span.service))].sort());
      const [service] = SERVICES;
      const operations = new Set(
        spans.filter(span => span.service === service).map(span => `${span.name}|${span.kind}`),
      );
      const told = (await store.operations(service)).map(operation => `${operation.name}|${operation.kind}`);
      expect(told.toSorted()).toEqual([...operations].sort());
      expect(await store.operations('nobody')).toEqual([]);
      const users = spans.filter(span => span.attributes.some(({ key }) => key === 'user_id'));
      const keys = await store.attributeKeys('user', 10);
      expect(keys).toEqual({ counts: [{ text: 'user_id', spanCount: users.length }], isComplete: true });
      const values = await store.attributeValues('user_id', '', 10);
      expect(values.counts.reduce((sum, value) => sum + value.spanCount, 0)).toBe(users.length);
      expect(values.isComplete).toBe(true);
    });

    test('edges and statistics are those that the whole traces give', async () => {
      const maker = new TraceMaker(6);
      const traces = Array.from({ length: 40 }, () => maker.trace());
      // Batches cut across traces, so that parents and children come apart.
      const spans = traces.flat().toSorted((left, right) => (left.spanId < right.spanId ? -1 : 1));
      for (let at = 0; at < spans.length; at += 17) await put(spans.slice(at, at + 17));
      const counts = new Map<string, number>();
      for (const edge of traces.flatMap(trace => dependencyEdges(trace))) {
        const key = `${edge.parent}>${edge.child} ${edge.kind}`;
        counts.set(key, (counts.get(key) ?? 0) + edge.callCount);
      }
      const edges = await store.edges(ANY_TIME);
      expect(edges.map(edge => [`${edge.parent}>${edge.child} ${edge.kind}`, edge.callCount])).toEqual(
        [...counts].sort(([left], [right]) => (left < right ? -1 : 1)),
      );
      const rows = await store.operationRows(ANY_TIME);
      const calls = (of: string) =>
        rows
          .filter(row => `${row.service}|${row.operation}|${row.kind}` === of)
          .reduce((sum, row) => sum + row.callCount, 0);
      for (const row of operationStatistics(traces.flat())) {
        expect(calls(`${row.service}|${row.operation}|${row.kind}`)).toBe(row.callCount);
      }
    });

    test('any search finds what a look at every span finds, in order', async () => {
      const maker = new TraceMaker(7);
      const traces = Array.from({ length: 120 }, () => maker.trace());
      for (let at = 0; at < traces.length; at += 10) await put(traces.slice(at, at + 10).flat());
      const random = randomOf(8);
      for (let round = 0; round < 80; round++) {
        const query = randomQuery(random);
        const page = await store.search(query);
        expect({ query, found: idsOf(page), isTruncated: page.isTruncated }).toEqual({
          query,
          found: bruteForce(traces, query),
          isTruncated: false,
        });
      }
    }, 30_000);

    test('pages follow one another without a gap or a repetition', async () => {
      const maker = new TraceMaker(9);
      const traces = Array.from({ length: 60 }, () => maker.trace());
      // Equal values on purpose: ties must not lose a trace at the edge of a page.
      const [start] = traces[0] ?? [];
      const tied = traces
        .slice(0, 20)
        .map(trace =>
          trace.map(span => ({ ...span, startNs: start?.startNs ?? 0n, endNs: (start?.startNs ?? 0n) + 5n })),
        );
      await put([...tied, ...traces.slice(20)].flat());
      for (const sort of SORTS) {
        for (const order of ['desc', 'asc'] as const) {
          const whole = await store.search({ ...QUERY, sort, order });
          const paged: string[] = [];
          let page: SearchPage | undefined;
          do {
            page = await store.search({ ...QUERY, sort, order, limit: 7, ...(page?.next && { after: page.next }) });
            paged.push(...idsOf(page));
          } while (page.next !== undefined);
          expect(paged).toEqual(idsOf(whole));
          expect(paged).toHaveLength(60);
        }
      }
    });

    test('summaries are those of the whole traces', async () => {
      const maker = new TraceMaker(10);
      const traces = Array.from({ length: 30 }, () => maker.trace(20));
      await put(traces.flat());
      const { summaries } = await store.search(QUERY);
      const expected = new Map(traces.map(trace => [trace[0]?.traceId, summaryOf(trace)]));
      for (const summary of summaries) expect(summary).toEqual(expected.get(summary.traceId));
    });

    test('a trace whose root never comes is known by the earliest span that misses its parent, until it comes', async () => {
      const [root, ...others] = new TraceMaker(14).trace(1) as [Span];
      expect(others).toEqual([]);
      const below = (spanId: string, parentSpanId: string, lateNs: bigint): Span => ({
        ...root,
        spanId: spanId.repeat(16),
        parentSpanId: parentSpanId.repeat(16),
        name: `span ${spanId}`,
        startNs: root.startNs + lateNs,
        endNs: root.startNs + lateNs + 1000n,
      });
      const [late, entry, child] = [below('b', 'f', 9n), below('c', 'e', 5n), below('d', 'c', 7n)];
      const stored: Span[] = [];
      for (const [span, name] of [
        [child, 'span d'],
        [late, 'span d'],
        [entry, 'span c'],
        [{ ...root, startNs: root.startNs + 8n, name: 'root' }, 'root'],
      ] as const) {
        stored.push(span);
        await put([span]);
        const page = await store.search({ ...QUERY, sort: 'duration', where: { op: 'text', text: name } });
        expect(page.summaries).toEqual([summaryOf(stored)]);
        expect(page.summaries[0]?.rootOperation).toBe(name);
      }
    });

    test('a search can be held to some traces', async () => {
      const maker = new TraceMaker(11);
      const traces = Array.from({ length: 10 }, () => maker.trace());
      await put(traces.flat());
      const wanted = traces.slice(0, 3).map(trace => trace[0]?.traceId ?? '');
      const page = await store.search({ ...QUERY, traceIds: [...wanted, 'f'.repeat(32)] });
      expect(idsOf(page).toSorted()).toEqual(wanted.toSorted());
    });

    test('listeners hear of traces that grew, until they stop listening', async () => {
      const heard: string[] = [];
      const stop = store.onChange(traceIds => heard.push(...traceIds));
      const maker = new TraceMaker(12);
      const first = maker.trace();
      await put(first);
      expect(heard).toEqual([first[0]?.traceId]);
      stop();
      await put(maker.trace());
      expect(heard).toHaveLength(1);
    });

    async function spanCount(traceId: string | undefined): Promise<number> {
      const batch = await store.trace(traceId ?? '');
      return batch === undefined ? 0 : decodeBatch(batch).length;
    }
  });
}

const sorted = (spans: readonly Span[]) => spans.toSorted((left, right) => (left.spanId < right.spanId ? -1 : 1));

const OPERANDS: readonly (readonly [Operand, readonly string[]])[] = [
  [field('service'), [...SERVICES, 'nobody']],
  [field('operation'), [...OPERATIONS, 'nothing']],
  [field('kind'), ['server', 'client', 'internal', 'unspecified']],
  [field('status'), ['error', 'ok', 'unset']],
  [field('duration'), ['1000000', '50000000', '1']],
  [field('scope.name'), ['http', 'sql', 'x']],
  [field('event.name'), ['cache.miss', 'x']],
  [{ attribute: 'http.status_code', level: 'any' }, ['200', '404', '500', '503']],
  [{ attribute: 'http.status_code', level: 'resource' }, ['200']],
  [{ attribute: 'user_id', level: 'span' }, ['0', '1', '4', '9']],
  [{ attribute: 'ratio', level: 'any' }, ['72.5', '7', '0.25']],
  [{ attribute: 'cached', level: 'any' }, ['true', 'false']],
  [{ attribute: 'host.name', level: 'any' }, ['host-0', 'host-1', 'host-2']],
  [{ attribute: 'host.name', level: 'resource' }, ['host-1']],
  [{ attribute: 'scope.key', level: 'any' }, ['yes', 'no']],
  [{ attribute: 'cache.key', level: 'event' }, ['u0', 'u1']],
  [{ attribute: 'link.why', level: 'any' }, ['retry']],
  [{ attribute: 'absent', level: 'any' }, ['x']],
];

function randomQuery(random: () => number): TraceQuery {
  const below = (limit: number) => Math.floor(random() * limit);
  const where = below(8) === 0 ? undefined : randomCondition(below, 2);
  const startMinNs = BASE_NS + BigInt(below(1_800_000)) * 1_000_000n;
  return {
    ...(where !== undefined && { where }),
    ...(below(3) === 0 && { startMinNs }),
    ...(below(3) === 0 && { startMaxNs: startMinNs + BigInt(below(1_800_000)) * 1_000_000n }),
    sort: SORTS[below(3)] ?? 'start',
    order: below(2) === 0 ? 'asc' : 'desc',
    limit: 1 + below(150),
    budgetMs: 20_000,
  };
}

function randomCondition(below: (limit: number) => number, depth: number): Condition {
  const part = () => randomCondition(below, depth - 1);
  const shape = depth === 0 ? 0 : below(6);
  if (shape === 3) return { op: 'not', of: part() };
  if (shape === 4) return { op: 'or', of: [part(), part()] };
  if (shape === 5) return allOf([part(), part()]) ?? part();
  const [operand, values] = OPERANDS[below(OPERANDS.length)] ?? [field('service'), ['']];
  const value = values[below(values.length)] ?? '';
  switch (below(9)) {
    case 0:
      return { op: 'exists', operand };
    case 1:
      return { op: 'regex', operand, pattern: `^${value.slice(0, 2).replace(/[^a-z0-9]/gi, '.')}` };
    case 2:
      return { op: 'text', text: value.toUpperCase() };
    case 3:
    case 4: {
      const comparison = (['gt', 'gte', 'lt', 'lte', 'ne'] as const)[below(5)] ?? 'gt';
      return { op: 'compare', comparison, operand, value };
    }
    default:
      return equal(operand, value);
  }
}

// Written apart from the store's own matching, straight from the contract's words.
function bruteForce(traces: readonly (readonly Span[])[], query: TraceQuery): string[] {
  const { where, startMinNs = 0n, startMaxNs = 2n ** 63n, sort, order, limit } = query;
  const found = traces
    .filter(trace =>
      trace.some(
        span => span.startNs >= startMinNs && span.startNs <= startMaxNs && (where === undefined || holds(where, span)),
      ),
    )
    .map(trace => {
      const starts = trace.map(span => span.startNs);
      const start = starts.reduce((least, value) => (value < least ? value : least));
      const end = trace.map(span => span.endNs).reduce((most, value) => (value > most ? value : most));
      return {
        id: trace[0]?.traceId ?? '',
        value: { start, duration: end - start, spans: BigInt(trace.length) }[sort],
      };
    });
  found.sort((left, right) => {
    if (left.value !== right.value) return (left.value < right.value ? -1 : 1) * (order === 'asc' ? 1 : -1);
    return left.id < right.id ? -1 : 1;
  });
  return found.slice(0, limit).map(({ id }) => id);
}

function holds(condition: Condition, span: Span): boolean {
  switch (condition.op) {
    case 'and':
      return !condition.of.some(part => !holds(part, span));
    case 'or':
      return !condition.of.every(part => !holds(part, span));
    case 'not':
      return !holds(condition.of, span);
    case 'exists':
      return valuesOf(condition.operand, span).length > 0;
    case 'regex':
      return valuesOf(condition.operand, span).some(value => new RegExp(condition.pattern, 'u').test(value));
    case 'text':
      return textual(span).some(value => value.toLowerCase().includes(condition.text.toLowerCase()));
    case 'compare': {
      const values = valuesOf(condition.operand, span);
      const wanted = condition.value;
      const numbers = values.filter(value => value !== '' && !Number.isNaN(Number(value))).map(Number);
      const isNumber = !Number.isNaN(Number(wanted));
      switch (condition.comparison) {
        case 'eq':
          return values.includes(wanted);
        case 'ne':
          return values.length > 0 && !values.includes(wanted);
        case 'gt':
          return isNumber && numbers.some(value => value > Number(wanted));
        case 'gte':
          return isNumber && numbers.some(value => value >= Number(wanted));
        case 'lt':
          return isNumber && numbers.some(value => value < Number(wanted));
        case 'lte':
          return isNumber && numbers.some(value => value <= Number(wanted));
      }
    }
  }
}

function listsOf(span: Span) {
  return {
    span: [span.attributes],
    resource: [span.resource.attributes],
    scope: [span.scope.attributes],
    event: span.events.map(event => event.attributes),
    link: span.links.map(link => link.attributes),
  };
}

function textual(span: Span): string[] {
  const attributes = Object.values(listsOf(span)).flat(2);
  return [
    span.name,
    span.service,
    span.status.message,
    span.scope.name,
    ...span.events.map(event => event.name),
    ...attributes.flatMap(({ key, value }) => [key, textOf(value)]),
  ];
}

function valuesOf(operand: Operand, span: Span): string[] {
  if ('attribute' in operand) {
    const lists = listsOf(span);
    const chosen = operand.level === 'any' ? Object.values(lists).flat() : lists[operand.level];
    return chosen
      .flat()
      .filter(({ key }) => key === operand.attribute)
      .map(({ value }) => textOf(value));
  }
  const values: Partial<Record<typeof operand.field, string[]>> = {
    service: [span.service],
    operation: [span.name],
    kind: [span.kind],
    status: [span.status.code],
    duration: [String(span.endNs - span.startNs)],
    'scope.name': [span.scope.name],
    'event.name': span.events.map(event => event.name),
  };
  return values[operand.field] ?? [];
}
