import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import { LoadReport, type Route, rowOf } from '../load/report.ts';
import { FAULT_LOAD, PAYMENT_FAULT, warmUp } from '../smoke/payment-fault.ts';
import { explainTrace } from '../traces/explain-trace.ts';
import { TraceReader } from '../traces/trace-reader.ts';
import { runScript, type ScriptEnd } from '../smoke/run-script.ts';
import { RunningSystem } from './running-system.ts';

const folder = temporaryFolder('load');
const [jsonFile, htmlFile] = [join(folder, 'report.json'), join(folder, 'report.html')];
const FLOW = 'GET /demo/full-flow/{user_id}';

let system: RunningSystem;
let ended: ScriptEnd;
let report: LoadReport;

beforeAll(async () => {
  system = await RunningSystem.start(PAYMENT_FAULT);
  await warmUp(system.url);
  ended = await runScript('load-test.ts', [
    ...['--url', system.url, '--traces', system.tracesUrl],
    ...FAULT_LOAD,
    ...['--thresholds', 'errors<=1%,p50<2000', '--json', jsonFile, '--html', htmlFile],
  ]);
  report = LoadReport.parse(JSON.parse(readFileSync(jsonFile, 'utf8')));
}, 60_000);
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
});

const flow = (): Route => {
  const route = report.routes.find(each => each.route === FLOW);
  if (route === undefined) throw new Error('no flow was made');
  return route;
};

test('the load test ends with 0 and leaves its files where it says', () => {
  expect(ended.code).toBe(0);
  expect(ended.stderr).toContain(`Report: ${jsonFile}`);
  expect(ended.stderr).toContain(`Report: ${htmlFile}`);
  expect(readFileSync(htmlFile, 'utf8')).toContain(FLOW);
  expect(report).toMatchObject({ requests: 300, errors: 0, isComplete: true });
});

test('300 ms in one of a hundred payments are a p99 whose trace blames payment', async () => {
  const p99 = rowOf(flow().latency, 'p99');
  expect(p99?.ms).toBeGreaterThan(300);
  expect(rowOf(flow().latency, 'p50')?.ms).toBeLessThan(300);
  expect(p99?.blame).toMatchObject({ service: 'payment', step: 'payment_service.gateway_processing' });
  expect(p99?.link).toBe(`${system.tracesUrl}/trace/${p99?.traceId}`);
  const read = await new TraceReader(system.tracesUrl).read([p99?.traceId ?? '']);
  const trace = read.state === 'read' ? read.traces.get(p99?.traceId ?? '') : undefined;
  const [blamed] = trace === undefined ? [] : explainTrace(trace).services;
  expect(blamed?.service).toBe('payment');
  expect(blamed?.ms).toBeGreaterThan(300);
});

test('what the p99 does that the p50 does not is the card processor', () => {
  const { difference } = report.traces.state === 'read' ? report.traces : {};
  expect(difference?.route).toBe(FLOW);
  expect(difference?.grew[0]).toMatchObject({ service: 'payment', step: 'payment_service.gateway_processing' });
  expect(difference?.grew[0]?.grewMs).toBeGreaterThan(250);
});

test('the slowest request is shown with its whole trace, across every service', () => {
  const { slowest, asked, found } = report.traces.state === 'read' ? report.traces : {};
  // Health checks make no spans: the median, p90, p99 and slowest of theirs are the only ones without a trace.
  expect(found).toBe((asked ?? 0) - 4);
  expect(slowest?.route).toBe(FLOW);
  const services = new Set(slowest?.explanation.waterfall.map(({ service }) => service));
  expect([...services].sort()).toEqual(['gateway', 'order', 'payment', 'user']);
  // The trace is the request: the server's own span takes about the time that the client measured.
  expect((slowest?.explanation.durationMs ?? 0) / (slowest?.ms ?? 1)).toBeGreaterThan(0.8);
  expect((slowest?.explanation.durationMs ?? 0) / (slowest?.ms ?? 1)).toBeLessThan(1.2);
});

test('a foreseen refusal is no error, and has its trace', () => {
  const missing = report.statuses.find(({ status }) => status === 404);
  expect(missing).toMatchObject({ isError: false, link: expect.stringContaining(`/trace/${missing?.traceId}`) });
});

test('the demo shows every scenario with the link to a trace that is there', async () => {
  const demo = await runScript('traffic.ts', [
    ...['--mode', 'demo', '--pause', '0', '--url', system.url, '--traces', system.tracesUrl, '--json', '-'],
  ]);
  expect(demo.code).toBe(0);
  const { scenarios } = JSON.parse(demo.stdout) as { scenarios: { title: string; result: string; traceId: string }[] };
  const results = Object.fromEntries(scenarios.map(({ title, result }) => [title, result]));
  expect(results['Full flow of user 3']).toMatch(/^order \d+, payment success$/);
  expect(results['The same payment again']).toBe(results['Its payment']);
  expect(results['A user that is not there']).toBe('404 User 999 not found');
  const read = await new TraceReader(system.tracesUrl).read(scenarios.map(({ traceId }) => traceId));
  expect(read.state === 'read' ? read.traces.size : 0).toBe(scenarios.length);
  for (const { traceId } of scenarios) expect(demo.stderr).toContain(`${system.tracesUrl}/trace/${traceId}`);
}, 30_000);

test('visitors browse, register, order, pay and make mistakes without an error', async () => {
  const activity = await runScript('traffic.ts', [
    ...['--url', system.url, '--traces', system.tracesUrl, '--duration', '3', '--concurrent', '15', '--json', '-'],
  ]);
  const { errors, routes } = JSON.parse(activity.stdout) as { errors: number; routes: { route: string }[] };
  expect(activity.code).toBe(0);
  expect(errors).toBe(0);
  expect(routes.map(({ route }) => route)).toEqual(
    expect.arrayContaining(['GET /health', 'GET /users/{user_id}', 'POST /users', 'POST /orders', 'POST /payments']),
  );
  expect(activity.stderr).toMatch(/Completed user activity generation\. Total patterns executed: \d+/);
});
