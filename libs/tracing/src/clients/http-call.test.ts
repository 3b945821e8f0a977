import { expect, test } from '@jest/globals';
import { httpAttributes } from './http-call.ts';

const told = (origin: string, path: string) => {
  const attributes = httpAttributes('GET', origin, path) ?? {};
  return [attributes['url.full'], attributes['server.address'], attributes['server.port']];
};

test.each([
  ['http://127.0.0.1:8001', '/users/1', ['http://127.0.0.1:8001/users/1', '127.0.0.1', 8001]],
  ['https://shop.example', '/', ['https://shop.example/', 'shop.example', 443]],
  ['http://shop.example:80', '/a?b=1', ['http://shop.example/a?b=1', 'shop.example', 80]],
  ['http://ann:secret@shop.example', '/a', ['http://shop.example/a', 'shop.example', 80]],
  ['http://shop.example', '/a?token=abcdef&b=1', ['http://shop.example/a?token=[redacted]&b=1', 'shop.example', 80]],
  ['http://shop.example', '/a/ann@shop.example', ['http://shop.example/a/[redacted]', 'shop.example', 80]],
  ['http://proxy.example:3128', 'http://ann:secret@other.example/a#b', ['http://other.example/a', 'other.example', 80]],
  ['http://shop.example', '/a#secret', ['http://shop.example/a', 'shop.example', 80]],
  ['http://shop.example', '*', ['http://shop.example/*', 'shop.example', 80]],
])('a request to %s for %s tells where it goes, without its secrets', (origin, path, expected) => {
  expect(told(origin, path)).toEqual(expected);
});

test('what is no address has no attributes', () => {
  expect(httpAttributes('GET', 'nonsense', '/a')).toBeUndefined();
});
