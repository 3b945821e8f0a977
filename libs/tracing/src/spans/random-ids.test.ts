import { randomFillSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { RandomIds } from './random-ids.ts';

test('ids have their length in lower-case hexadecimal, and none comes twice', () => {
  const ids = new RandomIds();
  const seen = new Set<string>();
  for (let n = 0; n < 5_000; n++) {
    const traceId = ids.generateTraceId();
    const spanId = ids.generateSpanId();
    expect(traceId).toMatch(/^[\da-f]{32}$/);
    expect(spanId).toMatch(/^[\da-f]{16}$/);
    seen.add(traceId).add(spanId).add(traceId.slice(0, 16)).add(traceId.slice(16));
  }
  expect(seen.size).toBe(20_000);
});

test('no id is all zeros, whatever chance says', () => {
  let fills = 0;
  const ids = new RandomIds(bytes => {
    if (fills++ % 2 === 0) randomFillSync(bytes).fill(0, 100, 116);
    else randomFillSync(bytes);
  });
  for (let n = 0; n < 400; n++) {
    expect(ids.generateSpanId()).not.toMatch(/^0+$/);
    expect(ids.generateTraceId()).not.toMatch(/^0+$/);
  }
  expect(fills).toBeGreaterThan(3);
});
