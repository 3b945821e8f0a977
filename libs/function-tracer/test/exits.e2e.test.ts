import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { parseRow } from '../src/reader/read-log.ts';
import { type Finished, readLog, run, type RunOptions, temporaryDirectory } from './traced-process.ts';

const QUIET = ['end', 'exit', 'exitCode', 'handled', 'ownClock'];
const THROWING = [
  'throwMade',
  'oneLine',
  'throwSaved',
  'throwText',
  'throwObject',
  'rethrow',
  'reject',
  'shop',
  'readFile',
  'undefinedName',
  'timer',
  'timerOneLine',
  'nextTick',
  'emitter',
];

async function both(
  how: string,
  options: RunOptions = {},
): Promise<{ plain: Finished; traced: Finished; log: string }> {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const env = { FLOWTRACE_LOGFILE: log, ...options.env };
  const [plain, traced] = await Promise.all([
    run('exits.cjs', [how], { ...options, isTraced: false }),
    run('exits.cjs', [how], { ...options, env }),
  ]);
  return { plain, traced, log };
}

test.each([...QUIET, ...THROWING])(
  'a program that ends by %s says and answers the same, and its calls are written',
  async how => {
    const { plain, traced, log } = await both(how);
    expect(traced).toEqual(plain);
    const events = readLog(log);
    expect(events.filter(({ event }) => event === 'EXIT' || event === 'EXCEPTION').length).toBeGreaterThan(0);
  },
);

test('a clock that the program puts in place of its own is not believed', async () => {
  const { traced, log } = await both('ownClock');
  expect(traced.stdout).toBe('7200000\n');
  const durations = readLog(log).map(({ durationMicros }) => Number(durationMicros ?? 0));
  expect(Math.max(...durations)).toBeLessThan(60e6);
});

test('a program whose chance is its own draws the same numbers, also where a part of the calls is written', async () => {
  const { plain, traced } = await both('ownRandom', { env: { FLOWTRACE_SAMPLE_RATE: '0.5' } });
  expect(traced).toEqual(plain);
});

test.each(['throwMade', 'timerOneLine', 'throwText', 'shop'])(
  'the same holds without the writer thread (%s)',
  async how => {
    const { plain, traced, log } = await both(how, { env: { FLOWTRACE_ASYNC: 'false' } });
    expect(traced).toEqual(plain);
    expect(readLog(log).some(({ event }) => event === 'EXCEPTION')).toBe(true);
  },
);

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s ends the process by that signal, with everything written',
  async signal => {
    const { plain, traced, log } = await both('signal', { whileRunning: signalWhenReady(signal) });
    expect(traced).toEqual(plain);
    expect(traced.signal).toBe(signal);
    expect(readLog(log).some(({ event, function: name }) => event === 'EXIT' && name === 'work')).toBe(true);
  },
);

test('a signal that the program handles is left to it', async () => {
  const { plain, traced, log } = await both('handledSignal', { whileRunning: signalWhenReady('SIGTERM') });
  expect(traced).toEqual(plain);
  expect(traced).toMatchObject({ code: 5, stdout: 'ready\nasked to stop\n' });
  expect(readLog(log).length).toBeGreaterThan(0);
});

test.each(['onlyListener', 'closing', 'tenListeners'])(
  'a program that listens itself finds nobody else listening (%s)',
  async how => {
    const { plain, traced, log } = await both(how, { whileRunning: signalWhenReady('SIGTERM') });
    expect(traced).toEqual(plain);
    expect(traced.code).not.toBe(9);
    expect(readLog(log).some(({ event, function: name }) => event === 'EXIT' && name === 'work')).toBe(true);
  },
);

test('a signal that comes before the program listens is told to it', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const { code } = await run('exits.cjs', ['lateListener'], {
    env: { FLOWTRACE_LOGFILE: log },
    whileRunning: signalWhenReady('SIGTERM'),
  });
  expect(code).toBe(6);
  expect(readLog(log).some(({ event, function: name }) => event === 'EXIT' && name === 'work')).toBe(true);
});

test('a process that is killed in the middle of everything leaves whole lines only', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  for (let round = 0; round < 2; round++) {
    await run('exits.cjs', ['busy'], {
      env: { FLOWTRACE_LOGFILE: log, FLOWTRACE_AGGREGATE_HOT: 'false' },
      whileRunning: killWhileWriting(log),
    });
  }
  // The next run repairs what the last one may have left unfinished.
  await run('exits.cjs', ['end'], { env: { FLOWTRACE_LOGFILE: log } });
  let rows = 0;
  const broken: string[] = [];
  // Line by line: a fast machine writes more in that time than fits into one string.
  for await (const line of createInterface({ input: createReadStream(log) })) {
    if (parseRow(line) === undefined) broken.push(line);
    else rows++;
  }
  expect(rows).toBeGreaterThan(1_000);
  expect(broken).toEqual([]);
}, 30_000);

/** Kills it once it has written another megabyte, however long that takes. */
function killWhileWriting(log: string): NonNullable<RunOptions['whileRunning']> {
  const sizeOf = () => statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  return child => {
    const before = sizeOf();
    const looking = setInterval(() => {
      if (sizeOf() < before + 1e6) return;
      clearInterval(looking);
      child.kill('SIGKILL');
    }, 10);
  };
}

function signalWhenReady(signal: NodeJS.Signals): NonNullable<RunOptions['whileRunning']> {
  return child => {
    child.stdout?.once('data', () => setTimeout(() => child.kill(signal), 30));
  };
}
