import { tracingChannel } from 'node:diagnostics_channel';
import { expect, test } from '@jest/globals';
import { traceToMemory } from '../../test/memory-tracing.ts';
import { withSpan } from '../index.ts';

test('a key is shown without the secrets that it is made of', async () => {
  const memory = traceToMemory({ clients: ['ioredis'] });
  const command = { command: 'get', database: 0, serverAddress: 'localhost', serverPort: 6379 };
  for (const key of ['user:1', 'session:alice@example.com:4111111111111111'])
    await withSpan('request', () =>
      tracingChannel('ioredis:command').tracePromise(() => Promise.resolve(), { ...command, args: [key] }),
    );
  const texts = (await memory.spans()).flatMap(({ attributes }) => attributes['db.query.text'] ?? []);
  expect(texts).toEqual(['GET user:1', 'GET session:[redacted]:[redacted]']);
  await memory.tracing.shutdown();
});
