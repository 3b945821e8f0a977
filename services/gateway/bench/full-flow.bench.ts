// The full flow under load, with no delays and the usual failures: node --conditions=@tracelab/source <this file>
// Prints what was answered; the exit code is 1 when anything but 200, 402 and 409 was, or a connection failed.
import { rmSync } from 'node:fs';
import { LocalPostgres } from '@tracelab/local-servers';
import { Shop, temporaryFolder } from '@tracelab/test-stack';
import autocannon from 'autocannon';

const folder = temporaryFolder('bench');
const postgres = await LocalPostgres.start({ directory: `${folder}/data`, isDurable: false });
const shop = await Shop.start({
  postgres: name => postgres.url(name),
  env: { FAIL_INVENTORY: '0.05', FAIL_PAYMENT: '0.1', FAIL_NOTIFICATION: '0.02', FAIL_CONFIRMATION: '0.01' },
});
try {
  const run = await autocannon({ url: `${shop.gateway.url}/demo/full-flow/1`, connections: 50, duration: 10 });
  const statuses = Object.entries(run.statusCodeStats ?? {}).map(([status, { count = 0 }]) => [status, count] as const);
  const { p50, p97_5, p99, max } = run.latency;
  process.stdout.write(
    [
      `requests   ${run.requests.total} in ${run.duration} s`,
      `latency ms p50 ${p50}, p97.5 ${p97_5}, p99 ${p99}, max ${max}`,
      ...statuses.map(
        ([status, count]) => `${status}        ${count} (${((100 * count) / run.requests.total).toFixed(1)} %)`,
      ),
      `errors     ${run.errors}, timeouts ${run.timeouts}\n`,
    ].join('\n'),
  );
  const isExpected = statuses.every(([status]) => ['200', '402', '409'].includes(status));
  process.exitCode = isExpected && run.errors === 0 ? 0 : 1;
} finally {
  await shop.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
