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
  expect(written).toBeGreaterThanOrEqual(20);
  expect(written).toBeLessThan(40);
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

test('on one connection each request has an id of its own, and what it leaves unanswered is told', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const env = { FLOWTRACE_LOGFILE: log, FLOWTRACE_REQUESTS_PER_SECOND: '0' };
  expect(await run('one-connection.mjs', [], { env })).toMatchObject({ code: 0, stderr: '' });
  const events = readLog(log);
  const ids = events.filter(({ event }) => event === 'HTTP_REQUEST').map(event => String(event['request_id']));
  expect(new Set(ids).size).toBe(602);
  expect(ids.filter(id => !/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id))).toEqual([]);
  const responses = events.filter(({ event }) => event === 'HTTP_RESPONSE');
  expect(responses.map(event => event['request_id'])).toEqual(ids);
  expect(responses.filter(event => event['aborted'] === true).map(event => event['path'])).toEqual([
    '/never',
    '/behind',
  ]);
});
