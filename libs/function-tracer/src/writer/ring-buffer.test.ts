import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { emptyRecord, Kind } from './record.ts';
import { Owner, RingBuffer } from './ring-buffer.ts';

test('records come out as they went in, in order, whatever their size and however reading and writing take turns', () => {
  const step = fc.oneof(
    fc.record({ text: fc.string({ maxLength: 300, unit: 'binary' }) }),
    fc.constant('read' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), steps => {
      const ring = RingBuffer.allocate(4096);
      const reader = new RingBuffer(ring.memory);
      const [expected, seen]: [string[], string[]] = [[], []];
      const record = emptyRecord();
      for (const each of steps) {
        if (each === 'read') {
          if (reader.read(record)) seen.push(`${record.id}:${record.text}`);
        } else if (ring.write({ ...emptyRecord(), kind: Kind.enter, id: expected.length, text: each.text }, 0)) {
          expected.push(`${expected.length}:${Buffer.from(each.text).toString()}`);
        }
      }
      while (reader.read(record)) seen.push(`${record.id}:${record.text}`);
      expect(seen).toEqual(expected);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('a full buffer refuses, and keeps its reserve for records that may not be refused', () => {
  const ring = RingBuffer.allocate(8192);
  const record = { ...emptyRecord(), kind: Kind.enter };
  let begun = 0;
  while (ring.write(record, 0.25)) begun++;
  let ended = 0;
  while (ring.write(record, 0)) ended++;
  expect(begun).toBeGreaterThan(50);
  expect(ended).toBeGreaterThan(begun / 5);
});

test('only one side empties it', () => {
  const ring = RingBuffer.allocate(4096);
  expect([ring.own(Owner.thread), ring.own(Owner.main)]).toEqual([true, false]);
});
