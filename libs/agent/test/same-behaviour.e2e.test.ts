import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { OtlpReceiver, Program, autoAgent, fixture, registerFile } from './traced-program.ts';
import type { Ended, ProgramOptions } from './traced-program.ts';

// Whole processes start here, on machines that may have other work.
jest.setTimeout(60_000);

let backend: OtlpReceiver;
beforeEach(async () => {
  backend = await new OtlpReceiver().listen();
});
afterEach(() => backend.close());

type Ending = 'SIGINT' | 'SIGKILL' | 'SIGTERM' | 'end' | 'exit' | 'reject' | 'throw';

const matrix = (['SIGTERM', 'SIGINT', 'exit', 'throw', 'reject', 'end'] as const).flatMap(ending =>
  (['none', 'own'] as const).map(handlers => [ending, handlers] as const),
);

async function run(ending: Ending, handlers: string, endpoint?: string, limitMs = 20_000): Promise<Ended> {
  const isSignal = ending.startsWith('SIG');
  const program = new Program(['node', fixture('ending.cjs'), isSignal ? 'signal' : ending, handlers], {
    flags: endpoint === undefined ? undefined : ['--endpoint', endpoint],
    env: {
      // Longer than the program lives: what arrives was sent by the shutdown.
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      TRACING_SHUTDOWN_LIMIT_MS: String(limitMs),
      TRACING_EXIT_LIMIT_MS: String(limitMs),
      OTEL_EXPORTER_OTLP_TIMEOUT: String(limitMs),
    },
  });
  if (isSignal) {
    await program.printed(/ready/);
    program.process.kill(ending as NodeJS.Signals);
  }
  return program.ended();
}

const outcome = ({ code, signal, stdout }: Ended) => ({ code, signal, stdout });

describe.each(matrix)('%s, handlers: %s', (ending, handlers) => {
  test('ends as without the agent, loses no finished span, and is not held up by a dead or silent backend', async () => {
    const silent = await new OtlpReceiver().listen();
    silent.behaviour = 'silent';
    const [traced, untraced, dead, unanswered] = await Promise.all([
      run(ending, handlers, backend.baseUrl),
      run(ending, handlers),
      run(ending, handlers, 'http://127.0.0.1:9', 400),
      run(ending, handlers, silent.baseUrl, 400),
    ]);
    await silent.close();
    expect(outcome(traced)).toEqual(outcome(untraced));
    expect(traced.stderr).toBe(untraced.stderr);
    expect(backend.spans.map(({ kind }) => kind).sort()).toEqual([2, 3]);
    expect([outcome(dead), outcome(unanswered)]).toEqual([outcome(untraced), outcome(untraced)]);
  });
});

test('SIGKILL ends it at once, seen by the parent as that signal', async () => {
  expect(await run('SIGKILL', 'none', backend.baseUrl)).toMatchObject({ code: null, signal: 'SIGKILL' });
});

const both = (command: readonly string[], options: ProgramOptions = {}) =>
  Promise.all([
    new Program(command, { ...options, flags: ['--endpoint', backend.baseUrl] }).ended(),
    new Program(command, options).ended(),
  ]);

describe('the same bytes, whatever the program', () => {
  test.each([
    [
      'its arguments, flags of ours among them',
      ['node', fixture('streams.cjs'), '--debug', '--', 'a b', '', '$HOME', '*'],
    ],
    ['a pipe', ['node', fixture('streams.cjs')]],
    ['a shell pipeline with an early reader', ['sh', '-c', 'yes | head -2; echo done >&2']],
    ['a shell function and a failing last command', ['sh', '-c', 'f() { echo "$1"; }; f x; exit 42']],
    ['a syntax error', ['node', '-e', 'this is no program']],
    ['a program killed by itself', ['sh', '-c', 'kill -KILL $$']],
    ['node -p', ['node', '-p', 'require.main === undefined, process.argv.length, 1 + 1']],
    ['ESM from standard input', ['node', '--input-type=module', '-e', 'console.log(typeof import.meta.url)']],
  ])('%s', async (_name, command) => {
    const [traced, untraced] = await both(command, { input: 'some text\n', env: { GIVEN: 'yes' } });
    expect(traced).toEqual(untraced);
  });
});

test('a missing file ends the same and is named; the stack below shows that somebody looked on', async () => {
  const told = ({ code, stdout, stderr }: Ended) => ({ code, stdout, lines: stderr.split('\n').slice(0, 6) });
  const [traced, untraced] = await both(['node', '/nowhere/at-all.js']);
  expect(told(traced)).toEqual(told(untraced));
});

// util-linux's; macOS has another of that name.
const hasScript = spawnSync('sh', ['-c', 'script --version'], { encoding: 'utf8' }).stdout.includes('util-linux');
if (!hasScript) process.stderr.write('no script of util-linux on PATH: the terminal is not tested\n');

// Nothing else gives a child a terminal without a compiled package.
(hasScript ? test : test.skip)('a terminal stays a terminal', async () => {
  const command = `node "${fixture('streams.cjs')}"`;
  const onTerminal = (given: string) =>
    new Program(['script', '-qec', given, '/dev/null'], { input: '\u0004', env: { GIVEN: 'yes' } }).ended();
  const [traced, untraced] = await Promise.all([
    onTerminal(`node "${autoAgent}" --exporter none ${command}`),
    onTerminal(command),
  ]);
  expect(traced.stdout).toBe(untraced.stdout);
  expect(traced.stdout).toContain('tty true true');
});

test("a program's own AsyncLocalStorage keeps its values", async () => {
  const [traced, untraced] = await both(['node', fixture('own-storage.cjs')]);
  expect(traced).toEqual(untraced);
  expect(traced.stdout).toBe('0 1 2 3 4 5 6 7 8 9\n');
});

test('an agent that cannot be loaded is one line, and the program runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'));
  const preload = join(folder, 'register.cjs');
  await copyFile(registerFile, preload);
  const ended = await new Program(['node', '--require', preload, '-e', 'console.log("ran")']).ended();
  await rm(folder, { recursive: true });
  expect(ended).toMatchObject({ code: 0, stdout: 'ran\n' });
  expect(ended.stderr).toMatch(/^auto-agent: not tracing, the agent could not be loaded \(.*\n$/);
});

test('10,000 requests are answered the same in bounded memory, and every span arrives', async () => {
  backend.keepsText = false;
  const program = new Program(['node', fixture('fastify-app.mjs')], {
    flags: ['--endpoint', backend.baseUrl],
    env: { OTEL_BSP_MAX_QUEUE_SIZE: '20000' },
  });
  const url = await program.url();
  let isSame = true;
  for (let round = 0; round < 100; round++) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => fetch(`${url}/users/${round}/posts/${n}`).then(answer => answer.json())),
    );
    isSame &&= answers.every(
      (answer, n) => JSON.stringify(answer) === JSON.stringify({ user: `${round}`, post: `${n}` }),
    );
  }
  const status = await readFile(`/proc/${program.process.pid ?? 0}/status`, 'utf8').catch(() => '');
  await program.stop();
  expect(isSame).toBe(true);
  // Twice what the program has without an agent; only Linux tells.
  expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)).toBeLessThan(300_000);
  expect(new Set(backend.spans.map(({ spanId }) => spanId)).size).toBe(10_000);
});

test('the answers hold no header of ours', async () => {
  const headersOf = async (flags?: readonly string[]) => {
    const program = new Program(['node', fixture('express-app.cjs')], { flags });
    const { headers } = await fetch(await program.url());
    await program.stop();
    return [...headers.keys()];
  };
  expect(await headersOf(['--endpoint', backend.baseUrl])).toEqual(await headersOf());
});

describe('what cannot be run', () => {
  const cli = (...args: readonly string[]) =>
    spawnSync(process.execPath, [autoAgent, ...args], {
      encoding: 'utf8',
      cwd: fixture('..'),
      env: { PATH: process.env['PATH'] },
    });

  test('no command is 2 with usage; an unknown flag too', () => {
    expect(cli()).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^usage: [^]*No command specified to run\n$/),
    });
    expect(cli('--colour', 'node')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('unknown flag --colour'),
    });
  });

  test('a command that is not there is 127, one that may not be run 126', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agent-'));
    await writeFile(join(folder, 'plain'), 'echo hello from a script without a first line\n');
    expect(cli('no-such-command').status).toBe(127);
    expect(cli(join(folder, 'plain')).status).toBe(126);
    await writeFile(join(folder, 'bare'), 'echo "bare $1"\n', { mode: 0o755 });
    expect(cli(join(folder, 'bare'), 'x')).toMatchObject({ status: 0, stdout: 'bare x\n' });
    await rm(folder, { recursive: true });
  });

  test('--version, and --dry-run that runs nothing', () => {
    expect(cli('--version')).toMatchObject({ status: 0, stdout: 'Auto-Instrumentation Agent v0.1.0\n' });
    const { status, stdout } = cli('--dry-run', '--sample-rate', '7', 'sh', '-c', 'echo ran');
    expect({ status, ran: stdout.includes('\nran') }).toEqual({ status: 0, ran: false });
    expect(stdout).toMatch(
      /^would run: sh -c echo ran\n.*--require=.*would patch: .*fastify.*express.*warning: a sample rate of 7/s,
    );
  });
});
