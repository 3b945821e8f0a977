import { expect, test } from '@jest/globals';

import { KnownTexts } from './known-texts.ts';

const MAX_LENGTH = 12;

/** The text, decoded from between other bytes. */
function decoded(known: KnownTexts, text: string): string {
  const bytes = Buffer.from(`..${text}..`);
  return known.text(bytes, 2, bytes.length - 2);
}

test('nothing is taken for another, however often it comes and whatever else', () => {
  const known = new KnownTexts('utf8', MAX_LENGTH);
  // More than there is room for, many that differ in one place only, and some that are too long.
  const texts = Array.from({ length: 20_000 }, (_, at) =>
    `${at.toString(36)}-${(at % 7).toString()}é${at % 11 === 0 ? ' and more' : ''}`.slice(at % 3),
  );
  for (let round = 0; round < 3; round++) {
    const each = texts.flatMap(text => [text, text, text]);
    expect(each.filter(text => decoded(known, text) !== text)).toEqual([]);
  }
});

test('what is empty stays so, and a single byte is read', () => {
  const known = new KnownTexts('hex', MAX_LENGTH);
  for (let round = 0; round < 3; round++) {
    expect(decoded(known, '')).toBe('');
    expect(decoded(known, '~')).toBe('7e');
  }
});
