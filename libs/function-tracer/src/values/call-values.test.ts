import { expect, test } from '@jest/globals';
import { CallValues } from './call-values.ts';
import { Describer } from './describe.ts';
import { Redactor } from './redact.ts';

function valuesOf(maxArgLength: number): CallValues {
  const redactor = new Redactor({ keys: [] });
  const maxChars = maxArgLength === 0 ? 256 * 1024 : maxArgLength;
  const describer = new Describer(redactor, { maxDepth: 4, maxKeys: 50, maxChars });
  return new CallValues(describer, redactor, { maxArgLength, argsEncoding: 'single', keepsWhole: false });
}

const messageOf = (values: CallValues, message: string) =>
  (JSON.parse(values.error(new Error(message))) as { message: string }).message;

test('an error message is cut, and what begins before the cut is still known for a secret', () => {
  const values = valuesOf(100);
  expect(messageOf(values, 'x'.repeat(300))).toBe(`${'x'.repeat(100)}...`);
  expect(messageOf(values, `${'x'.repeat(80)} 4111 1111 1111 1111 paid`)).toBe(`${'x'.repeat(80)} [REDACTED] paid`);
  expect(messageOf(values, `${'x'.repeat(90)} 4111 1111 1111 1111 paid`)).not.toContain('4111');
});

test('a parameter is known by the property that it is taken from, and shown by its own name', () => {
  const values = valuesOf(100);
  const args = { user: 'ann', 'password:p': 'hunter2', 'body.token:t': 'x', 'body.id:id': 7 };
  expect(JSON.parse(values.args(args, false))).toEqual({ user: 'ann', p: '[REDACTED]', t: '[REDACTED]', id: 7 });
  expect(JSON.parse(values.args({ v: 1 }, true))).toEqual({ v: '[REDACTED]' });
});

test('yes or no is shown under any name', () => {
  const args = { hasPassword: true, token: 'x', user: { showPassword: false, password: 'x' } };
  expect(JSON.parse(valuesOf(1_000).args(args, false))).toEqual({
    hasPassword: true,
    token: '[REDACTED]',
    user: { showPassword: false, password: '[REDACTED]' },
  });
});

test.each([
  '-eyJ',
  'eyJ',
  'eyJabcde.',
  'eyJ.',
  '.',
  'a.',
  '\\',
  '"token":[',
  'token=',
  '"token":"\\',
  'Bearer ',
  '1 ',
  '1',
  '-',
  'a=',
  '://',
  '"a":"',
  '?a',
  '-----BEGIN A',
])('the time that a text of %j takes grows with its length and no faster', part => {
  const values = valuesOf(0);
  const text = part.repeat(100_000 / part.length);
  const startedMs = performance.now();
  messageOf(values, `cannot read ${text}`);
  values.result(text);
  // A quadratic expression takes seconds.
  expect(performance.now() - startedMs).toBeLessThan(500);
});
