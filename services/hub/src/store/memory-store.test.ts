import { expect, test } from '@jest/globals';

import { batchOf, TraceMaker } from '../../test/make-batch.ts';
import { storeContract } from '../../test/store-contract.ts';
import { decodeBatch } from '../otlp/decode-span.ts';
import { MemoryStore } from './memory-store.ts';

storeContract('the memory store', () => {
  const store = new MemoryStore(64 * 1024 ** 2);
  return Promise.resolve({ store, dispose: () => store.close() });
});

test('its bytes stay within the bound, and what makes room is the oldest traces, whole', async () => {
  const limitBytes = 1024 ** 2;
  const store = new MemoryStore(limitBytes);
  const maker = new TraceMaker(1);
  const traces = Array.from({ length: 200 }, () => maker.trace());
  for (const trace of traces) {
    await store.write(batchOf(trace)).durable;
    expect((await store.statistics()).memoryBytes).toBeLessThanOrEqual(limitBytes);
  }
  const found = await store.traces(traces.map(trace => trace[0]?.traceId ?? ''));
  const lost = found.indexOf(found.find(batch => batch !== undefined));
  expect([lost > 0, lost < 190]).toEqual([true, true]);
  found.slice(lost).forEach((batch, at) => {
    expect(batch === undefined ? 0 : decodeBatch(batch).length).toBe(traces[lost + at]?.length);
  });
  expect((await store.statistics()).evictedSpanCount).toBe(traces.slice(0, lost).flat().length);
});
