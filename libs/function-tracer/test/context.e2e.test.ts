import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { type Call, callsOf } from '../src/reader/calls.ts';
import { type Finished, type LoggedEvent, readLog, run, temporaryDirectory } from './traced-process.ts';

const log = join(temporaryDirectory(), 'flow.jsonl');
let finished: Finished;
let events: LoggedEvent[];
let calls: Call[];

beforeAll(async () => {
  const env = {
    FLOWTRACE_LOGFILE: log,
    FLOWTRACE_AGGREGATE_HOT: 'false',
    FLOWTRACE_REQUESTS_PER_SECOND: '0',
    FLOWTRACE_BUFFER_BYTES: String(64 * 1024 * 1024),
  };
  finished = await run('many-requests.mjs', [], { env });
  events = readLog(log);
  calls = callsOf(events);
}, 60_000);

const argument = (call: Call) => (JSON.parse(String(call.args)) as { n?: number }).n;

test('a thousand requests at once all succeed, and none of their calls is dropped', () => {
  expect(finished.stderr).toBe('');
  expect(finished.stdout).toBe('1000\n');
  expect(events.filter(({ event }) => event === 'DROPPED')).toEqual([]);
});

test('every call that knows its request carries the id of just that request', () => {
  const known = calls.filter(
    call =>
      call.thread === 'main' &&
      argument(call) !== undefined &&
      call.method !== 'get' &&
      !String(call.args).match(/"_"|"result"/),
  );
  const wrong = known.filter(call => call.requestId !== `id-${String(argument(call))}`);
  expect(known.length).toBeGreaterThan(20_000);
  expect(wrong.map(({ method, requestId, args }) => ({ method, requestId, args })).slice(0, 5)).toEqual([]);
});

test('every call has the parent that made or scheduled it', () => {
  const parents: Readonly<Record<string, readonly string[]>> = {
    load: ['handle'],
    query: ['load'],
    decorate: ['load'],
    label: ['decorate'],
    wait: ['handle'],
    flow: ['handle'],
    emit: ['handle'],
    fired: ['<anonymous>'],
    doubled: ['transform'],
    kept: ['<anonymous>'],
    heard: ['<anonymous>'],
    afterwards: ['handle'],
    ticked: ['afterwards'],
    chained: ['afterwards'],
    onWorker: ['handle'],
    inner: ['work'],
  };
  const wrong = calls.filter(({ method, parent }) => parents[method]?.includes(parent?.method ?? 'none') === false);
  expect(wrong.map(({ method, parent }) => [method, parent?.method]).slice(0, 5)).toEqual([]);
});

test('parents belong to the same request, began earlier, and are one level up', () => {
  const depths = new Map(events.filter(({ event }) => event === 'ENTER').map(({ id, depth }) => [id, depth]));
  const enters = events.filter(({ event, parentId }) => event === 'ENTER' && parentId !== null);
  expect(enters.filter(({ depth, parentId }) => Number(depths.get(parentId)) + 1 !== depth)).toEqual([]);
  const astray = calls.filter(
    ({ parent, requestId, startMicros }) =>
      parent?.requestId !== undefined && (parent.requestId !== requestId || parent.startMicros > startMicros),
  );
  expect(astray).toEqual([]);
});

test('each call ends exactly once', () => {
  const ends = events.filter(({ event }) => event === 'EXIT' || event === 'EXCEPTION').map(({ id }) => id);
  const begins = events.filter(({ event }) => event === 'ENTER').map(({ id }) => id);
  expect(new Set(ends).size).toBe(ends.length);
  expect(new Set(begins)).toEqual(new Set(ends));
});

test('calls of a worker are a tree of their own thread', () => {
  const ofWorker = calls.filter(({ thread }) => thread === 'worker-1');
  expect(ofWorker.filter(({ method }) => method === 'work')).toHaveLength(1000);
  expect(ofWorker.every(({ parent }) => parent === undefined || parent.thread === 'worker-1')).toBe(true);
});

test('the time that a call waited is told apart from the time that it ran', () => {
  const queries = events.filter(({ event, function: name }) => event === 'EXIT' && name === 'query');
  const whole = queries.every(
    ({ durationMicros, suspendedMicros, runningMicros }) =>
      Number(suspendedMicros) + Number(runningMicros) === durationMicros,
  );
  expect(whole).toBe(true);
  expect(queries.some(({ suspendedMicros }) => Number(suspendedMicros) > 1_000)).toBe(true);
});

test('wherever a call was suspended, it is the parent of what it calls next', async () => {
  const resumesLog = join(temporaryDirectory(), 'flow.jsonl');
  const resumes = await run('resumes.mjs', [], { env: { FLOWTRACE_LOGFILE: resumesLog } });
  expect(resumes).toMatchObject({ code: 0, stderr: '' });
  const afterwards = callsOf(readLog(resumesLog)).filter(({ method }) => method === 'after');
  const named = afterwards.map(({ args }) => (JSON.parse(String(args)) as { name: string }).name);
  expect(named).not.toContain('never');
  expect(new Set(named).size).toBe(21);
  expect(afterwards.map(({ parent }) => parent?.method)).toEqual(named);
});

test('a function whose text runs elsewhere does what it did, and is not taken for another one', async () => {
  const textsLog = join(temporaryDirectory(), 'flow.jsonl');
  const env = { FLOWTRACE_LOGFILE: textsLog };
  const plain = await run('texts.mjs', [], { env, isTraced: false });
  expect(plain).toMatchObject({ code: 0, stdout: '3 3 3 function\n[ 1, 21, 22 ]\nfrom the worker 20\n' });
  expect(await run('texts.mjs', [], { env })).toEqual(plain);
  const made = callsOf(readLog(textsLog));
  const argsOf = (name: string) => made.filter(({ method }) => method === name).map(({ args }) => args);
  expect([argsOf('first'), argsOf('second'), argsOf('topLevel')]).toEqual([['{"card":1}'], ['{"card":1}'], []]);
  expect(argsOf('runText')).toHaveLength(2);
});
