// Runs the commands of README.md, and of the older README whose commands live on here, as they stand there, on the ports
// that they name. What needs an engine is the Docker smoke test's.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPortFree } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { claim } from './smoke/check.ts';
import { Foreground, STACK_IS_UP } from './smoke/foreground.ts';
import { commandsOf } from './smoke/readme-commands.ts';
import { runCommand } from './smoke/run-command.ts';

const DOCUMENTS = ['README.md', 'docs/seeds/jaeger-demo.md'];
const LIMIT_MS = 240_000;

const NEEDS_ENGINE = /docker/;
const STAYS = new Set(['make run', 'make run-dev', 'make run-jaeger', 'make logs-app']);
/** Suites of the gate; the coverage is the same tests again. */
const OF_THE_GATE = new Set(['make check', 'make test', 'make e2e', 'make test-coverage']);
/** Work on the tree, which is not to be changed under a running system. */
const BEFORE_START = /setup\.sh|^make (clean|install-dev|dev-setup|lint|format|type-check)$/;
/** Uses what has been started and ends it, or asks for all the machine. */
const ALONE = new Set(['make demo', 'make load-test-heavy']);
const NEEDS_PROGRAM = /^(lsof)\b/;
const SETS_ENVIRONMENT = /^export /;

const folder = temporaryFolder('readme');
const commands = [...new Set(DOCUMENTS.flatMap(file => commandsOf(readFileSync(file, 'utf8'))))];
const makefile = readFileSync('Makefile', 'utf8');
// An answer of 400 and more ends curl with an error.
writeFileSync(join(folder, '.curlrc'), 'fail\n');

const tell = (line: string) => process.stdout.write(`        ${line}\n`);

async function runs(command: string): Promise<void> {
  const startedAt = performance.now();
  const { status, output } = await runCommand('bash', ['-c', command], {
    env: { ...process.env, CURL_HOME: folder },
    limitMs: LIMIT_MS,
  });
  const took = `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
  claim(command, status === 0, status === 0 ? took : output.slice(-2_000));
}

function isHere(program: string): boolean {
  return spawnSync('bash', ['-c', `command -v ${program}`]).status === 0;
}

/** Commands that can run beside one another, as several people would have them. */
function usable(): string[] {
  return commands.filter(command => {
    if (STAYS.has(command) || OF_THE_GATE.has(command) || ALONE.has(command)) return false;
    if (BEFORE_START.test(command) || SETS_ENVIRONMENT.test(command)) return false;
    if (NEEDS_ENGINE.test(command)) {
      tell(`left to the Docker smoke test: ${command}`);
      return false;
    }
    const program = NEEDS_PROGRAM.exec(command)?.[1];
    if (program === undefined || isHere(program)) return true;
    tell(`SKIPPED, no ${program} on this machine: ${command}`);
    return false;
  });
}

async function starts(command: string, ready: string | RegExp, env: Record<string, string> = {}): Promise<Foreground> {
  const started = new Foreground(command, { TRACELAB_DATA: folder, ...env });
  running.push(started);
  const isReady = await started.says(ready, 90_000);
  claim(`${command.replace('exec ', '')} starts`, isReady, isReady ? '' : started.output.slice(-2_000));
  return started;
}

const running: Foreground[] = [];
try {
  claim('the documents have commands', commands.length > 20, `${commands.length}`);
  for (const target of commands.flatMap(command => /^make ([\w-]+)/.exec(command)?.[1] ?? [])) {
    claim(`the Makefile has ${target}`, new RegExp(`^${target}:`, 'm').test(makefile));
  }
  for (const port of [8000, 16_686, 4318]) claim(`port ${port} is free`, await isPortFree(port));
  for (const command of commands.filter(each => BEFORE_START.test(each))) await runs(command);
  await starts('exec make run-jaeger', /16686/);
  const dev = await starts('exec make run-dev', STACK_IS_UP, { LOG_LEVEL: 'DEBUG', FAIL_INVENTORY: '0' });
  const logs = await starts('exec make logs-app', /GET \/demo\/full-flow/);
  claim('make logs-app ends with Ctrl-C', await logs.interrupt());
  const ran = await Promise.allSettled(usable().map(runs));
  for (const each of ran) if (each.status === 'rejected') throw each.reason;
  for (const command of ALONE) await runs(command);
  claim('make run-dev ends with Ctrl-C', await dev.interrupt());
  await starts('exec make run', STACK_IS_UP);
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(`${(error as Error).message}\n`);
} finally {
  for (const each of running.reverse()) await each.interrupt();
  rmSync(folder, { recursive: true, force: true });
}
