import { expect, test } from '@jest/globals';
import { rawRedisText, redisText } from './redis-text.ts';

test.each([
  ['GET', ['user:1'], 'GET user:1'],
  ['DEL', ['a', 'b'], 'DEL a b'],
  ['EXEC', [], 'EXEC'],
  ['EVAL', ['return 1', '2', 'a', 'b', 'secret', 'more'], 'EVAL ? 2 a b ? ?'],
  ['EVALSHA', ['e0e1f9', '0', 'secret'], 'EVALSHA e0e1f9 0 ?'],
  ['EVALSHA_RO', ['e0e1f9', '1', 'a'], 'EVALSHA_RO e0e1f9 1 a'],
  ['EVAL', ['return 1', 'nonsense', 'secret'], 'EVAL ? nonsense ?'],
  ['SISMEMBER', ['emails', 'secret'], 'SISMEMBER emails ?'],
  ['LREM', ['list', '1', 'secret'], 'LREM list 1 ?'],
  ['CONFIG', ['SET', 'requirepass', 'secret'], 'CONFIG SET requirepass ?'],
  ['ACL', ['SETUSER', 'eve', '>secret'], 'ACL SETUSER ? ?'],
])('%s shows what is named and no data', (operation, args, text) => {
  expect(redisText(operation, args)).toBe(text);
});

test.each([
  ['set', ['user:1', 'secret', 'EX', '60'], 'SET user:1 ? ? ?'],
  ['get', [Buffer.from('user:1')], 'GET user:1'],
  ['AUTH', ['eve', 'secret'], 'AUTH ? ?'],
  ['evalsha', ['e0e1f9', 1, 'a', 'secret'], 'EVALSHA e0e1f9 1 a ?'],
])('of arguments as they are, %s shows its key alone', (command, args, text) => {
  expect(rawRedisText(command, args)).toBe(text);
});

test('a text is at most 500 characters long', () => {
  const keys = Array.from({ length: 10_000 }, (_, n) => `key:${n}`);
  expect(redisText('DEL', keys)).toHaveLength(500);
});
