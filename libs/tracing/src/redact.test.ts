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
    ['an encoded e-mail address', 'q=1&to=john%40example.com', `q=1&to=${REDACTED}`],
    ['a card number spelled for a path', '/pay/4111%201111%201111%201111/now', `/pay/${REDACTED}/now`],
    ['a card number after a point', 'item.4111111111111111', `item.${REDACTED}`],
    ['a bearer credential spelled for a query', 'q=Bearer%20abc.def-123456&a=1', `q=Bearer ${REDACTED}&a=1`],
    ['a password spelled for a query', 'q=password%3Dhunter2', `q=password=${REDACTED}`],
    ['a JSON web token', `token is ${jwt}.`, `token is ${REDACTED}.`],
    ['a bearer credential', 'Authorization: Bearer abc.def-123456', `Authorization: ${REDACTED} ${REDACTED}`],
    ['a password in a query', 'a=1&password=hunter2&b=2', `a=1&password=${REDACTED}&b=2`],
    ['a token in JSON', '{"access_token":"abc123","a":1}', `{"access_token":"${REDACTED}","a":1}`],
  ])('%s is cut out', (_, text, seen) => {
    expect(redactText(text)).toBe(seen);
  });

  test.each([
    ['a number that fails the check digit', '4111 1111 1111 1112'],
    ['a time in milliseconds', '{"time":1732000000000}'],
    ['a time in nanoseconds', '1732000000000000000'],
    ['a trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['a route', '/users/:id'],
    ['a statement', 'update users set password = $1 where token = ?'],
  ])('%s stays', (_, text) => {
    expect(redactText(text)).toBe(text);
  });
});

test('a log record is redacted in depth, and what is not plain data passes as it is', () => {
  const error = new Error('kept');
  expect(redactRecord({ user: { email: 'a@b.ch', password: 'x', tags: ['c@d.ch', 1] }, error })).toEqual({
    user: { email: REDACTED, password: REDACTED, tags: [REDACTED, 1] },
    error,
  });
});
