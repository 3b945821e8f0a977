import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { logOptions } from './log-options.ts';

test('a line outside of any span keeps its fields and has no ids', () => {
  const lines: string[] = [];
  const log = pino({ ...logOptions() }, { write: line => lines.push(line) });
  log.info({ port: 8000 }, 'listening');
  log.info('next');
  const [first, second] = lines.map(line => JSON.parse(line) as Record<string, unknown>);
  expect(first).toMatchObject({ port: 8000, msg: 'listening' });
  expect(first).not.toHaveProperty('trace_id');
  expect(second).not.toHaveProperty('port');
});
