import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Span } from '@tracelab/trace-model';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { decodeBatch } from '../src/otlp/decode-span.ts';
import type { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { TraceQuery } from '../src/store/trace-query.ts';
import type { StoreUnavailable } from '../src/store/trace-store.ts';
import { batchOf, TraceMaker } from './make-batch.ts';
import { openTestStore } from './open-test-store.ts';

const MB = 1024 ** 2;
const QUERY: TraceQuery = { sort: 'start', order: 'asc', limit: 1500, budgetMs: 10_000 };

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hub-'));
});

afterEach(() => rm(directory, { recursive: true }));

const traceIdOf = (trace: readonly Span[]) => trace[0]?.traceId ?? '';

const idOf = (index: number) => (index + 1).toString(16).padStart(32, '0');

/** A trace of three spans that no compression makes small, later than the one before. */
function heavyTrace(maker: TraceMaker, index: number): Span[] {
  const traceId = idOf(index);
  return [0, 1, 2].map(at => {
    const span = maker.span(traceId, '', BigInt(index + 1) * 1_000_000_000n);
    const value = randomBytes(60_000).toString('base64');
    const spanId = (index * 3 + at + 1).toString(16).padStart(16, '0');
    return { ...span, spanId, attributes: [{ key: 'ballast', value: { type: 'string', value } }] };
  });
}

/** The least that the command lets one set. */
const DISK = { memoryBytes: 64 * MB, diskBytes: 64 * MB };

/** Writes heavy traces from one number to another, some at a time, and returns their ids. */
async function writeHeavy(store: SqliteStore, maker: TraceMaker, [from, to]: readonly [number, number]) {
  const traces = Array.from({ length: to - from }, (_, at) => heavyTrace(maker, from + at));
  await Promise.all(traces.map(trace => store.write(batchOf(trace)).durable));
  return traces.map(traceIdOf);
}

const idsIn = async (store: SqliteStore, query = QUERY) =>
  (await store.search(query)).summaries.map(({ traceId }) => traceId);

describe('room on disk', () => {
  const sizeOnDisk = () =>
    readdirSync(directory)
      .filter(name => name.startsWith('spans-'))
      .reduce((sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  const files = () => readdirSync(directory).filter(name => /^spans-\d+\.db$/.test(name));

  test('the oldest files go whole before the bound is reached, and searches stay right meanwhile', async () => {
    const store = await openTestStore({ directory, ...DISK });
    const maker = new TraceMaker(1);
    const written: string[] = [];
    const seen = new Set<string>();
    while (written.length < 450) {
      written.push(...(await writeHeavy(store, maker, [written.length, written.length + 9])));
      expect(sizeOnDisk()).toBeLessThanOrEqual(DISK.diskBytes);
      for (const name of files()) seen.add(name);
      const { summaries } = await store.search(QUERY);
      // What is found is what was written last, without a gap.
      expect(summaries.map(({ traceId }) => traceId)).toEqual(written.slice(-summaries.length));
      expect(summaries.filter(({ spanCount }) => spanCount !== 3)).toEqual([]);
    }
    const kept = await idsIn(store);
    expect([kept.length > 100, kept.length < 400]).toEqual([true, true]);
    const statistics = await store.statistics();
    expect(statistics.spanCount).toBe(kept.length * 3);
    expect(statistics.evictedSpanCount).toBe((written.length - kept.length) * 3);
    expect(await store.trace(written[0] ?? '')).toBeUndefined();
    const left = files();
    expect(left.length).toBeGreaterThan(5);
    expect(left).toEqual([...seen].sort().slice(-left.length));
    await store.close();
    const again = await openTestStore({ directory, ...DISK });
    expect(await idsIn(again)).toEqual(kept);
    // Told before anything new is written.
    const { spanCount, traceCount, oldestStartMs, diskBytes } = await again.statistics();
    expect([spanCount, traceCount, oldestStartMs]).toEqual([kept.length * 3, kept.length, expect.any(Number)]);
    expect(diskBytes).toBeGreaterThan(0);
    await again.close();
  }, 60_000);

  test('a span that comes late goes to the file of its trace, and is evicted with it', async () => {
    const store = await openTestStore({ directory, ...DISK });
    const maker = new TraceMaker(2);
    const first = heavyTrace(maker, 0);
    await store.write(batchOf(first)).durable;
    for (let index = 1; index < 60; index += 10) await writeHeavy(store, maker, [index, index + 10]);
    expect((await store.statistics()).files.length).toBeGreaterThan(1);
    await store.write(batchOf([{ ...(first[0] as Span), spanId: 'f'.repeat(16) }])).durable;
    const batch = await store.trace(traceIdOf(first));
    expect(batch === undefined ? 0 : decodeBatch(batch).length).toBe(4);
    for (let index = 61; index < 361; index += 10) await writeHeavy(store, maker, [index, index + 10]);
    expect(await store.trace(traceIdOf(first))).toBeUndefined();
    await store.close();
  }, 60_000);
});

describe('damage found while reading', () => {
  const DAMAGED = 'spans-00000001.db';

  /** Two full files of traces and a beginning, closed so that all is in them; returns the ids in the first and in the rest. */
  async function fill(): Promise<{ lost: string[]; kept: string[] }> {
    const store = await openTestStore({ directory, ...DISK });
    const maker = new TraceMaker(3);
    const written: string[] = [];
    while ((await store.statistics()).files.length < 3) {
      written.push(...(await writeHeavy(store, maker, [written.length, written.length + 5])));
    }
    await store.close();
    const inFirst = Number(inDamaged('SELECT count(*) AS found FROM trace'));
    return { lost: written.slice(0, inFirst), kept: written.slice(inFirst) };
  }

  function inDamaged(sql: string): unknown {
    const database = new DatabaseSync(join(directory, DAMAGED), { readOnly: true });
    const found = database.prepare(sql).get()?.['found'];
    database.close();
    return found;
  }

  async function overwrite([at, length]: readonly [number, number]): Promise<void> {
    const file = await open(join(directory, DAMAGED), 'r+');
    await file.write(Buffer.alloc(length, 0xa5), 0, length, at);
    await file.close();
  }

  /** Within a page that goes on from another: SQLite reads over it without noticing. */
  const inSpans = (): readonly [number, number] => {
    const { size } = statSync(join(directory, DAMAGED));
    return [Math.floor(size / 2 / 4096) * 4096 + 2000, 100];
  };
  const inTree = (): readonly [number, number] => {
    const page = Number(inDamaged("SELECT rootpage AS found FROM sqlite_schema WHERE name = 'chunk_by_trace'"));
    return [(page - 1) * 4096, 4096];
  };

  /** Asks until the damaged file is out of the way. */
  async function askAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const endMs = performance.now() + 10_000;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        expect(performance.now()).toBeLessThan(endMs);
        expect((error as StoreUnavailable).reason).toBe('damaged');
      }
    }
  }

  test.each([
    ['bytes of spans', inSpans],
    ['a tree of SQLite', inTree],
  ])(
    '%s: the file is set aside, the rest is served, and writing goes on',
    async (_what, place) => {
      const { lost, kept } = await fill();
      const store = await openTestStore({ directory, ...DISK });
      // It opened well; only now a disk loses what it kept.
      await overwrite(place());
      await askAgain(() => store.traces(lost));
      expect(await idsIn(store)).toEqual(kept);
      expect(await idsIn(store, { ...QUERY, where: { op: 'text', text: 'BALLAST' } })).toEqual(kept);
      const { setAside } = await store.statistics();
      expect(setAside).toEqual([expect.stringMatching(new RegExp(`^${DAMAGED}.set-aside-`))]);
      const maker = new TraceMaker(4);
      const [added, again] = [heavyTrace(maker, 5000), heavyTrace(maker, 0)];
      await store.write(batchOf([...added, ...again])).durable;
      expect(await idsIn(store)).toEqual([traceIdOf(again), ...kept, traceIdOf(added)]);
      expect((await store.statistics()).unstorableCount).toBe(0);
      await store.close();
    },
    60_000,
  );

  test('late spans for traces in a damaged file are stored all the same', async () => {
    const { lost, kept } = await fill();
    const store = await openTestStore({ directory, ...DISK });
    await overwrite(inSpans());
    const maker = new TraceMaker(5);
    // Each trace of the file: which of them was hit, chance decided.
    const late = lost.map(traceId => maker.span(traceId, '', 1_000_000_000n));
    for (const span of late) await store.write(batchOf([span])).durable;
    const { setAside, unstorableCount } = await store.statistics();
    expect([setAside.length, unstorableCount]).toEqual([1, 0]);
    const found = new Set(await idsIn(store));
    expect(kept.filter(traceId => !found.has(traceId))).toEqual([]);
    expect(found.has(lost.at(-1) ?? '')).toBe(true);
    await store.close();
  }, 60_000);

  test('when the newest file cannot be read at start, the one before it is not written on', async () => {
    const { kept } = await fill();
    const newest = readdirSync(directory)
      .filter(name => /^spans-\d+\.db$/.test(name))
      .toSorted()
      .at(-1);
    await writeFile(join(directory, newest ?? ''), 'not a database '.repeat(1000));
    const trace = heavyTrace(new TraceMaker(6), 5000);
    for (const span of trace) {
      const store = await openTestStore({ directory, ...DISK });
      await store.write(batchOf([span])).durable;
      expect((await store.statistics()).unstorableCount).toBe(0);
      await store.close();
    }
    const store = await openTestStore({ directory, ...DISK });
    const batch = await store.trace(traceIdOf(trace));
    expect(batch === undefined ? 0 : decodeBatch(batch).length).toBe(trace.length);
    expect(await idsIn(store)).toEqual(expect.arrayContaining(kept.slice(0, 1)));
    await store.close();
  }, 60_000);
});

test('what waits for the disk stays within a sixteenth of the memory; beyond, the sender is turned away', async () => {
  const memoryBytes = 32 * MB;
  const store = await openTestStore({ directory, memoryBytes, diskBytes: 256 * MB });
  const maker = new TraceMaker(6);
  const batches = Array.from({ length: 120 }, (_, index) => batchOf(heavyTrace(maker, index)));
  const taken: Promise<void>[] = [];
  let refused = 0;
  // In one turn, so that nothing is written out in between.
  for (const batch of batches) {
    try {
      taken.push(store.write(batch).durable);
    } catch (error) {
      expect((error as StoreUnavailable).reason).toBe('overloaded');
      refused++;
    }
  }
  const { queueBytes } = await store.statistics();
  expect(queueBytes).toBeGreaterThan(memoryBytes / 32);
  expect(queueBytes).toBeLessThanOrEqual(memoryBytes / 16);
  expect(refused).toBeGreaterThan(0);
  await Promise.all(taken);
  const statistics = await store.statistics();
  expect([statistics.queueBytes, statistics.traceCount]).toEqual([0, taken.length]);
  await store.close();
});
