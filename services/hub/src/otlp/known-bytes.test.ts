import { expect, test } from '@jest/globals';

import { KnownBytes } from './known-bytes.ts';

const MAX_LENGTH = 12;

/** The text, by way of the known ones. */
function decode(known: KnownBytes<string>, text: string): string {
  const bytes = Buffer.from(`..${text}..`);
  const place = { from: 2, end: bytes.length - 2 };
  const found = known.find(bytes, place.from, place.end);
  if (found !== undefined) return found;
  known.remember(text, bytes, place);
  return text;
}

test('what comes again is known, and nothing is taken for another', () => {
  const known = new KnownBytes<string>(MAX_LENGTH);
  const bytes = Buffer.from('user_id');
  decode(known, 'user_id');
  expect(known.find(bytes, 0, bytes.length)).toBeUndefined();
  decode(known, 'user_id');
  expect(known.find(bytes, 0, bytes.length)).toBe('user_id');
  // More than there is room for, and many that differ in one place only.
  for (let round = 0; round < 3; round++) {
    for (let at = 0; at < 20_000; at++) {
      const text = `${at.toString(36)}-${(at % 7).toString()}é`.slice(at % 3);
      if (decode(known, text) !== text) throw new Error(`${text} was taken for another`);
    }
  }
});

test('what is empty or long is not remembered', () => {
  const known = new KnownBytes<string>(MAX_LENGTH);
  const longest = Buffer.from('x'.repeat(MAX_LENGTH + 1));
  for (let round = 0; round < 3; round++) {
    known.remember('', longest, { from: 1, end: 1 });
    known.remember('long', longest, { from: 0, end: MAX_LENGTH + 1 });
  }
  expect(known.find(longest, 1, 1)).toBeUndefined();
  expect(known.find(longest, 0, MAX_LENGTH + 1)).toBeUndefined();
});
