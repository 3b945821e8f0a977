import { expect, test } from '@jest/globals';
import { CleanTexts } from './clean-texts.ts';

test('a text is seen the same whether it was seen before or not', () => {
  const texts = new CleanTexts();
  for (const text of ['Mozilla/5.0 (X11; Linux x86_64)', 'x'.repeat(1_000), ''])
    expect([texts.seen(text), texts.seen(text)]).toEqual([text, text]);
  for (const text of ['crawler (+mailto:jane@example.com)', 'password=hunter2'])
    expect(texts.seen(text)).toBe(texts.seen(text));
  expect(texts.seen('password=hunter2')).toBe('password=[redacted]');
});

test('more texts than it remembers are looked through each time', () => {
  const texts = new CleanTexts();
  for (let n = 0; n < 3_000; n++) expect(texts.seen(`agent ${n}`)).toBe(`agent ${n}`);
  expect(texts.seen('agent token=abc 2999')).not.toContain('abc');
});
