import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadReport, rowOf } from '../load/report.ts';
import type { Addresses } from '../stack/first-trace.ts';
import { runScript } from './run-script.ts';
import { claim } from './check.ts';

/** One of a hundred card payments takes 300 ms longer, and nothing else is slow or fails. */
export const PAYMENT_FAULT = {
  SLOW_CREDIT_CARD: '0.01:300',
  DEMO_SEED: '30', // the 46th, the 69th, the 98th, the 131st
  DEMO_DELAY_SCALE: '0',
  FAIL_INVENTORY: '0',
  FAIL_PAYMENT: '0',
};

// Fresh processes are slow for another reason than the one that is looked for.
const WARMING_FLOWS = 40;

export async function warmUp(gatewayUrl: string): Promise<void> {
  for (let made = 0; made < WARMING_FLOWS; made++) {
    const response = await fetch(`${gatewayUrl}/demo/full-flow/${1 + (made % 3)}`);
    await response.body?.cancel();
  }
}

/** The options of a load test that meets the fault a few times. */
export const FAULT_LOAD = ['--users', '3', '--requests', '100', '--ramp-up', '0', '--think', '0', '--seed', '1'];

/** A load test of a system started with `PAYMENT_FAULT` names the step to blame for its p99. */
export async function checkPaymentFault({ gatewayUrl, queryUrl }: Addresses): Promise<void> {
  const file = join(tmpdir(), `tracelab-fault-${process.pid}.json`);
  await warmUp(gatewayUrl);
  const args = ['--url', gatewayUrl, '--traces', queryUrl, ...FAULT_LOAD, '--json', file];
  const { code, stderr } = await runScript('load-test.ts', args);
  claim('a load test runs', code === 0, code === 0 ? '' : stderr.slice(-1_000));
  const { routes } = LoadReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  rmSync(file);
  const flow = routes.find(({ route }) => route === 'GET /demo/full-flow/{user_id}');
  const p99 = flow && rowOf(flow.latency, 'p99');
  const { service = 'nobody', step = 'nothing' } = p99?.blame ?? {};
  claim(
    'it blames the card processor for the p99',
    service === 'payment' && step === 'payment_service.gateway_processing',
    `${p99?.ms.toFixed(0) ?? '?'} ms, ${service}, ${step}, ${p99?.link ?? 'no link'}`,
  );
}
