import { expect, test } from '@jest/globals';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import Fastify from 'fastify';
import { traceToMemory } from '../test/memory-tracing.ts';
import { registerServerSpans } from './fastify/index.ts';
import { addEvent, setAttributes, withSpan } from './index.ts';

const careless: SpanProcessor = {
  onStart: span => {
    // Past the span's own methods, as processors are seen to do.
    Object.assign(span.attributes, { note: 'password=hunter2' });
  },
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

test.each([
  ['a processor', [careless]],
  ['the handler', []],
])('what %s puts into a server span is looked through for secrets', async (_who, processors) => {
  const memory = traceToMemory({ clients: [], processors });
  const app = Fastify();
  registerServerSpans(app);
  app.get('/hello/:id', () => {
    if (processors.length === 0) setAttributes({ contact: 'jane@example.com', note: 'password=hunter2' });
    return 'hello';
  });
  await app.inject({ path: '/hello/joe@example.com?token=abc', headers: { 'user-agent': 'bearer abcdefgh' } });
  const texts = JSON.stringify((await memory.spans()).map(({ attributes }) => attributes));
  expect(texts).toContain('/hello/:id');
  expect(texts).not.toMatch(/hunter2|example\.com|abc/);
  await app.close();
  await memory.tracing.shutdown();
});

test('the name of an event is looked through for secrets', async () => {
  const memory = traceToMemory();
  withSpan('send', () => {
    addEvent('mail sent to alice@example.com');
    addEvent('mail.sent');
  });
  const [span] = await memory.spans();
  expect(span?.events.map(({ name }) => name)).toEqual(['mail sent to [redacted]', 'mail.sent']);
  await memory.tracing.shutdown();
});
