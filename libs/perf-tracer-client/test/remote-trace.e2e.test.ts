import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { minify, transform } from '@swc/core';
import type * as contract from '@tracelab/contracts/perf-tracer';
import { ServiceProcess } from '@tracelab/test-stack';
import type {
  DurationStatistics,
  StepAdded,
  StepsAdded,
  TraceEnded,
  TraceStarted,
  TraceSummary,
} from '../src/answers.ts';
import { RemoteTrace, RemoteTraceError } from '../src/index.ts';

let service: ServiceProcess;
let url: string;
let silentServer: Server;
let silentUrl: string;
beforeAll(async () => {
  service = await ServiceProcess.start({ service: 'perf-tracer', env: {} });
  url = `${service.url}/api/tracing`;
  silentServer = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silentServer, 'listening');
  silentUrl = `http://127.0.0.1:${(silentServer.address() as AddressInfo).port}`;
}, 60_000);
afterAll(async () => {
  silentServer.closeAllConnections();
  silentServer.close();
  await service.stop();
});

describe('the surface of the older client', () => {
  test('a name, no id and the address of the gateway where nothing else is said', () => {
    const { name, id, url } = new RemoteTrace('n');
    expect({ name, id, url }).toEqual({ name: 'n', id: null, url: 'http://localhost:8000/api/tracing' });
    expect(new RemoteTrace('n', { id: 'x', url: 'http://h/t' })).toMatchObject({ id: 'x', url: 'http://h/t' });
  });
});

describe('each call', () => {
  test('resolves to what perf-tracer answers', async () => {
    const trace = new RemoteTrace('whole', { id: '1', url: `${url}/` });
    expect(await trace.start()).toMatchObject({ message: 'Trace started', trace_tag: 'whole', trace_id: '1' });
    expect(await trace.step('one')).toMatchObject({ message: 'Step added', track_duration: true });
    expect(await trace.step('two', { track: false })).toMatchObject({ track_duration: false });
    const ended = await trace.step('three', { end: true });
    expect(ended.steps.map(step => step.step_name)).toEqual(['one', 'two', 'three']);
    const { message, ...finished } = ended;
    expect(message).toBe('Trace ended');
    expect(await trace.results()).toEqual([finished]);
    expect(await trace.summary()).toMatchObject({ total: { count: 1 } });
    await trace.clear();
    expect(await trace.results()).toEqual([]);
  });

  test('rejects with status and detail where it was refused', async () => {
    const error = await new RemoteTrace('nobody', { url }).end().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RemoteTraceError);
    expect(error).toMatchObject({ code: 'refused', status: 404, detail: 'Trace not found.' });
  });

  test('rejects as unreachable where nobody listens', async () => {
    await expect(new RemoteTrace('x', { url: 'http://127.0.0.1:1' }).start()).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  test('rejects as a timeout where nobody answers', async () => {
    const trace = new RemoteTrace('x', { url: silentUrl, timeoutMs: 50 });
    await expect(trace.start()).rejects.toMatchObject({ code: 'timeout' });
  });

  test("rejects as aborted by the call's signal and by the trace's", async () => {
    const late = () => AbortSignal.timeout(50);
    await expect(new RemoteTrace('x', { url: silentUrl }).start({ signal: late() })).rejects.toMatchObject({
      code: 'aborted',
    });
    await expect(new RemoteTrace('x', { url: silentUrl, signal: late() }).end()).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  test('resolves to undefined instead, where silence was asked for', async () => {
    expect(await new RemoteTrace('nobody', { url, silent: true }).end()).toBeUndefined();
  });
});

describe('measure', () => {
  test('passes on what the function returns, and adds a step', async () => {
    const trace = new RemoteTrace('measured', { url });
    await trace.start();
    expect(await trace.measure('sync', () => 7)).toBe(7);
    expect(await trace.measure('async', () => Promise.resolve('text'))).toBe('text');
    expect((await trace.end()).steps.map(step => step.step_name)).toEqual(['sync', 'async']);
  });

  test('passes on what it throws, and adds the step all the same', async () => {
    const trace = new RemoteTrace('thrown', { url });
    await trace.start();
    const fail = () => Promise.reject(new RangeError('mine'));
    await expect(trace.measure('fails', fail)).rejects.toThrow(RangeError);
    expect((await trace.end()).steps).toHaveLength(1);
  });

  test('does not fail where tracing does', async () => {
    const trace = new RemoteTrace('x', { url: 'http://127.0.0.1:1' });
    expect(await trace.measure('works', () => 1)).toBe(1);
  });
});

describe('marks', () => {
  test('are sent together, each with its own time', async () => {
    const trace = new RemoteTrace('marked', { url });
    await trace.start();
    trace.mark('first');
    await new Promise(resolve => setTimeout(resolve, 60));
    trace.mark('second', { track: false });
    const ended = (await trace.flush({ end: true })) as TraceEnded;
    expect(ended.steps.map(step => step.step_name)).toEqual(['first', 'second']);
    expect(ended.steps[1]?.duration_seconds).toBeGreaterThanOrEqual(0.059);
    expect(ended.steps[1]?.track_duration).toBe(false);
  });

  test('go with sendBeacon as text that needs no preflight, where there is one', async () => {
    const sent: [string, string][] = [];
    const original = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    const sendBeacon = (to: string, body: string) => sent.push([to, body]) > 0;
    const trace = new RemoteTrace('left', { url });
    await trace.start();
    trace.mark('last seen');
    Object.defineProperty(globalThis, 'navigator', { value: { sendBeacon }, configurable: true });
    try {
      expect(trace.beacon({ end: true })).toBe(true);
    } finally {
      if (original) Object.defineProperty(globalThis, 'navigator', original);
    }
    const [[to, body] = ['', '']] = sent;
    expect(to).toBe(`${url}/steps`);
    // A browser sends a string as text/plain.
    await fetch(to, { method: 'POST', body });
    const [kept] = await trace.results();
    expect(kept?.steps.map(step => step.step_name)).toEqual(['last seen']);
    expect(new RemoteTrace('x').beacon()).toBe(false);
  });
});

test('its answers are those of the contract', () => {
  // Checked by the compiler: an answer of the contract that is none of the client's does not compile.
  const started: TraceStarted[] = [] as contract.TraceStarted[];
  const steps: (StepAdded | StepsAdded)[] = [] as (contract.StepAdded | contract.StepsAdded)[];
  const ended: TraceEnded[] = [] as contract.TraceEnded[];
  const summaries: TraceSummary[] = [] as contract.TraceSummary[];
  const statistics: DurationStatistics[] = [] as contract.DurationStatistics[];
  expect([started, steps, ended, summaries, statistics].flat()).toEqual([]);
});

test('weighs less than 2 kB, minified and gzipped', async () => {
  const files = ['remote-trace-error.ts', 'remote-trace.ts'].map(name =>
    readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8'),
  );
  const source = files.join('\n').replaceAll(/^import (type )?\{[^}]*\} from '\.[^']*';$/gm, '');
  const { code } = await transform(source, { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } });
  const minified = await minify(code, { compress: true, mangle: true, module: true });
  expect(minified.code).toContain('RemoteTraceError');
  expect(gzipSync(minified.code).byteLength).toBeLessThan(2_000);
});
