// Many traces at once from many clients, in short; bench/perf-tracer.bench.ts does the same with 10,000.
import { expect, test } from '@jest/globals';
import type { ActiveTrace, FinishedTrace } from '@tracelab/contracts/perf-tracer';
import { ask, post, ServiceProcess } from '@tracelab/test-stack';

const TRACES = 800;
const CLIENTS = 200;

/** Each client takes the next trace when its last request was answered. */
async function crowd(request: (trace: number) => Promise<{ status: number }>): Promise<Set<number>> {
  let next = 0;
  const statuses = new Set<number>();
  const client = async () => {
    for (let trace = next++; trace < TRACES; trace = next++) statuses.add((await request(trace)).status);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return statuses;
}

test('many traces that run at the same time lose neither themselves nor a step', async () => {
  const service = await ServiceProcess.start({ service: 'perf-tracer', env: { LOG_LEVEL: 'info' } });
  const at = (trace: number) => ({ trace_tag: 'crowd', trace_id: String(trace) });
  const tracing = (path: string, body: object) => post(`${service.url}/api/tracing/${path}`, body);
  expect(await crowd(trace => tracing('start', at(trace)))).toEqual(new Set([200]));
  expect(await crowd(trace => tracing('step', { ...at(trace), step_name: `of ${trace}` }))).toEqual(new Set([200]));
  const active = (await ask(`${service.url}/api/tracing/active`)).body as ActiveTrace[];
  expect(active.map(({ step_count }) => step_count)).toEqual(new Array(TRACES).fill(1));
  expect(await crowd(trace => tracing('end', at(trace)))).toEqual(new Set([200]));
  const kept = (await ask(`${service.url}/api/traces/crowd`)).body as FinishedTrace[];
  await service.stop();
  expect(new Set(kept.map(({ trace_id }) => trace_id)).size).toBe(TRACES);
  expect(kept.every(({ trace_id, steps }) => steps.length === 1 && steps[0]?.step_name === `of ${trace_id}`)).toBe(
    true,
  );
}, 60_000);
