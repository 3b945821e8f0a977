import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Span } from '@tracelab/trace-model';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { batchOf, TraceMaker } from '../../../test/make-batch.ts';
import { storeContract } from '../../../test/store-contract.ts';
import { decodeBatch } from '../../otlp/decode-span.ts';
import type { TraceQuery } from '../trace-query.ts';
import type { StoreUnavailable } from '../trace-store.ts';
import { SqliteStore } from './sqlite-store.ts';

const MB = 1024 ** 2;
const QUERY: TraceQuery = { sort: 'start', order: 'asc', limit: 1500, budgetMs: 10_000 };

storeContract('the SQLite store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hub-'));
  const store = await SqliteStore.open({ directory, memoryBytes: 64 * MB, diskBytes: 256 * MB });
  return {
    store,
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

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
    const value = randomBytes(12_000).toString('base64');
    const spanId = (index * 3 + at + 1).toString(16).padStart(16, '0');
    return { ...span, spanId, attributes: [{ key: 'ballast', value: { type: 'string', value } }] };
  });
}

describe('room on disk', () => {
  const LIMIT_BYTES = 8 * MB;
  const sizeOnDisk = () =>
    readdirSync(directory)
      .filter(name => name.startsWith('spans-'))
      .reduce((sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0), 0);

  test('the oldest files go whole before the bound is reached, and searches stay right meanwhile', async () => {
    const store = await SqliteStore.open({ directory, memoryBytes: 64 * MB, diskBytes: LIMIT_BYTES });
    const maker = new TraceMaker(1);
    const written: string[] = [];
    const files = new Set<string>();
    for (let index = 0; index < 500; index++) {
      const trace = heavyTrace(maker, index);
      await store.write(batchOf(trace)).durable;
      written.push(traceIdOf(trace));
      expect(sizeOnDisk()).toBeLessThanOrEqual(LIMIT_BYTES);
      if (index % 20 !== 0) continue;
      for (const name of readdirSync(directory)) files.add(name);
      const { summaries } = await store.search(QUERY);
      // What is found is what was written last, without a gap.
      expect(summaries.map(({ traceId }) => traceId)).toEqual(written.slice(-summaries.length));
      expect(summaries.filter(({ spanCount }) => spanCount !== 3)).toEqual([]);
    }
    const kept = (await store.search(QUERY)).summaries.map(({ traceId }) => traceId);
    expect(kept).toEqual(written.slice(-kept.length));
    expect([kept.length > 50, kept.length < 400]).toEqual([true, true]);
    const statistics = await store.statistics();
    expect(statistics.spanCount).toBe(kept.length * 3);
    expect(statistics.evictedSpanCount).toBe((written.length - kept.length) * 3);
    expect(await store.trace(written[0] ?? '')).toBeUndefined();
    const left = new Set(readdirSync(directory));
    const gone = [...files].filter(name => name.endsWith('.db') && !left.has(name)).toSorted();
    expect(gone.length).toBeGreaterThan(2);
    expect(gone.at(-1)?.localeCompare(statistics.files[0]?.name ?? '')).toBe(-1);
    await store.close();
    const again = await SqliteStore.open({ directory, memoryBytes: 64 * MB, diskBytes: LIMIT_BYTES });
    expect((await again.search(QUERY)).summaries.map(({ traceId }) => traceId)).toEqual(kept);
    await again.close();
  }, 60_000);

  test('a span that comes late goes to the file of its trace, and is evicted with it', async () => {
    const store = await SqliteStore.open({ directory, memoryBytes: 64 * MB, diskBytes: LIMIT_BYTES });
    const maker = new TraceMaker(2);
    const [first = [], ...rest] = Array.from({ length: 40 }, (_, index) => heavyTrace(maker, index));
    await store.write(batchOf(first)).durable;
    for (const trace of rest) await store.write(batchOf(trace)).durable;
    expect((await store.statistics()).files.length).toBeGreaterThan(1);
    await store.write(batchOf([{ ...(first[0] as Span), spanId: 'f'.repeat(16) }])).durable;
    const batch = await store.trace(traceIdOf(first));
    expect(batch === undefined ? 0 : decodeBatch(batch).length).toBe(4);
    for (let index = 40; index < 300; index++) await store.write(batchOf(heavyTrace(maker, index))).durable;
    expect(await store.trace(traceIdOf(first))).toBeUndefined();
    await store.close();
  }, 60_000);
});

describe('damage found while reading', () => {
  /** Two files of traces, closed so that all is in them; returns the ids by file. */
  async function fill(): Promise<Map<string, string[]>> {
    const store = await SqliteStore.open({ directory, memoryBytes: 64 * MB, diskBytes: 16 * MB });
    const maker = new TraceMaker(3);
    const byFile = new Map<string, string[]>();
    for (let index = 0; (await store.statistics()).files.length < 3; index++) {
      const current = (await store.statistics()).files.at(-1)?.name ?? '';
      const trace = heavyTrace(maker, index);
      await store.write(batchOf(trace)).durable;
      byFile.set(current, [...(byFile.get(current) ?? []), traceIdOf(trace)]);
    }
    await store.close();
    return byFile;
  }

  async function overwrite(name: string, find: (file: Buffer) => number): Promise<void> {
    const file = await open(join(directory, name), 'r+');
    const at = find(await file.readFile());
    await file.write(Buffer.alloc(4096, 0xa5), 0, 4096, at);
    await file.close();
  }

  /** Asks until the damaged file is out of the way. */
  async function askAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let count = 0; count < 50; count++) {
      try {
        return await ask();
      } catch (error) {
        expect((error as StoreUnavailable).reason).toBe('damaged');
      }
    }
    throw new Error('the damaged file stayed');
  }

  const damages: readonly (readonly [string, (file: Buffer) => number])[] = [
    // Overflow pages hold nothing but what zstd wrote: SQLite reads over them without noticing.
    ['the bytes of spans', file => Math.floor(file.length / 2 / 4096) * 4096],
    ['a tree of SQLite', file => (rootOf(file, 'trace') - 1) * 4096],
  ];

  function rootOf(_file: Buffer, table: string): number {
    const [name = ''] = readdirSync(directory).filter(own => own.endsWith('.db') && own.startsWith('spans-'));
    const database = new DatabaseSync(join(directory, name), { readOnly: true });
    const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
    database.close();
    return Number(row?.['rootpage']);
  }

  test.each(damages)(
    '%s: the file is set aside, the rest is served, and writing goes on',
    async (_what, find) => {
      const byFile = await fill();
      const [[damaged = '', lost = []] = [], ...others] = byFile;
      const kept = others.flatMap(([, traceIds]) => traceIds);
      const store = await SqliteStore.open({ directory, memoryBytes: 64 * MB, diskBytes: 16 * MB });
      // It opened well; only now a disk loses what it kept.
      await overwrite(damaged, find);
      const every = await askAgain(async () => {
        for (const traceId of lost) await store.trace(traceId);
        return store.search({ ...QUERY, where: { op: 'text', text: 'ballast' } });
      });
      expect(every.summaries.map(({ traceId }) => traceId)).toEqual(kept);
      const { setAside } = await store.statistics();
      expect(setAside).toEqual([expect.stringMatching(new RegExp(`^${damaged}.set-aside-`))]);
      const trace = heavyTrace(new TraceMaker(4), 5000);
      await store.write(batchOf([...trace, ...heavyTrace(new TraceMaker(4), 0)])).durable;
      expect(await store.trace(traceIdOf(trace))).toBeDefined();
      expect((await store.statistics()).unstorableCount).toBe(0);
      await store.close();
    },
    60_000,
  );

  test('a late span for a trace in a damaged file is stored all the same', async () => {
    const [[damaged = '', [traceId = ''] = []] = []] = await fill();
    await overwrite(damaged, damages[0]?.[1] ?? (() => 0));
    const store = await SqliteStore.open({ directory, memoryBytes: 64 * MB, diskBytes: 16 * MB });
    const maker = new TraceMaker(5);
    // Each trace of the file, or the one whose bytes were hit would be missed by chance.
    for (let index = 0; index < 100; index++) {
      await store.write(batchOf([maker.span(idOf(index), '', 1_000_000_000n)])).durable;
    }
    const { setAside, unstorableCount } = await store.statistics();
    expect([setAside.length, unstorableCount]).toEqual([1, 0]);
    expect(await store.trace(traceId)).toBeDefined();
    await store.close();
  }, 60_000);
});

test('what waits for the disk stays within a sixteenth of the memory; beyond, the sender is turned away', async () => {
  const memoryBytes = 32 * MB;
  const store = await SqliteStore.open({ directory, memoryBytes, diskBytes: 256 * MB });
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
