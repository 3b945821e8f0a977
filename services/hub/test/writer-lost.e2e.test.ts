import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Span } from '@tracelab/trace-model';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { WriterLost } from '../src/store/sqlite/writer-client.ts';
import type { StoreUnavailable } from '../src/store/trace-store.ts';
import { batchOf, TraceMaker } from './make-batch.ts';

const MB = 1024 ** 2;
const maker = new TraceMaker(1);

let directory: string;
let store: SqliteStore;
let warnings: string[];
let end: PromiseWithResolvers<WriterLost>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hub-'));
  warnings = [];
  end = Promise.withResolvers();
  store = await SqliteStore.open(
    // Room to start and to write a little; a great many spans at once exhaust it.
    { directory, memoryBytes: 64 * MB, diskBytes: 256 * MB, heapMegabytes: 12 },
    { warn: message => warnings.push(message), giveUp: end.resolve },
  );
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const TOO_MANY = batchOf(
  Array.from({ length: 10_000 }, () => maker.span(maker.hex(32), '', 1_763_680_000_000_000_000n)),
);

async function exhaust(): Promise<void> {
  await store.write({ bytes: TOO_MANY.bytes.slice(), table: TOO_MANY.table.slice() }).durable;
}

async function writeWhenBack(spans: readonly Span[]): Promise<void> {
  for (;;) {
    try {
      await store.write(batchOf(spans)).durable;
      return;
    } catch (error) {
      expect((error as StoreUnavailable).reason).toBe('restarting');
      await sleep(20);
    }
  }
}

test('a writer that runs out of memory is told of and replaced, and what was durable is there', async () => {
  const [before, after] = [maker.trace(), maker.trace()];
  await store.write(batchOf(before)).durable;
  await expect(exhaust()).rejects.toMatchObject({ code: 'StoreUnavailable', reason: 'restarting' });
  await writeWhenBack(after);
  expect(warnings).toEqual([expect.stringMatching(/ended \(.*memory.*\); 10000 spans .* are lost$/)]);
  const { summaries } = await store.search({ sort: 'start', order: 'asc', limit: 100, budgetMs: 5000 });
  const ids = [before, after].map(trace => trace[0]?.traceId);
  expect(summaries.map(({ traceId }) => traceId).toSorted()).toEqual(ids.toSorted());
  expect(await store.statistics()).toMatchObject({ lostSpanCount: 10_000, queueBytes: 0 });
}, 20_000);

test('one that ends again and again is given up, in words', async () => {
  while (warnings.length < 3) {
    await exhaust().catch(() => sleep(20));
  }
  await expect(end.promise).resolves.toMatchObject({ code: 'WriterLost' });
}, 20_000);
