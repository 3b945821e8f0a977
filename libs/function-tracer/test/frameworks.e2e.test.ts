import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type LoggedEvent, readLog, run, temporaryDirectory } from './traced-process.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const FRAMEWORKS = ['express', 'fastify', 'nest-express', 'nest-fastify'] as const;

async function trace(framework: string, http: boolean): Promise<{ stdout: string; events: LoggedEvent[] }> {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const { stdout, stderr } = await run('frameworks.ts', [framework], {
    env: { FLOWTRACE_LOGFILE: log, FLOWTRACE_HTTP: String(http) },
  });
  expect(stderr.replaceAll(/^Error: failed\n(?:\s+at .*\n)*/gm, '')).toBe('');
  return { stdout, events: readLog(log) };
}

const shape = (event: LoggedEvent) => ({
  event: event.event,
  id: event['request_id'],
  method: event['method'],
  path: event['path'],
  status: event['status_code'],
  aborted: event['aborted'],
  agent: event['user_agent'],
  keys: Object.keys(event).slice(0, 7).join(),
});

test.each(FRAMEWORKS)(
  '%s: the same events for the same requests, also for those that fail or are given up',
  async framework => {
    const { stdout, events } = await trace(framework, true);
    expect(stdout).toBe(`200 given-1\n200 ${TRACE_ID}\n500 given-2\naborted\n`);
    const http = events.filter(({ event }) => event.startsWith('HTTP_'));
    const requestKeys = 'timestamp,event,request_id,method,path,remote_addr,user_agent';
    const responseKeys = 'timestamp,event,request_id,method,path,status_code,durationMicros';
    const request = (id: string, path: string) => ({
      event: 'HTTP_REQUEST',
      id,
      method: 'GET',
      path,
      status: undefined,
      aborted: undefined,
      agent: 'tester',
      keys: requestKeys,
    });
    const response = (...[id, path, status, aborted]: [id: string, path: string, status: number, aborted?: true]) => ({
      event: 'HTTP_RESPONSE',
      id,
      method: 'GET',
      path,
      status,
      aborted,
      agent: undefined,
      keys: responseKeys,
    });
    expect(http.map(shape)).toEqual([
      request('given-1', '/items/7'),
      response('given-1', '/items/7', 200),
      request(TRACE_ID, '/items/8'),
      response(TRACE_ID, '/items/8', 200),
      request('given-2', '/fail'),
      response('given-2', '/fail', 500),
      request('given-3', '/hang'),
      response('given-3', '/hang', 200, true),
    ]);
    const requests = http.filter(({ event }) => event === 'HTTP_REQUEST');
    expect(requests.map(({ remote_addr: address, client }) => [address, client])).toEqual(
      requests.map(() => ['127.0.0.1', '127.0.0.1']),
    );
    const finds = events.filter(
      event => event.event === 'ENTER' && event['function'] === 'find' && event['class'] === 'frameworks',
    );
    expect(finds.map(event => [event['args'], event['request_id'], event['trace_id']])).toEqual([
      ['{"id":"7"}', 'given-1', undefined],
      ['{"id":"8"}', TRACE_ID, TRACE_ID],
    ]);
  },
  60_000,
);

test.each(['express', 'nest-fastify'])(
  '%s: the adapter alone does it, too',
  async framework => {
    const { stdout, events } = await trace(framework, false);
    expect(stdout).toContain('200 given-1\n');
    expect(events.filter(({ event }) => event === 'HTTP_RESPONSE')).toHaveLength(4);
    expect(events.find(event => event.event === 'EXIT' && event['function'] === 'find')).toMatchObject({
      request_id: 'given-1',
    });
  },
  60_000,
);
