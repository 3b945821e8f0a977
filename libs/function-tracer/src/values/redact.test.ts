import { expect, test } from '@jest/globals';
import { beginningOf, Redactor } from './redact.ts';

const redactor = new Redactor({ keys: ['salary', 'tax-id'] });
const payload = Buffer.from(JSON.stringify({ sub: 'ann', roles: 'x'.repeat(2_000) })).toString('base64url');
const jwt = `eyJhbGciOiJIUzI1NiJ9.${payload}.c2lnbmF0dXJl`;

test.each([
  'password',
  'newPassword',
  'passwordHash',
  'dbpassword',
  'pass',
  'DB_PASS',
  'passphrase',
  'passHash',
  'authToken',
  'sessionToken',
  'csrftoken',
  'secretKey',
  'jwtSecret',
  'accessKey',
  'aws_secret_access_key',
  'x-api-key',
  'APIKey',
  'apikey',
  'otp',
  'Set-Cookie',
  'proxyAuthorization',
  'http.request.header.authorization',
  'cardNumber',
  'creditcardno',
  'inputSecret',
  'tokenTypeSecret',
  'sessionId',
  'cvv2',
  '#password',
  'get token',
  'setPassword',
  'password.value:v',
  'pass:p',
  'headers.authorization:auth',
  'session.id',
  'userpwd',
  'DBPASS',
  'APIkey',
  'salary',
  'taxId',
  'get salary',
  'salary:s',
])('what is called %s is hidden', name => {
  expect([redactor.hides(name), redactor.hides(name)]).toEqual([true, true]);
});

test.each([
  'passenger',
  'compass',
  'passOn',
  'bypass',
  'tokenize',
  'secretary',
  'sessionIdle',
  'keyboard',
  'apiKeyboard',
  'author',
  'authorizationService',
  'cardNumbering',
  'salaryBand',
  'key',
  'hotpot',
  'max_tokens',
  'promptTokens',
  'tokenCount',
  'token_type',
  'cookieName',
  'scorecardNumber',
])('what is called %s is shown', name => {
  expect([redactor.hides(name), redactor.hides(name)]).toEqual([false, false]);
});

test('a name of any length is judged by its ends, at once', () => {
  const long = 'aB'.repeat(500_000);
  const before = performance.now();
  const answers = [long, `password${long}`, `${long}Password`].map(name => redactor.hides(name));
  expect(answers).toEqual([false, true, true]);
  expect(performance.now() - before).toBeLessThan(50);
});

test.each([
  ['https://ann:hunter2@api.example.com/?page=2', 'https://[REDACTED]@api.example.com/?page=2'],
  ['postgres://app:hun@ter2@db/prod', 'postgres://[REDACTED]@db/prod'],
  ['/x?api_key=SECRET123&page=2&access_token=SECRET456', '/x?api_key=[REDACTED]&page=2&access_token=[REDACTED]'],
  ['/login?next=/x?token=SECRET', '/login?next=/x?token=[REDACTED]'],
  ['Server=db;User Id=sa;Password=a=b==;Pool=5', 'Server=db;User Id=sa;Password=[REDACTED];Pool=5'],
  ['{"user":"ann","password":"a \\"b\\" c","age":7}', '{"user":"ann","password":"[REDACTED]","age":7}'],
  ['{"otp": 123456,"n":1}', '{"otp": [REDACTED],"n":1}'],
  ['{"tokens":["a","b"],"n":1}', '{"tokens":[REDACTED],"n":1}'],
  ['{"credentials":{"user":"a","key":"b"},"n":1}', '{"credentials":[REDACTED],"n":1}'],
  ['{"credentials":{"meta":{},"value":"hunter2"},"n":1}', '{"credentials":[REDACTED],"n":1}'],
  ['{"tokens":[["a"],["s3cr3t]"]],"n":1}', '{"tokens":[REDACTED],"n":1}'],
  ["host=db password='hunter2 x' dbname=x", "host=db password='[REDACTED]' dbname=x"],
  ['<a token="hunter2" n="1">', '<a token="[REDACTED]" n="1">'],
  ['{"password" :  "hunter2",\n"n":1}', '{"password" :  "[REDACTED]",\n"n":1}'],
  ['{"password":"a\\\\","n":1}', '{"password":"[REDACTED]","n":1}'],
  [
    JSON.stringify({ body: JSON.stringify({ password: 'a"b\\', n: [1] }) }),
    '{"body":"{\\"password\\":\\"[REDACTED]\\",\\"n\\":[1]}"}',
  ],
  [
    JSON.stringify({ body: JSON.stringify({ tokens: ['a', '"]b'], otp: 123, n: 1 }) }),
    '{"body":"{\\"tokens\\":[REDACTED],\\"otp\\":[REDACTED],\\"n\\":1}"}',
  ],
  [
    JSON.stringify(JSON.stringify(JSON.stringify({ password: 'a"b\\', n: 1 }))),
    JSON.stringify(JSON.stringify(JSON.stringify({ password: '[REDACTED]', n: 1 }))),
  ],
  ['user=ann&password=a,b}c', 'user=ann&password=[REDACTED]'],
  ['bearer abcdefgh12345678', 'bearer [REDACTED]'],
  [`reset/${jwt}`, 'reset/[REDACTED]'],
  [`id.${jwt}`, 'id.[REDACTED]'],
  [`some-long-name.${jwt}`, 'some-long-name.[REDACTED]'],
  [`x-${jwt.slice(0, 80)}`, 'x-[REDACTED]'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest', '[REDACTED]\nrest'],
  ['-----BEGIN PRIVATE KEY-----\nMIIE', '[REDACTED]'],
  ['paid with 4111-1111-1111-1111', 'paid with [REDACTED]'],
])('%s is shown as %s', (text, shown) => {
  expect(redactor.text(text)).toBe(shown);
});

test.each([
  'https://example.com/a?mail=ann@example.com',
  'see https://example.com/ or ann@example.com',
  'at 1732215600000 and 1732215600000000',
  'a.b.c-d_e.f',
  '{"name":"book","n":1}',
  '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----',
  'select * from users where token = $1',
])('%s stays as it is', text => {
  expect(redactor.text(text)).toBe(text);
});

test.each([
  ['{"password":"', '\\"'],
  ['{"password":"', '\\'],
  ['"token":', '['],
  ['"token":["', '\\"'],
  ['', '"token":['],
  ['', '"token":"'],
  ['', 'token=\\\\'],
  ['', 'token\\\\\\"'],
  ['', '"token"'.padEnd(60)],
])('a long text of %s and many %s costs little', (start, repeated) => {
  const text = start + repeated.repeat(100_000 / repeated.length);
  const before = performance.now();
  redactor.text(text);
  expect(performance.now() - before).toBeLessThan(100);
});

test('a secret that begins within what is shown is recognised by what follows', () => {
  expect(beginningOf(`${jwt}.`, 50, redactor)).toBe('[REDACTED]…');
  expect(beginningOf(`${'x'.repeat(40)} postgres://app:hunter2@db`, 60, redactor)).not.toContain('app');
});
