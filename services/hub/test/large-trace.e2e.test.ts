import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Span, summaryOf, textOf } from '@tracelab/trace-model';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decodeBatch } from '../src/otlp/decode-span.ts';
import { spanCountOf, type TraceBatch } from '../src/otlp/trace-batch.ts';
import type { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { TraceQuery } from '../src/store/trace-query.ts';
import { batchOf, TraceMaker } from './make-batch.ts';
import { openTestStore } from './open-test-store.ts';

const MB = 1024 ** 2;
const QUERY: TraceQuery = { sort: 'start', order: 'desc', limit: 10, budgetMs: 10_000 };

let directory: string;
let store: SqliteStore;

const open = () => openTestStore({ directory, memoryBytes: 64 * MB, diskBytes: 256 * MB });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hub-'));
  store = await open();
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

/** Spans of one trace, each below an earlier one, the last first when they are to come before their parents. */
function oneTrace(spanCount: number): Span[] {
  const maker = new TraceMaker(1);
  const traceId = maker.hex(32);
  const pattern = Array.from({ length: 50 }, () => maker.span(traceId, '', 1_763_680_000_000_000_000n));
  const idOf = (at: number) => (at + 1).toString(16).padStart(16, '0');
  return Array.from({ length: spanCount }, (_, at) => ({
    ...(pattern[at % pattern.length] as Span),
    spanId: idOf(at),
    parentSpanId: at === 0 ? '' : idOf(Math.floor((at - 1) / 8)),
  }));
}

const slices = (spans: readonly Span[], size: number) =>
  Array.from({ length: Math.ceil(spans.length / size) }, (_, at) => spans.slice(at * size, (at + 1) * size));

/** That many traces of one span each, made without encoding each of them. */
function batchOfTraces(traceCount: number): TraceBatch {
  const { bytes, table } = batchOf([new TraceMaker(2).span('0'.repeat(31) + '1', '', 1_763_680_000_000_000_000n)]);
  const [at = 0, length = 0, ...origin] = table;
  const all = Buffer.alloc(bytes.length + traceCount * length);
  all.set(bytes);
  const rows = Array.from({ length: traceCount }, (_, index) => {
    const own = bytes.length + index * length;
    all.set(bytes.subarray(at, at + length), own);
    // Behind the tag and the length of the first field, which is the trace id.
    all.writeUInt32BE(index + 1, own + 2);
    return [own, length, ...origin];
  });
  return { bytes: new Uint8Array(all), table: Int32Array.from(rows.flat()) };
}

const storedCount = async (traceId = '') => {
  const batch = await store.trace(traceId);
  return batch === undefined ? 0 : spanCountOf(batch);
};

describe('a large trace', () => {
  const spans = oneTrace(40_000);
  const [{ traceId }] = spans as [Span];

  test('of more spans than the memory remembers, in batches, is taken whole, and its retries are told from news', async () => {
    const batches = slices(spans, 5000);
    for (const batch of batches) await store.write(batchOf(batch)).durable;
    expect(await storedCount(traceId)).toBe(spans.length);
    expect((await store.search(QUERY)).summaries).toEqual([summaryOf(spans)]);
    await store.write(batchOf(batches[7] ?? [])).durable;
    await store.write(batchOf([{ ...(spans[9] as Span), name: 'other' }])).durable;
    await store.write(batchOf([{ ...(spans[9] as Span), name: 'other' }])).durable;
    expect(await storedCount(traceId)).toBe(spans.length + 1);
    expect((await store.statistics()).duplicateCount).toBe(5001);
  }, 60_000);

  test('whose children come first, over a restart, has the summary and the edges of the whole', async () => {
    const own = spans.slice(0, 16_000);
    const [first = [], ...rest] = slices(own.toReversed(), 4000);
    await store.write(batchOf(first)).durable;
    for (const batch of rest) {
      await store.write(batchOf(batch)).durable;
      await store.close();
      store = await open();
    }
    expect((await store.search(QUERY)).summaries).toEqual([summaryOf(own)]);
    const edges = await store.edges({ startMs: 0, endMs: 4e12 });
    const calls = edges.filter(({ kind }) => kind === 'call').reduce((sum, { callCount }) => sum + callCount, 0);
    expect(calls).toBe(own.length - 1);
  }, 60_000);
});

test('a request of a hundred thousand traces is taken whole', async () => {
  const traceCount = 100_000;
  await store.write(batchOfTraces(traceCount)).durable;
  expect((await store.statistics()).traceCount).toBe(traceCount);
}, 60_000);

test('a span of tens of megabytes is taken, and told from another of its id', async () => {
  const span = new TraceMaker(3).span('a'.repeat(32), '', 1_763_680_000_000_000_000n);
  const withText = (letter: string): Span => ({
    ...span,
    attributes: [{ key: 'body', value: { type: 'string', value: letter.repeat(30 * MB) } }],
  });
  await store.write(batchOf([withText('a')])).durable;
  await store.write(batchOf([withText('a')])).durable;
  await store.write(batchOf([withText('b')])).durable;
  const batch = await store.trace(span.traceId);
  const texts = decodeBatch(batch ?? batchOf([])).map(({ attributes: [body] }) =>
    textOf(body?.value ?? { type: 'empty' }),
  );
  expect(texts.map(text => [text[0], text.length])).toEqual([
    ['a', 30 * MB],
    ['b', 30 * MB],
  ]);
}, 60_000);
