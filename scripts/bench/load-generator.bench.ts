// What naming the trace behind every request costs: requests a second that the load test reaches against an empty Fastify
// server, beside bare autocannon, in turns. `node --conditions=@tracelab/source scripts/bench/load-generator.bench.ts`
import { fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import { fastify } from 'fastify';
import { runLoad } from '../load/run-load.ts';
import { only, quickSettings } from '../test/quick-settings.ts';

const ROUNDS = 5;
const ROUND_S = 3;
const CONNECTIONS = 10;

interface Measured {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

type Role = 'server' | 'bare' | 'ours';

const roles: Readonly<Record<Role, (url: string) => Promise<unknown>>> = {
  server: async () => {
    const app = fastify();
    app.get('/', () => ({}));
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
  bare: url =>
    measured(async () => {
      const { requests } = await autocannon({ url, connections: CONNECTIONS, duration: ROUND_S });
      return requests.total;
    }),
  ours: url =>
    measured(async () => {
      const settings = quickSettings(url, {
        users: CONNECTIONS,
        requests: Number.MAX_SAFE_INTEGER,
        durationS: ROUND_S,
      });
      const { collector } = await runLoad(settings, only('/'), { signal: new AbortController().signal });
      const { errors, requests } = collector.total();
      if (errors > 0) throw new Error(`${errors} errors`);
      return requests;
    }),
};

async function measured(run: () => Promise<number>): Promise<Measured> {
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  const requests = await run();
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (requests * 1_000) / (performance.now() - startedMs), cpuMicros: (user + system) / requests };
}

/** Each side in a process of its own, as it is used. */
async function inProcess(role: Role, url = ''): Promise<{ readonly answer: unknown; readonly stop: () => void }> {
  const child = fork(new URL(import.meta.url), [role, url], { execArgv: ['--conditions=@tracelab/source'] });
  const [answer] = (await once(child, 'message')) as [unknown];
  return { answer, stop: () => child.kill() };
}

async function round(role: 'bare' | 'ours', url: string): Promise<Measured> {
  const { answer, stop } = await inProcess(role, url);
  stop();
  return answer as Measured;
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;

async function compare(): Promise<void> {
  const server = await inProcess('server');
  const url = String(server.answer);
  const all: { readonly bare: Measured; readonly ours: Measured }[] = [];
  for (let made = 0; made < ROUNDS; made++) {
    // Whoever comes second finds a warmer server: take turns.
    const first = made % 2 === 0 ? ('bare' as const) : ('ours' as const);
    const one = await round(first, url);
    const other = await round(first === 'bare' ? 'ours' : 'bare', url);
    const pair = first === 'bare' ? { bare: one, ours: other } : { bare: other, ours: one };
    all.push(pair);
    process.stdout.write(`${line('bare autocannon', pair.bare)}   ${line('load test', pair.ours)}\n`);
  }
  server.stop();
  const ratio = median(all.map(({ bare, ours }) => ours.perSecond / bare.perSecond));
  const cpu = median(all.map(({ bare, ours }) => ours.cpuMicros / bare.cpuMicros));
  process.stdout.write(
    `\nmedian: ${(100 * ratio).toFixed(0)} % of its rate, ${(100 * cpu).toFixed(0)} % of its CPU a request\n`,
  );
}

const line = (name: string, { perSecond, cpuMicros }: Measured): string =>
  `${name} ${perSecond.toFixed(0).padStart(6)}/s ${cpuMicros.toFixed(1).padStart(6)} µs CPU each`;

const [role, url = ''] = process.argv.slice(2);
if (role === undefined) await compare();
else process.send?.(await roles[role as Role](url));
