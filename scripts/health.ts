// Asks every service and the trace backend. Exits 1 when one is down; with --status it only tells.
import { loadStackConfig, type StackConfig } from './stack/config.ts';
import { portOwner } from './stack/port-owner.ts';
import { parseSwitches } from './terminal/flags.ts';
import { EXIT, runCommand } from './terminal/run-command.ts';
import { Style } from './terminal/style.ts';

const USAGE = `Usage: make health    asks every service and the trace backend; ends with 1 when one is down
       make status    tells what runs where

They are looked for where GATEWAY_PORT, USER_PORT, ORDER_PORT, PAYMENT_PORT, PERF_TRACER_PORT and HUB_PORT say.
`;

interface Asked {
  readonly name: string;
  readonly port: number;
  readonly path: string;
}

interface Answer extends Asked {
  readonly isUp: boolean;
  readonly words: string;
}

const style = new Style(process.stdout, process.env);

const allOf = ({ ports }: StackConfig): readonly Asked[] => [
  ...(['gateway', 'user', 'order', 'payment', 'perf-tracer'] as const).map(name => ({
    name,
    port: ports[name],
    path: '/health/ready',
  })),
  { name: 'traces', port: ports.hub, path: '/api/services' },
];

async function ask(each: Asked): Promise<Answer> {
  const url = `http://127.0.0.1:${each.port}${each.path}`;
  const startedAt = performance.now();
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    const body: unknown = await response.json().catch(() => undefined);
    const words = response.ok ? `${Math.round(performance.now() - startedAt)} ms` : reason(response.status, body);
    return { ...each, isUp: response.ok, words };
  } catch {
    return { ...each, isUp: false, words: 'not available: start it with `make run` or `make docker-up`' };
  }
}

function reason(status: number, body: unknown): string {
  const { dependencies = {} } = (body ?? {}) as { dependencies?: Record<string, string> };
  const down = Object.keys(dependencies).filter(name => dependencies[name] !== 'up');
  return down.length > 0 ? `not ready: ${down.join(', ')} down` : `answers ${status}`;
}

async function line({ name, port, isUp, words }: Answer, tellsOwner: boolean): Promise<string> {
  const owner = tellsOwner && isUp ? `  ${style.dim((await portOwner(port)) ?? '')}` : '';
  const state = isUp ? 'up  ' : style.red('down');
  return `  ${name.padEnd(12)}  http://localhost:${String(port).padEnd(6)}  ${state}  ${words}${owner}`;
}

await runCommand(async ({ args }) => {
  const switches = parseSwitches(['status'], args);
  if (switches === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  const answers = await Promise.all(allOf(loadStackConfig()).map(ask));
  for (const answer of answers) process.stdout.write(`${await line(answer, switches.status)}\n`);
  return switches.status || answers.every(({ isUp }) => isUp) ? 0 : EXIT.notMet;
});
