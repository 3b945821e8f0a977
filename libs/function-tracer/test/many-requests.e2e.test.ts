import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type LoggedEvent, readLog, run, temporaryDirectory } from './traced-process.ts';

async function eventsOf(requestsPerSecond: string): Promise<LoggedEvent[]> {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const env = { FLOWTRACE_LOGFILE: log, FLOWTRACE_REQUESTS_PER_SECOND: requestsPerSecond };
  expect(await run('busy-server.mjs', [], { env })).toMatchObject({ code: 0, stderr: '' });
  return readLog(log);
}

const count = (events: readonly LoggedEvent[], event: string, name?: string) =>
  events.filter(each => each.event === event && (name === undefined || each['function'] === name)).length;

test('of requests beyond the limit only the failures are written, and the others counted', async () => {
  const events = await eventsOf('1');
  const leftOut = Number(events.findLast(({ event }) => event === 'LEFT_OUT')?.['requests']);
  const written = 40 - leftOut;
  expect(written).toBeGreaterThanOrEqual(10);
  expect(written).toBeLessThan(30);
  const failed = events.filter(({ event, status_code: status }) => event === 'HTTP_RESPONSE' && status === 500);
  expect(failed).toHaveLength(4);
  expect(count(events, 'EXCEPTION', 'fail')).toBe(4);
  const failedBeyond = 4 - Math.floor(written / 10);
  expect(count(events, 'HTTP_REQUEST')).toBe(written + failedBeyond);
  expect(count(events, 'HTTP_RESPONSE')).toBe(written + failedBeyond);
});

test('without a limit every request is written', async () => {
  const events = await eventsOf('0');
  expect(count(events, 'HTTP_RESPONSE')).toBe(40);
  expect(count(events, 'LEFT_OUT')).toBe(0);
});
