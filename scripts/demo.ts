// The tour: starts the system (in Docker where an engine runs it, else here), sends traffic and a short load, and ends with
// what to look at. Ctrl-C stops what it started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadStackConfig } from './stack/config.ts';
import { findSights, type Sight } from './stack/sights.ts';
import { Stack } from './stack/stack.ts';
import { Style } from './terminal/style.ts';

const style = new Style(process.stdout, process.env);
const say = (...lines: string[]) => process.stdout.write(`${lines.join('\n')}\n`);
const config = loadStackConfig();
const gatewayUrl = `http://localhost:${config.ports.gateway}`;
const queryUrl = `http://localhost:${config.ports.hub}`;

/** How what was started is stopped again; undefined where nothing was. */
type Stop = (() => Promise<unknown>) | undefined;

async function run(command: string, args: readonly string[], isQuiet = false): Promise<number> {
  const child = spawn(command, args, { stdio: isQuiet ? 'ignore' : ['ignore', 'inherit', 'inherit'] });
  child.once('error', () => undefined); // 'close' follows, with a code
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

const script = (file: string, ...args: readonly string[]) =>
  run(process.execPath, ['--conditions=@tracelab/source', `scripts/${file}`, ...args]);

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

async function start(): Promise<Stop> {
  if (await answers(`${gatewayUrl}/health/ready`)) {
    say(style.dim(`using what runs on ${gatewayUrl}`));
    return undefined;
  }
  if (await canUseDocker()) {
    say(style.dim('starting in Docker'));
    if ((await run('make', ['--no-print-directory', 'docker-up'])) === 0) {
      return () => run('make', ['--no-print-directory', 'docker-down']);
    }
    say(style.amber('Docker could not start it: see above; starting here instead'));
    await run('make', ['--no-print-directory', 'docker-down'], true);
  }
  return startHere();
}

/** An engine that answers, and can have the images that are not built here. */
async function canUseDocker(): Promise<boolean> {
  if ((await run('docker', ['info'], true)) !== 0) return false;
  await run('make', ['--no-print-directory', '.env'], true);
  return (await run('docker', ['compose', 'pull', '--quiet', '--ignore-buildable'], true)) === 0;
}

async function startHere(): Promise<Stop> {
  say(style.dim('starting on this machine, without Docker'));
  const stack = new Stack(config, ({ part, text }) => {
    say(`${style.amber(part)} ${text}`);
  });
  await stack.start(part => {
    say(style.dim(`  ${part.name}`));
  });
  return () => stack.stop();
}

function shown({ title, words, url }: Sight): string[] {
  return [`  ${style.bold(title)}`, `    ${words}`, `    ${style.accent(url)}`, ''];
}

let stop: Stop;
try {
  stop = await start();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}

let isEnding = false;
async function end(code: number): Promise<never> {
  if (isEnding) process.exit(code);
  isEnding = true;
  if (stop) say('', style.dim('stopping'));
  await stop?.();
  process.exit(code);
}
process.on('SIGINT', () => void end(130)).on('SIGTERM', () => void end(143));

await script('traffic.ts', '--mode', 'demo', '--pause', '0.3', '--url', gatewayUrl, '--traces', queryUrl);
const load = ['--users', '5', '--requests', '20', '--ramp-up', '2', '--think', '0.05-0.2'];
await script(
  'load-test.ts',
  ...load,
  '--url',
  gatewayUrl,
  '--traces',
  queryUrl,
  '--html',
  `${config.dataFolder}/demo.html`,
);

say('', style.bold('What to look at'), '');
for (const sight of await findSights({ gatewayUrl, queryUrl })) say(...shown(sight));
say(`  The load test as a page: ${config.dataFolder}/demo.html`, '');
// Where nobody looks, as in a script, there is nothing to wait for.
if (stop === undefined || !process.stdin.isTTY) await end(0);
say(style.dim('Ctrl-C stops everything'));
await new Promise(() => setInterval(() => undefined, 60_000));
