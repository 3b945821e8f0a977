// The system in containers: builds the images, brings them up, reads a trace back, restarts services under load, takes
// everything down and looks at what is left. Exits 77, with the reason as its last line, where there is no engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree } from '@tracelab/local-servers';
import { claim, eventually, figure } from './smoke/check.ts';
import { checkFlow } from './smoke/flow-check.ts';
import { Foreground, STACK_IS_UP } from './smoke/foreground.ts';
import { checkPaymentFault, PAYMENT_FAULT } from './smoke/payment-fault.ts';
import { checkReplicas } from './smoke/replicas.ts';
import { runCommand } from './smoke/run-command.ts';
import { SteadyLoad } from './smoke/steady-load.ts';

const PROJECT = 'tracelab-smoke';
const SERVICES = ['gateway', 'user', 'order', 'payment', 'perf-tracer'] as const;
const BASE_IMAGE = 'node:24-bookworm-slim';
const STORE_PORTS = [5432, 6379];
const MOST_MB_ON_TOP = 120;
const addresses = { gatewayUrl: 'http://127.0.0.1:8000', queryUrl: 'http://127.0.0.1:16686' };

// No registry has to be reached for the trace backend: the hub answers on Jaeger's ports.
const settings = {
  COMPOSE_PROJECT_NAME: PROJECT,
  POSTGRES_PASSWORD: 'smoke-test-only',
  JAEGER_IMAGE: 'tracelab/hub',
  // Nor for the collectors.
  COLLECTOR_EDGE_URL: 'http://jaeger:4318',
  JAEGER_COMMAND: 'dist/main.js --host 0.0.0.0 --data /tmp/hub',
  ...PAYMENT_FAULT,
};

const env = { ...process.env, ...settings };
const docker = (...args: readonly string[]) => runCommand('docker', args, { env });
const compose = (...args: readonly string[]) => docker('compose', ...args);
/** A command of the Makefile, as a person runs it. */
const make = (...args: readonly string[]) => runCommand('make', ['--no-print-directory', ...args], { env });

function skip(reason: string): never {
  process.stdout.write(`${reason}\n`);
  process.exit(77);
}

async function prepare(): Promise<void> {
  if ((await docker('info')).status !== 0) skip('no Docker engine answers');
  const isHere = (await docker('image', 'inspect', BASE_IMAGE)).status === 0;
  if (!isHere && (await docker('pull', '-q', BASE_IMAGE)).status !== 0) {
    skip(`the image ${BASE_IMAGE} is not here and cannot be pulled`);
  }
  const taken: number[] = [];
  for (const port of [8000, 8001, 8002, 8003, 8004, 16_686, 4317, 4318])
    if (!(await isPortFree(port))) taken.push(port);
  claim('the published ports are free', taken.length === 0, taken.join(', '));
}

/** Every file and profile, as compose itself reads them. */
async function validate(): Promise<void> {
  const scaled = ['-f', 'docker-compose.yml', '-f', 'docker-compose.scale.yml'];
  const variants = [[], ['--profile', 'metrics'], ['--profile', 'collector'], ['-f', 'docker-compose.dev.yml'], scaled];
  for (const variant of variants) {
    const { status, output } = await docker('compose', ...variant, 'config', '--quiet');
    claim(`compose accepts ${variant.join(' ') || 'docker-compose.yml'}`, status === 0, output.trim());
  }
}

async function build(): Promise<void> {
  const startedAt = performance.now();
  const built = await make('docker-build');
  claim(
    'make docker-build builds the images of the services',
    built.status === 0,
    built.status === 0 ? '' : built.output.slice(-2_000),
  );
  const hub = await docker(
    'build',
    '-q',
    '-f',
    'docker/Dockerfile',
    '--build-arg',
    'SERVICE=hub',
    '-t',
    'tracelab/hub',
    '.',
  );
  claim('the image of the hub builds', hub.status === 0, hub.status === 0 ? '' : hub.output.slice(-2_000));
  figure('time to build', `${((performance.now() - startedAt) / 1000).toFixed(0)} s`, 'none');
  const base = await sizeMb(BASE_IMAGE);
  for (const service of SERVICES) {
    const onTop = Math.round((await sizeMb(`tracelab/${service}`)) - base);
    claim(`${service} is at most ${MOST_MB_ON_TOP} MB on top of its base`, onTop <= MOST_MB_ON_TOP, `${onTop} MB`);
  }
}

async function sizeMb(image: string): Promise<number> {
  const { output } = await docker('image', 'inspect', '--format', '{{.Size}}', image);
  return Number(output.trim()) / 2 ** 20;
}

async function up(): Promise<void> {
  const startedAt = performance.now();
  const started = await make('docker-up');
  claim(
    'make docker-up brings everything up healthy',
    started.status === 0,
    started.status === 0 ? '' : started.output.slice(-2_000),
  );
  figure('time until healthy', `${((performance.now() - startedAt) / 1000).toFixed(0)} s`, 'none');
}

async function isHardened(): Promise<void> {
  const inside = (...command: readonly string[]) => compose('exec', '-T', 'payment', ...command);
  claim('a service is not root', (await inside('id', '-u')).output.trim() === '1000');
  claim('a service cannot write to its own files', (await inside('sh', '-c', 'echo x > /app/x')).status !== 0);
}

const replace = (service: string) => compose('up', '-d', '--no-deps', '--force-recreate', '--wait', service);

async function restartEach(): Promise<void> {
  const paths = { user: '/users/1', order: '/orders/101', payment: '/payments/1001', gateway: '/' } as const;
  for (const service of ['user', 'order', 'payment'] as const) {
    const load = new SteadyLoad(addresses.gatewayUrl, Object.values(paths), 20);
    load.start();
    const replaced = await replace(service);
    const seen = await load.stop();
    const others = seen.filter(({ path, status }) => path !== paths[service] && status >= 500);
    const own = seen.filter(({ path, status }) => path === paths[service] && status >= 500 && status !== 503);
    claim(
      `${service} is replaced under load`,
      replaced.status === 0,
      replaced.status === 0 ? `${seen.length} requests` : replaced.output.slice(-1_000),
    );
    claim(
      `${service} replaced: no request of another service fails`,
      others.length === 0,
      JSON.stringify(others[0] ?? ''),
    );
    claim(`${service} replaced: its own fail as 503 at worst`, own.length === 0, JSON.stringify(own[0] ?? ''));
  }
}

async function follows(target: string, words: RegExp): Promise<void> {
  const logs = new Foreground(`exec make --no-print-directory ${target}`, settings);
  claim(`make ${target} shows its logs`, await logs.says(words, 20_000));
  claim(`make ${target} ends with Ctrl-C`, await logs.interrupt());
}

const labelled = `label=com.docker.compose.project=${PROJECT}`;
const volumes = async () => (await docker('volume', 'ls', '-q', '--filter', labelled)).output.trim();

async function down(): Promise<void> {
  const stopped = await make('docker-down');
  claim('make docker-down stops everything', stopped.status === 0, stopped.status === 0 ? '' : stopped.output);
  claim('the data stays', (await volumes()) !== '');
}

/** The stores and the backend in containers, the services on this machine. */
async function runBeside(): Promise<void> {
  const taken: number[] = [];
  for (const port of STORE_PORTS) if (!(await isPortFree(port))) taken.push(port);
  if (taken.length > 0) {
    process.stdout.write(`        SKIPPED, port ${taken.join(', ')} is taken: make docker-up-dev\n`);
    return;
  }
  const started = await make('docker-up-dev');
  claim('make docker-up-dev starts', started.status === 0, started.status === 0 ? '' : started.output.slice(-2_000));
  const folder = mkdtempSync(join(tmpdir(), 'tracelab-smoke-'));
  const services = new Foreground('exec make --no-print-directory run-dev', {
    TRACELAB_DATA: folder,
    FAIL_INVENTORY: '0',
    POSTGRES_URL: `postgres://tracelab:${settings.POSTGRES_PASSWORD}@127.0.0.1:5432`,
    REDIS_URL: 'redis://127.0.0.1:6379',
  });
  try {
    const isUp = await services.says(STACK_IS_UP, 90_000);
    claim('make run-dev starts beside it', isUp, isUp ? '' : services.output.slice(-2_000));
    await checkFlow(addresses);
  } finally {
    claim('make run-dev ends with Ctrl-C', await services.interrupt());
    rmSync(folder, { recursive: true, force: true });
  }
}

async function clean(): Promise<void> {
  const cleaned = await make('docker-clean');
  claim('make docker-clean ends well', cleaned.status === 0, cleaned.status === 0 ? '' : cleaned.output.slice(-1_000));
  const listed = await Promise.all([
    docker('ps', '-aq', '--filter', labelled),
    docker('network', 'ls', '-q', '--filter', labelled),
    docker('image', 'ls', '-q', '--filter', 'reference=tracelab/*'),
  ]);
  const left = [...listed.map(({ output }) => output.trim()), await volumes()].filter(each => each !== '');
  claim('no container, network, image or volume of ours is left', left.length === 0, left.join(' '));
}

try {
  await prepare();
  await validate();
  await build();
  await up();
  await isHardened();
  await checkFlow(addresses);
  const ready = await eventually(() => fetch(`${addresses.gatewayUrl}/docs`).then(({ ok }) => ok || undefined), 5_000);
  claim('the documentation is served', ready === true);
  await checkPaymentFault(addresses, () => replace('payment'));
  await restartEach();
  await checkFlow(addresses);
  for (const target of ['docker-logs', 'logs-app']) await follows(target, /full-flow/);
  await follows('logs-jaeger', /OTLP/);
  await checkReplicas(addresses, docker);
  await down();
  await runBeside();
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(
    `${(error as Error).message}\n${(await compose('logs', '--tail', '15')).output.slice(-6_000)}\n`,
  );
} finally {
  if ((await docker('info')).status === 0) await clean();
}
