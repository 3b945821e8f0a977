// Runs the commands of README.md as they stand there, in their order, on the ports that they name. What the gate runs by
// itself is only looked up in the Makefile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isPortFree } from '@tracelab/local-servers';
import { claim, eventually } from './smoke/check.ts';

const FOREGROUND = 'make run';
const OF_THE_GATE = new Set(['make check', 'make test', 'make e2e', 'make docker-up']);
const LIMIT_MS = 240_000;

const commands = [...readFileSync('README.md', 'utf8').matchAll(/^ {4}(make[^#\n]*)/gm)].map(([, text = '']) =>
  text.trim(),
);
const makefile = readFileSync('Makefile', 'utf8');

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

async function run(command: string): Promise<Ran> {
  const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const keep = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const limit = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), LIMIT_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(limit);
  return { code, output };
}

function startStack() {
  const child = spawn('bash', ['-c', FOREGROUND], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    isReady: () => eventually(() => Promise.resolve(output.includes('Ctrl-C stops everything') || undefined), 90_000),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      process.kill(-(child.pid ?? 0), 'SIGINT');
      await ended;
    },
  };
}

claim('the README has commands', commands.length > 4, `${commands.length}`);
for (const command of commands) {
  const target = command.split(' ')[1];
  claim(`${command} exists`, target === undefined || new RegExp(`^${target}:`, 'm').test(makefile));
}
for (const port of [8000, 16_686, 4318]) claim(`port ${port} is free`, await isPortFree(port));

const stack = startStack();
try {
  claim(`${FOREGROUND} starts`, (await stack.isReady()) === true);
  for (const command of commands) {
    if (command === FOREGROUND || OF_THE_GATE.has(command)) continue;
    const { code, output } = await run(command);
    claim(`${command} does what it says`, code === 0, code === 0 ? '' : output.slice(-2_000));
  }
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(`${(error as Error).message}\n`);
} finally {
  await stack.stop();
}
