import { expect, test } from '@jest/globals';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import Fastify from 'fastify';
import { traceToMemory } from '../test/memory-tracing.ts';
import { registerServerSpans } from './fastify/index.ts';
import { addEvent, setAttributes, withSpan } from './index.ts';
import { describeSql } from './instrumenting.ts';

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

test('in a statement without literals no name is taken for that of a secret, whoever else is at work', async () => {
  const memory = traceToMemory({ processors: [careless] });
  const statements = [
    'select id from c join d on c.token = d.token where c.cookie = d.cookie and c.id = 7',
    'select id from c where email = "a@b.ch" and token = "abc"',
    'select a@b.ch from c where token = d.token',
  ];
  for (const statement of statements)
    withSpan('query', () => {
      setAttributes({ 'db.query.text': describeSql(statement).text });
    });
  withSpan('query', () => {
    setAttributes({ 'db.query.text': 'select id from c where token = abc' });
  });
  const texts = (await memory.spans()).map(({ attributes }) => attributes['db.query.text']);
  expect(texts).toEqual([
    'select id from c join d on c.token = d.token where c.cookie = d.cookie and c.id = ?',
    'select id from c where email = "[redacted]" and token = "[redacted]"',
    'select [redacted] from c where token = d.token',
    'select id from c where token = [redacted]',
  ]);
  await memory.tracing.shutdown();
});
