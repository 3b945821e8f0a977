import { afterAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { traceToMemory } from '../test/memory-tracing.ts';
import { logOptions, withSpan } from './index.ts';

const memory = traceToMemory({ clients: [] });
afterAll(() => memory.tracing.shutdown());

function logger() {
  const lines: string[] = [];
  const log = pino({ ...logOptions() }, { write: line => lines.push(line) });
  return { log, lines: () => lines.map(line => JSON.parse(line) as Record<string, unknown>) };
}

test('a line inside a span carries its ids, in callbacks too', async () => {
  const { log, lines } = logger();
  const ids = await withSpan('work', async span => {
    log.info('before');
    await new Promise(resolve => setTimeout(resolve, 1));
    log.child({ part: 'child' }).info('after');
    return span.spanContext();
  });
  for (const line of lines())
    expect(line).toMatchObject({ trace_id: ids.traceId, span_id: ids.spanId, trace_flags: '01' });
  expect(lines()).toHaveLength(2);
});

test('a line outside of any span keeps its fields and has no ids', () => {
  const { log, lines } = logger();
  log.info({ port: 8000 }, 'listening');
  log.info('next');
  const [first, second] = lines();
  expect(first).toMatchObject({ port: 8000, msg: 'listening' });
  expect(first).not.toHaveProperty('trace_id');
  expect(second).not.toHaveProperty('port');
});

test('secrets are cut out of fields, messages and stacks', () => {
  const { log, lines } = logger();
  log.error({ user: { password: 'x', name: 'Ann' }, err: new Error('mail to a@b.ch') }, 'Bearer abcdef123456');
  const [line] = lines();
  expect(line).toMatchObject({ user: { password: '[redacted]', name: 'Ann' }, msg: 'Bearer [redacted]' });
  expect(JSON.stringify(line)).not.toContain('a@b.ch');
});
