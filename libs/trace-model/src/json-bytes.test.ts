import { expect, test } from '@jest/globals';

import { EncodedText } from './attribute-value.ts';
import { JsonBytes } from './json-bytes.ts';

const TEXTS = [
  '',
  'plain',
  'a "quoted" one',
  'back\\slash',
  'line\nbreak',
  '\u0000',
  '“é”',
  '🚂',
  '\uFEFFmarked',
  'x'.repeat(9000),
];

/** The text between others, as it comes. */
function encoded(text: string): EncodedText {
  const [before, own] = [Buffer.from('é"'), Buffer.from(text)];
  return new EncodedText(Buffer.concat([before, own, before]), before.length, before.length + own.length);
}

test.each(TEXTS)('%j is written the same as a string and as the bytes that it came in', text => {
  const written = [{ value: text }, encoded(text)].map(source => {
    const json = new JsonBytes();
    json.textValue(source);
    return Buffer.from(json.bytes()).toString();
  });
  expect(written).toEqual([JSON.stringify(text), JSON.stringify(text)]);
  expect(encoded(text).value).toBe(text);
});

test('what is taken part by part is the same as at once', () => {
  const json = new JsonBytes();
  const parts: Buffer[] = [];
  const take = () => parts.push(Buffer.from(json.take()));
  json.raw('[');
  take();
  for (const text of TEXTS) {
    json.comma();
    json.text(text);
    if (text.length % 2 === 0) take();
  }
  take();
  expect(json.length).toBe(0);
  json.raw(']');
  take();
  expect(JSON.parse(Buffer.concat(parts).toString())).toEqual(TEXTS);
});
