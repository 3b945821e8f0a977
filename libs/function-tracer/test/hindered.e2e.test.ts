import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readLog, run, type RunOptions, temporaryDirectory } from './traced-process.ts';

const warnings = (stderr: string) => stderr.match(/FlowTraceWarning: .*/g) ?? [];

async function hindered(args: readonly string[], { nodeArgs = [], env = {} }: RunOptions) {
  const { code, stdout, stderr } = await run('hindered.mjs', args, { nodeArgs, env });
  return { code, stdout, warnings: warnings(stderr) };
}

// What goes wrong in the writer's thread is told to the event loop, and on a busy machine the thread begins late.
const A_WHILE_MS = '3000';
const mayDo = (...allowed: string[]) => ['--permission', '--allow-fs-read=*', ...allowed];

test('a program that may not write runs untraced', async () => {
  const finished = await hindered([], { nodeArgs: mayDo() });
  expect(finished).toEqual({
    code: 0,
    stdout: 'main true\n',
    warnings: [expect.stringMatching(/cannot write its log/)],
  });
});

test('a program that may not load the parser runs, and its files are left alone', async () => {
  const env = { FLOWTRACE_LOGFILE: join(temporaryDirectory(), 'flow.jsonl') };
  const finished = await hindered([], { nodeArgs: mayDo('--allow-fs-write=*', '--allow-worker'), env });
  expect(finished).toEqual({
    code: 0,
    stdout: 'main true\n',
    warnings: [expect.stringMatching(/cannot trace .*hindered/)],
  });
});

test.each([
  ['drop', '4000000'],
  ['block', '65536'],
])('a program that may not start threads writes its whole log by itself (%s)', async (whenFull, bufferBytes) => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const env = { FLOWTRACE_LOGFILE: log, FLOWTRACE_BUFFER_BYTES: bufferBytes, FLOWTRACE_WHEN_FULL: whenFull };
  const finished = await hindered(['1000'], { nodeArgs: mayDo('--allow-addons', '--allow-fs-write=*'), env });
  expect(finished).toEqual({ code: 0, stdout: 'main true\n', warnings: [expect.stringMatching(/own thread/)] });
  expect(readLog(log).filter(({ event, function: name }) => event === 'EXIT' && name === 'work')).toHaveLength(1_000);
});

test.each(['true', 'false'])(
  'a log that cannot be written stops neither main thread nor workers (async %s)',
  async async => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'file'), '');
    const env = { FLOWTRACE_LOGFILE: join(directory, 'file/flow.jsonl'), FLOWTRACE_ASYNC: async };
    const finished = await hindered(['10', 'worker'], { env });
    expect(finished).toMatchObject({ code: 0, stdout: 'main true\nworker true\n' });
    // Each thread says it for itself.
    expect(finished.warnings).toHaveLength(2);
  },
);

test.each([
  ['true', 'drop'],
  ['true', 'block'],
  ['false', 'drop'],
])('a disk that is full holds nothing up (async %s, %s)', async (async, whenFull) => {
  const env = {
    FLOWTRACE_LOGFILE: '/dev/full',
    FLOWTRACE_ASYNC: async,
    FLOWTRACE_BUFFER_BYTES: '65536',
    FLOWTRACE_WHEN_FULL: whenFull,
    FLOWTRACE_AGGREGATE_HOT: 'false',
  };
  const finished = await hindered(['1000', A_WHILE_MS], { env });
  expect(finished).toEqual({ code: 0, stdout: 'main true\n', warnings: [expect.stringMatching(/ENOSPC/)] });
});

test.each(['true', 'false'])('a program that is over at once says that its log was lost (async %s)', async async => {
  const env = { FLOWTRACE_LOGFILE: '/dev/full', FLOWTRACE_ASYNC: async };
  const lost = { code: 0, stdout: 'main true\n', warnings: [expect.stringMatching(/ENOSPC/)] };
  expect(await hindered(['10', '0'], { env })).toEqual(lost);
  expect(await hindered(['10', '0'], { env, nodeArgs: ['--no-warnings'] })).toEqual({ ...lost, warnings: [] });
});

test.each(['true', 'false'])('where no new log file can begin, the one goes on (async %s)', async async => {
  // The name of its lock would be too long.
  const log = join(temporaryDirectory(), 'f'.repeat(251));
  const env = { FLOWTRACE_LOGFILE: log, FLOWTRACE_ASYNC: async, FLOWTRACE_MAX_FILE_BYTES: '5000' };
  const finished = await hindered(['40', A_WHILE_MS], { env: { ...env, FLOWTRACE_AGGREGATE_HOT: 'false' } });
  expect(finished).toEqual({ code: 0, stdout: 'main true\n', warnings: [expect.stringMatching(/ENAMETOOLONG/)] });
  expect(readLog(log).filter(({ event, function: name }) => event === 'EXIT' && name === 'work')).toHaveLength(40);
});

test('a standard output that nobody reads leaves the log file whole', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const env = { FLOWTRACE_LOGFILE: log, FLOWTRACE_STDOUT: 'true', FLOWTRACE_AGGREGATE_HOT: 'false' };
  const whileRunning: RunOptions['whileRunning'] = child => {
    child.stdout?.pause();
    child.once('exit', () => child.stdout?.resume());
  };
  const { code } = await run('unread.mjs', [], { env, whileRunning });
  expect(code).toBe(0);
  expect(readLog(log).filter(({ event, function: name }) => event === 'EXIT' && name === 'work')).toHaveLength(4_000);
});

test('longer values that cannot be put beside the log do not stop the program', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'segments'), '');
  const env = {
    FLOWTRACE_LOGFILE: join(directory, 'flow.jsonl'),
    FLOWTRACE_ASYNC: 'false',
    FLOWTRACE_SEGMENT_THRESHOLD: '10',
    FLOWTRACE_SEGMENT_DIRECTORY: 'segments',
  };
  expect(await hindered([], { env })).toMatchObject({ code: 0, stdout: 'main true\n' });
});

test('frozen intrinsics do not stop the program', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const finished = await hindered([], { nodeArgs: ['--frozen-intrinsics'], env: { FLOWTRACE_LOGFILE: log } });
  expect(finished).toEqual({ code: 0, stdout: 'main true\n', warnings: [] });
  expect(readLog(log).length).toBeGreaterThan(0);
});
