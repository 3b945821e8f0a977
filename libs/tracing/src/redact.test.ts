import { describe, expect, test } from '@jest/globals';
import { REDACTED, isSecretKey, redactAttributes, redactRecord, redactText, redactValue } from './redact.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

test.each([
  'authorization',
  'http.request.header.authorization',
  'Cookie',
  'set-cookie',
  'user.password',
  'PASSWD',
  'access_token',
  'clientSecret',
  'api-key',
  'card_number',
  'cardNumber',
  'payment.cvv',
])('the value under %s is not seen', key => {
  expect(isSecretKey(key)).toBe(true);
  expect(redactValue(key, 'anything')).toBe(REDACTED);
  expect(redactValue(key, 123)).toBe(REDACTED);
});

test.each(['order.id', 'cache.hit', 'payment.method', 'company', 'user_id', 'discard', 'gateway.fee'])(
  'the value under %s is seen',
  key => {
    expect(redactValue(key, 'plain')).toBe('plain');
  },
);

test('a key that holds a secret itself is redacted with its value kept', () => {
  const attributes = { 'inventory.4111111111111111': 'available', 'inventory.item1': 'available' };
  redactAttributes(attributes);
  expect(attributes).toEqual({ 'inventory.[redacted]': 'available', 'inventory.item1': 'available' });
});

test('each key is known by itself, whichever came before it', () => {
  for (const keys of [
    ['a', 'plain'],
    ['a', 'api.key'],
    ['api.key', 'a', 'plain'],
    ['a', 'plain', 'api.key'],
    ['a', 'api.key'],
  ]) {
    const attributes = Object.fromEntries(keys.map(key => [key, 'x']));
    redactAttributes(attributes);
    expect(attributes).toEqual(Object.fromEntries(keys.map(key => [key, key === 'api.key' ? REDACTED : 'x'])));
  }
});

test.each(['100%', 'a%20b', '%E0%A4%A', '0.4111111111111111', '4111111111111111.25', 'LIKE %x%'])(
  '%s is left as it is',
  text => {
    expect(redactText(text)).toBe(text);
  },
);

describe('in a text', () => {
  test.each([
    ['a card number', 'paid with 4111 1111 1111 1111 today', `paid with ${REDACTED} today`],
    ['a card number with dashes', '5500-0000-0000-0004', REDACTED],
    ['an e-mail address', 'mail to john.doe+x@example.co.uk now', `mail to ${REDACTED} now`],
    ['an e-mail address of digits', 'mail to 1@163.com.', `mail to ${REDACTED}.`],
    ['an encoded e-mail address', 'q=1&to=john%40example.com', `q=1&to=${REDACTED}`],
    ['a card number spelled for a path', '/pay/4111%201111%201111%201111/now', `/pay/${REDACTED}/now`],
    ['a card number after a point', 'item.4111111111111111', `item.${REDACTED}`],
    ['a bearer credential spelled for a query', 'q=Bearer%20abc.def-123456&a=1', `q=Bearer ${REDACTED}&a=1`],
    ['a password spelled for a query', 'q=password%3Dhunter2', `q=password=${REDACTED}`],
    ['a JSON web token', `token is ${jwt}.`, `token is ${REDACTED}.`],
    ['a bearer credential', 'sent Bearer abc.def-123456 to it', `sent Bearer ${REDACTED} to it`],
    ['a header of a credential', 'Authorization: Bearer abc.def-123456', `Authorization: ${REDACTED}`],
    [
      'a header of another scheme',
      '401 to Authorization: ApiKey k-12345\nHost: a',
      `401 to Authorization: ${REDACTED}\nHost: a`,
    ],
    ['a header of several parts', 'Authorization: Digest username="m", response="66", x', `Authorization: ${REDACTED}`],
    ['a credential in a query', 'authorization=s3cr3tvalue', `authorization=${REDACTED}`],
    ['every cookie of a header', 'Cookie: theme=dark; sid=s3cr3t; a="b c"; d', `Cookie: ${REDACTED}`],
    ['a new cookie', 'set-cookie: sid=s3cr3t; Path=/', `set-cookie: ${REDACTED}`],
    [
      'a new cookie with a date',
      'set-cookie: sid=s3cr3t; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly',
      `set-cookie: ${REDACTED}`,
    ],
    ['a cookie behind one with blanks', 'Cookie: note=a b c; sid=s3cr3t\nHost: a', `Cookie: ${REDACTED}\nHost: a`],
    [
      'a cookie in quotes in JSON',
      '{"m":"Cookie: a=\\"b c\\"; sid=s3cr3t","a":1}',
      `{"m":"Cookie: ${REDACTED}","a":1}`,
    ],
    ['a cookie in a command', "curl -H 'Cookie: a=b' http://x/y -d 1", `curl -H 'Cookie: ${REDACTED}' http://x/y -d 1`],
    ['a cookie in a query', '/c?cookie=all&lang=de&order=1 failed', `/c?cookie=${REDACTED}&lang=de&order=1 failed`],
    ['a word after cookie', 'Invalid cookie: unexpected value, cat 7', `Invalid cookie: ${REDACTED} value, cat 7`],
    [
      'two words after authorization',
      'Missing authorization: user 7 may not read order 12 (role=guest)',
      `Missing authorization: ${REDACTED} may not read order 12 (role=guest)`,
    ],
    ['no authorization', '{ authorization: null, order: 12 }', `{ authorization: ${REDACTED}, order: 12 }`],
    ['the only one, no authorization', '{ authorization: null }', `{ authorization: ${REDACTED} }`],
    [
      'a signature',
      'Authorization: AWS4-HMAC-SHA256 Credential=AKIA/s3/aws4_request,SignedHeaders=host;range, Signature=fe5f and so on',
      `Authorization: ${REDACTED} and so on`,
    ],
    [
      'a header of several parts in JSON',
      '{"m":"Authorization: Digest realm=\\"a b\\", response=\\"66\\"","a":1}',
      `{"m":"Authorization: ${REDACTED}","a":1}`,
    ],
    [
      'a header in a command',
      "curl -H 'Authorization: Key k-12345' http://x/y",
      `curl -H 'Authorization: ${REDACTED}' http://x/y`,
    ],
    ['a key in a header', '401, x-api-key: abcdef123, Host: a', `401, x-api-key: ${REDACTED}, Host: a`],
    ['a key in a query', 'apiKey=abcdef123&a=1', `apiKey=${REDACTED}&a=1`],
    ['a private key', 'private_key=abcdef', `private_key=${REDACTED}`],
    ['a passphrase', 'passphrase=abcdef', `passphrase=${REDACTED}`],
    ['a secret access key', 'AWS_SECRET_ACCESS_KEY=abcdef', `AWS_SECRET_ACCESS_KEY=${REDACTED}`],
    ['credentials', 'X-Amz-Credential=AKIA1&a=1', `X-Amz-Credential=${REDACTED}&a=1`],
    ['a password of two words', '{"password":"hunter two","a":1}', `{"password":"${REDACTED}","a":1}`],
    ['a password with a quote', '{"password":"hun\\"ter","a":1}', `{"password":"${REDACTED}","a":1}`],
    ['a password that ends in a backslash', '{"password":"hunter\\\\","a":1}', `{"password":"${REDACTED}","a":1}`],
    ['a password that is cut off', '{"password":"hunter tw', `{"password":"${REDACTED}`],
    [
      'a password in JSON in JSON',
      '{"m":"{\\"password\\":\\"a b\\",\\"c\\":1}"}',
      `{"m":"{\\"password\\":\\"${REDACTED}\\",\\"c\\":1}"}`,
    ],
    ['a password as programs print it', "{ password: 'hunter two', a: 1 }", `{ password: '${REDACTED}', a: 1 }`],
    ['a token that is a number', '{"token":12345,"a":1}', `{"token":"${REDACTED}","a":1}`],
    ['a cookie in JSON', '{"headers":{"cookie":"sid=s3cr3t; a=1"}}', `{"headers":{"cookie":"${REDACTED}"}}`],
    ['a cookie in a message in JSON', '{"m":"Cookie: sid=s3cr3t==","a":1}', `{"m":"Cookie: ${REDACTED}","a":1}`],
    [
      'a cookie in headers in JSON',
      '{"m":"Cookie: sid=1\\r\\nHost: a","a":1}',
      `{"m":"Cookie: ${REDACTED}\\r\\nHost: a","a":1}`,
    ],
    ['a list of cookies', '{"set-cookie":["a=1; b","c=2"],"d":1}', `{"set-cookie":["${REDACTED}"],"d":1}`],
    ['a list as programs print it', "'set-cookie': [ 'a=1', 'b=2' ], d", `'set-cookie': [ '${REDACTED}' ], d`],
    [
      'a list in JSON in JSON',
      '{"m":"{\\"set-cookie\\":[\\"a\\",\\"b\\"]}"}',
      `{"m":"{\\"set-cookie\\":[\\"${REDACTED}\\"]}"}`,
    ],
    ['what is text of a list', '{"token":["a",1]}', `{"token":["${REDACTED}",1]}`],
    [
      'a password in an address',
      'no postgres://app:hunter2@postgres:5432/shop',
      `no postgres://${REDACTED}@postgres:5432/shop`,
    ],
    ['a password with an at sign in an address', 'amqp://a:b@c@localhost', `amqp://${REDACTED}@localhost`],
    ['a password in a query', 'a=1&password=hunter2&b=2', `a=1&password=${REDACTED}&b=2`],
    ['a token in JSON', '{"access_token":"abc123","a":1}', `{"access_token":"${REDACTED}","a":1}`],
  ])('%s is cut out', (_, text, seen) => {
    expect(redactText(text)).toBe(seen);
    expect(redactText(seen)).toBe(seen);
  });

  test.each([
    ['a number that fails the check digit', '4111 1111 1111 1112'],
    ['a time in milliseconds', '{"time":1732000000000}'],
    ['a time in nanoseconds', '1732000000000000000'],
    ['a trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['a route', '/users/:id'],
    ['a statement', 'update users set password = $1 where token = ?'],
    ['an address', 'https://medium.com/@jane and http://localhost:3000/a?b=c#d'],
    ['a version of a package', 'at x (/app/node_modules/.pnpm/fastify@5.12.8/node_modules/fastify/lib/route.js:10:5)'],
    ['versions of several', '.pnpm/@nestjs+core@12.0.1_jest-circus@30.5.2_supports-color@8.1.1/a and /vue@3.4.5/dist'],
    ['an object under such a name', '{"token":{"id":1},"cookies":[1]}'],
  ])('%s stays', (_, text) => {
    expect(redactText(text)).toBe(text);
  });
});

test.each([
  ['letters', 'a'.repeat(100_000)],
  ['numbers', '4'.repeat(100_000)],
  ['numbers apart', '4 '.repeat(50_000)],
  ['spaces after a name', `token${' '.repeat(100_000)}`],
  ['addresses', '://a'.repeat(25_000)],
  ['tokens', 'eyJ-'.repeat(25_000)],
  ['names', 'token=cookie:'.repeat(7_500)],
  ['cookies', 'cookie:a '.repeat(11_000)],
  ['pairs', 'cookie:a=b '.repeat(9_000)],
  ['pairs apart', `cookie:a=b${'; c d'.repeat(20_000)}`],
  ['schemes', 'authorization: a '.repeat(6_000)],
  ['parameters', `authorization: a ${'b=\\, '.repeat(20_000)}`],
  ['backslashes', `authorization: a b=${'\\'.repeat(100_000)}`],
  ['quotes', `cookie: ${'="a'.repeat(30_000)}`],
  ['open quotes', 'password="\\'.repeat(9_000)],
  ['lists', 'cookie:["'.repeat(10_000)],
  ['escaped quotes', `token:\\"${'\\\\"'.repeat(30_000)}`],
  ['percent signs', '%41'.repeat(30_000)],
  ['at signs', 'a@'.repeat(50_000)],
  ['domains', `a@${'b.'.repeat(50_000)}`],
  ['versions', `a@${'1.'.repeat(50_000)}`],
  ['versions apart', 'a@1.2 '.repeat(16_000)],
])('100 kB of %s are read at once', (_what, text) => {
  const startedAtMs = performance.now();
  for (const end of ['', '%', '@', '"', '\n']) redactText(`${text}${end}`);
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
});

test('a log record is redacted in depth, and what is not plain data passes as it is', () => {
  const error = new Error('kept');
  expect(
    redactRecord({ user: { email: 'a@b.ch', password: 'x', tags: ['c@d.ch', 1, 4111111111111111] }, error }),
  ).toEqual({
    user: { email: REDACTED, password: REDACTED, tags: [REDACTED, 1, REDACTED] },
    error,
  });
});
