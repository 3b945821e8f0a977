import { expect, test } from '@jest/globals';
import { SpanKind, trace } from '@opentelemetry/api';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { traceToMemory } from '../../test/memory-tracing.ts';
import { setAttributes, withSpan } from '../index.ts';

test('a statement is shown without literals whoever wrote it, and with none that looks like a secret', async () => {
  const memory = traceToMemory({ instrumentations: [new RuntimeNodeInstrumentation()] });
  const statement = `select name from cats where email = 'it\\'s alice' and card = 4111111111111111 and "a" = ?`;
  for (const library of ['@opentelemetry/instrumentation-mysql2', 'somebody']) {
    const attributes = { 'db.system.name': 'mysql', 'db.query.text': statement };
    trace.getTracer(library).startSpan('SELECT', { kind: SpanKind.CLIENT, attributes }).end();
  }
  withSpan('own', () => {
    setAttributes({ 'db.query.text': 'cats of alice@example.com' });
  });
  const spans = await memory.spans();
  expect(spans.map(({ name, attributes }) => [name, attributes['db.query.text']])).toEqual([
    ['SELECT cats', 'select name from cats where email = ? and card = ? and ? = ?'],
    ['SELECT', `select name from cats where email = 'it\\'s alice' and card = [redacted] and "a" = ?`],
    ['own', 'cats of [redacted]'],
  ]);
  await memory.tracing.shutdown();
});
