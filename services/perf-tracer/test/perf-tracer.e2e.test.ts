// The running service, without a database: each promise of the older system, and each of its faults that must be gone.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FinishedTrace } from '@tracelab/contracts/perf-tracer';
import { StepAdded, TraceEnded, TraceStarted, TraceSummary } from '@tracelab/contracts/perf-tracer';
import { ask, post, ServiceProcess } from '@tracelab/test-stack';
import { setTimeout as sleep } from 'node:timers/promises';

let service: ServiceProcess;
let url: string;
beforeAll(async () => {
  service = await ServiceProcess.start({ service: 'perf-tracer', env: { STEPS_PER_TRACE: '5' } });
  url = service.url;
}, 60_000);
afterAll(() => service.stop());

const tracing = (path: string, body: unknown) => post(`${url}/api/tracing/${path}`, body);
const start = (trace_tag: string, trace_id?: string | null) => tracing('start', { trace_tag, trace_id });
const step = (trace_tag: string, step_name: string, more: object = {}) =>
  tracing('step', { trace_tag, step_name, ...more });
const end = (trace_tag: string, trace_id?: string | null) => tracing('end', { trace_tag, trace_id });
const results = async (tag: string) =>
  (await ask(`${url}/api/traces/${encodeURIComponent(tag)}`)).body as FinishedTrace[];

const NOT_FOUND = { status: 404, body: { detail: 'Trace not found.' } };

describe('the endpoints', () => {
  test('start answers 200 with the trace and its start', async () => {
    const { status, body } = await start('started', 'one');
    expect({ status, body }).toEqual({
      status: 200,
      body: { message: 'Trace started', trace_tag: 'started', trace_id: 'one', start_time: expect.any(String) },
    });
    expect(Object.keys(TraceStarted.parse(body))).toEqual(['message', 'trace_tag', 'trace_id', 'start_time']);
  });

  test('step answers 200 with the step and its duration', async () => {
    await start('stepped');
    const { status, body } = await step('stepped', 'first');
    expect(status).toBe(200);
    expect(StepAdded.parse(body)).toMatchObject({ step_name: 'first', track_duration: true, trace_id: null });
    expect(Object.keys(body as object)).toEqual([
      'message',
      'trace_tag',
      'trace_id',
      'step_name',
      'step_time',
      'track_duration',
      'duration_seconds',
    ]);
  });

  test('end answers 200 with everything, and the result is kept without its message', async () => {
    await start('ended', 'x');
    await tracing('step', { trace_tag: 'ended', trace_id: 'x', step_name: 'a' });
    const { status, body } = await end('ended', 'x');
    expect(status).toBe(200);
    const { message, ...kept } = TraceEnded.parse(body);
    expect(message).toBe('Trace ended');
    expect(await results('ended')).toEqual([kept]);
  });

  test('a step with end_trace answers as end does, and the step is the end', async () => {
    await start('at once');
    const { body } = await step('at once', 'last', { end_trace: true });
    const ended = TraceEnded.parse(body);
    expect(ended.steps.map(({ step_name, step_time }) => [step_name, step_time])).toEqual([['last', ended.end_time]]);
    expect(await end('at once')).toMatchObject(NOT_FOUND);
  });

  test('results of an unknown tag are an empty list, and deleting them is a 204', async () => {
    expect(await ask(`${url}/api/traces/unknown`)).toMatchObject({ status: 200, body: [] });
    expect(await ask(`${url}/api/traces/unknown`, { method: 'DELETE' })).toMatchObject({
      status: 204,
      body: undefined,
    });
  });

  test('tags are listed from their first completion on, in that order', async () => {
    for (const tag of ['later', 'sooner', 'running']) await start(tag);
    for (const tag of ['sooner', 'later']) await end(tag);
    await start('sooner');
    await end('sooner');
    const tags = (await ask(`${url}/api/traces`)).body as string[];
    expect(tags.filter(tag => ['later', 'sooner', 'running'].includes(tag))).toEqual(['sooner', 'later']);
  });

  test('deleting drops results and leaves the running trace of the tag', async () => {
    await start('half');
    await end('half');
    await start('half');
    await ask(`${url}/api/traces/half`, { method: 'DELETE' });
    expect(await results('half')).toEqual([]);
    await end('half');
    expect(await results('half')).toHaveLength(1);
  });

  test.each(['step', 'end'])('%s without a trace is a 404 in the old words', async path => {
    expect(await tracing(path, { trace_tag: 'nobody', step_name: 'x' })).toMatchObject(NOT_FOUND);
  });
});

describe('time', () => {
  test('untracked time is told by its step and not counted in the total', async () => {
    await start('thinking');
    await sleep(120);
    await step('thinking', 'thinks', { track_duration: false });
    await sleep(30);
    await step('thinking', 'works');
    const ended = TraceEnded.parse((await end('thinking')).body);
    const [thinks, works] = ended.steps;
    expect(thinks?.duration_seconds).toBeGreaterThanOrEqual(0.119);
    expect(works?.duration_seconds).toBeGreaterThanOrEqual(0.029);
    const wholeMs = Date.parse(ended.end_time) - Date.parse(ended.start_time);
    expect(ended.duration_seconds).toBeCloseTo(wholeMs / 1_000 - (thinks?.duration_seconds ?? 0), 2);
  });

  test('times are ISO 8601 with an offset, in order, and agree with the durations', async () => {
    await start('clock');
    await step('clock', 'a');
    const { start_time, end_time, steps, duration_seconds } = TraceEnded.parse((await end('clock')).body);
    for (const time of [start_time, end_time])
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/);
    expect(Math.abs(Date.parse(start_time) - Date.now())).toBeLessThan(20_000);
    const sorted = [start_time, ...steps.map(each => each.step_time), end_time];
    expect(sorted.toSorted()).toEqual(sorted);
    expect((Date.parse(end_time) - Date.parse(start_time)) / 1_000).toBeCloseTo(duration_seconds, 2);
  });
});

describe('names', () => {
  test('no id, null and an empty one are the same trace', async () => {
    await start('default');
    expect((await tracing('step', { trace_tag: 'default', trace_id: '', step_name: 'a' })).status).toBe(200);
    expect((await tracing('step', { trace_tag: 'default', trace_id: null, step_name: 'b' })).status).toBe(200);
    expect(TraceEnded.parse((await end('default')).body).steps).toHaveLength(2);
  });

  test('traces of one tag with different ids run side by side', async () => {
    for (const id of ['1', '2', 'default', null]) await start('parallel', id);
    await tracing('step', { trace_tag: 'parallel', trace_id: '1', step_name: 'only here' });
    for (const id of ['2', null, '1', 'default']) expect((await end('parallel', id)).status).toBe(200);
    const found = await results('parallel');
    expect(found.map(({ trace_id, steps }) => [trace_id, steps.length])).toEqual([
      ['2', 0],
      [null, 0],
      ['1', 1],
      ['default', 0],
    ]);
  });

  test('a tag and an id that only look alike together are two traces', async () => {
    await start('a', 'b:c');
    expect(await end('a:b', 'c')).toMatchObject(NOT_FOUND);
  });

  test.each([
    'with/slash',
    '../..',
    'a b',
    'ä€😀',
    '?q=1#x',
    '%2F',
    '100%',
    'summary',
    'x'.repeat(1_024),
    '€'.repeat(1_024),
  ])('a tag may be %p, and is read and deleted by its path', async tag => {
    await start(tag);
    await end(tag);
    expect((await results(tag)).map(({ trace_tag }) => trace_tag)).toEqual([tag]);
    await ask(`${url}/api/traces/${encodeURIComponent(tag)}`, { method: 'DELETE' });
    expect(await results(tag)).toEqual([]);
  });

  test('a start under the name of a running trace replaces it, and says so in the log only', async () => {
    await start('again');
    await step('again', 'lost');
    expect((await start('again')).status).toBe(200);
    expect(TraceEnded.parse((await end('again')).body).steps).toEqual([]);
    expect(service.output).toContain('was started again before it ended');
  });
});

describe('refusals', () => {
  const detail = (type: string, loc: (string | number)[], msg: string, input: unknown) => ({ type, loc, msg, input });

  test('a missing field', async () => {
    expect(await tracing('start', {})).toMatchObject({
      status: 422,
      body: { detail: [detail('missing', ['body', 'trace_tag'], 'Field required', {})] },
    });
  });

  test('numbers are no strings', async () => {
    expect((await start(7 as never)).body).toEqual({
      detail: [detail('string_type', ['body', 'trace_tag'], 'Input should be a valid string', 7)],
    });
  });

  test('broken JSON', async () => {
    const response = await fetch(`${url}/api/tracing/start`, { method: 'POST', body: 'not json' });
    expect([response.status, response.headers.get('content-type')]).toEqual([422, 'application/json']);
    expect(await response.json()).toMatchObject({ detail: [{ type: 'json_invalid', loc: ['body', 0] }] });
  });

  test('no body', async () => {
    expect(await ask(`${url}/api/tracing/start`, { method: 'POST' })).toMatchObject({
      status: 422,
      body: { detail: [detail('missing', ['body'], 'Field required', null)] },
    });
  });

  test('an unknown path and a wrong method', async () => {
    expect(await ask(`${url}/api/nothing`)).toMatchObject({ status: 404, body: { detail: 'Not Found' } });
    expect(await ask(`${url}/api/tracing/start`)).toMatchObject({
      status: 405,
      body: { detail: 'Method Not Allowed' },
    });
    expect((await ask(`${url}/api/traces/x`, { method: 'PUT' })).headers.get('allow')).toContain('DELETE');
  });

  test('unknown fields are ignored, an empty tag is accepted', async () => {
    expect((await tracing('start', { trace_tag: '', surprise: true })).status).toBe(200);
    expect((await end('')).status).toBe(200);
  });

  test.each([undefined, 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'application/xml'])(
    'a body is JSON under the content type %p',
    async type => {
      const body = new Blob([JSON.stringify({ trace_tag: 'lax' })]);
      const headers = type === undefined ? {} : { 'content-type': type };
      const response = await fetch(`${url}/api/tracing/start`, { method: 'POST', body, headers });
      expect(response.status).toBe(200);
    },
  );

  test('a trace takes so many steps, and stays as it is then', async () => {
    await start('full');
    for (let i = 0; i < 5; i++) await step('full', String(i));
    expect(await step('full', 'too many')).toMatchObject({
      status: 413,
      body: { detail: 'A trace has at most 5 steps.' },
    });
    expect(TraceEnded.parse((await end('full')).body).steps).toHaveLength(5);
  });
});

describe('faults of the older system', () => {
  test('a timestamp in the query changes nothing', async () => {
    await start('forged');
    const { status, body } = await post(`${url}/api/tracing/end?timestamp=1999-01-01T00:00:00`, {
      trace_tag: 'forged',
    });
    expect(status).toBe(200);
    expect(TraceEnded.parse(body).duration_seconds).toBeGreaterThanOrEqual(0);
  });

  test('nor does a timestamp with a zone lose the trace', async () => {
    await start('kept');
    const { status } = await post(`${url}/api/tracing/end?timestamp=1999-01-01T00:00:00Z`, { trace_tag: 'kept' });
    expect(status).toBe(200);
    expect(await results('kept')).toHaveLength(1);
  });
});

describe('pages of other origins', () => {
  const origin = 'https://elsewhere.test';

  test('may send any header with credentials, and need not ask again for ten minutes', async () => {
    const { status, headers } = await ask(`${url}/api/tracing/start`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-any',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-allow-headers')).toBe('content-type,x-any');
    expect(headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(headers.get('access-control-max-age')).toBe('600');
  });

  test('may read the answers, refusals too', async () => {
    for (const trace_tag of ['nobody', 7]) {
      const { headers } = await post(`${url}/api/tracing/end`, { trace_tag }, { origin });
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
    }
  });
});

describe('beyond the older system', () => {
  test('a batch carries steps that the client timed, as long ago as it says', async () => {
    await start('batch');
    await sleep(60);
    const steps = [
      { step_name: 'a', age_seconds: 0.05 },
      { step_name: 'b', age_seconds: 0.02, track_duration: false },
      { step_name: 'c' },
    ];
    const { body } = await tracing('steps', { trace_tag: 'batch', steps, end_trace: true });
    const ended = TraceEnded.parse(body);
    expect(ended.steps.map(each => each.step_name)).toEqual(['a', 'b', 'c']);
    expect(ended.steps[1]?.duration_seconds).toBeCloseTo(0.03, 9);
    expect(ended.steps[2]?.duration_seconds).toBeCloseTo(0.02, 9);
    expect(ended.steps[2]?.step_time).toBe(ended.end_time);
  });

  test('a summary tells count, minimum, mean, percentiles and maximum of each step and of the whole', async () => {
    for (const id of ['1', '2', '3']) {
      await start('summed', id);
      await tracing('step', { trace_tag: 'summed', trace_id: id, step_name: 's' });
      await end('summed', id);
    }
    const { body } = await ask(`${url}/api/traces/summed/summary`);
    const { total, steps } = TraceSummary.parse(body);
    const durations = (await results('summed')).map(each => each.duration_seconds).sort((a, b) => a - b);
    expect(total).toMatchObject({
      count: 3,
      min_seconds: durations[0],
      p50_seconds: durations[1],
      p99_seconds: durations[2],
      max_seconds: durations[2],
    });
    expect(steps.map(({ step_name, count }) => [step_name, count])).toEqual([['s', 3]]);
    expect((await ask(`${url}/api/traces/never/summary`)).body).toMatchObject({
      total: { count: 0, p50_seconds: null },
    });
  });

  test('running traces are listed, and one of them can be dropped', async () => {
    await start('open/tag', 'a b');
    await start('open/tag');
    const listed = async () =>
      ((await ask(`${url}/api/tracing/active`)).body as { trace_tag: string; trace_id: string | null }[])
        .filter(({ trace_tag }) => trace_tag === 'open/tag')
        .map(({ trace_id }) => trace_id);
    expect(await listed()).toEqual(['a b', null]);
    const drop = (query: string) => ask(`${url}/api/tracing/active/open%2Ftag${query}`, { method: 'DELETE' });
    expect((await drop('?trace_id=a%20b')).status).toBe(204);
    expect(await listed()).toEqual([null]);
    expect((await drop('')).status).toBe(204);
    expect((await drop('')).status).toBe(204);
    expect(await listed()).toEqual([]);
  });
});
