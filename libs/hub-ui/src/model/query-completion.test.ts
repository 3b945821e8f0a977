import { describe, expect, test } from '@jest/globals';
import { applySuggestion, completionAt, fixedValues, keySuggestions, plainSuggestion } from './query-completion.ts';
import { quotedValue, withTerm } from './query-terms.ts';

describe('the word under the caret', () => {
  test('is a key until its operator', () => {
    expect(completionAt('service:a pay', 13)).toEqual({ kind: 'key', prefix: 'pay', from: 10, to: 13 });
    expect(completionAt('', 0)).toEqual({ kind: 'key', prefix: '', from: 0, to: 0 });
    expect(completionAt('-pay', 4)).toEqual({ kind: 'key', prefix: 'pay', from: 1, to: 4 });
  });

  test('is a value behind it, also within quotes', () => {
    expect(completionAt('service:pay', 11)).toEqual({ kind: 'value', key: 'service', prefix: 'pay', from: 8, to: 11 });
    expect(completionAt('operation:"GET /u', 17)).toMatchObject({ key: 'operation', prefix: 'GET /u', from: 10 });
  });

  test('gives way to the choice, and a finished one is followed by a space', () => {
    const completion = completionAt('error:true serv', 15);
    const [service] = keySuggestions('serv', []);
    if (service === undefined) throw new Error('service is always offered');
    expect(applySuggestion('error:true serv', completion, service)).toEqual({ text: 'error:true service:', caret: 19 });
    const value = completionAt('error:true service:p', 20);
    expect(applySuggestion('error:true service:p', value, plainSuggestion('my shop')).text).toBe(
      'error:true service:"my shop" ',
    );
  });
});

test('own keys come before attributes, which are found by any part', () => {
  const labels = keySuggestions('ser', [
    { key: 'user.id', spanCount: 2 },
    { key: 'order.id', spanCount: 1 },
  ]).map(own => own.label);
  expect(labels).toEqual(['service', 'user.id']);
});

test('values that are few are known without asking', () => {
  expect(fixedValues('kind')?.map(({ label }) => label)).toContain('server');
  expect(fixedValues('payment.method')).toBeUndefined();
});

test('a value that would fall apart is quoted, and reads back the same', () => {
  for (const value of ['a b', 'say "hi"', 'back\\slash and space', '']) {
    const text = `key=${quotedValue(value)}`;
    expect(completionAt(text, 4)).toMatchObject({ kind: 'value', key: 'key', to: text.length });
  }
});

test('setting a term takes the place of the one with the same key', () => {
  expect(withTerm('duration>1s error:true', 'duration', 'duration>5ms')).toBe('error:true duration>5ms');
});
