import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { type LoggedEvent, readLog, REGISTER, run, temporaryDirectory } from './traced-process.ts';

/** The documented events, key by key, from the README of the original. */
const DOCUMENTED = {
  ENTER: ['timestamp', 'event', 'thread', 'module', 'function', 'args'],
  EXIT: ['timestamp', 'event', 'thread', 'module', 'function', 'result', 'durationMicros', 'durationMillis'],
  EXCEPTION: ['timestamp', 'event', 'thread', 'module', 'function', 'exception'],
  HTTP_REQUEST: ['timestamp', 'event', 'request_id', 'method', 'path', 'remote_addr', 'user_agent'],
  HTTP_RESPONSE: [
    'timestamp',
    'event',
    'request_id',
    'method',
    'path',
    'status_code',
    'durationMicros',
    'durationMillis',
  ],
} as const;

async function trace(
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<{ events: LoggedEvent[]; directory: string }> {
  const directory = temporaryDirectory();
  const finished = await run('steps.cjs', args, { env: { FLOWTRACE_LOGFILE: join(directory, 'flow.jsonl'), ...env } });
  expect(finished).toMatchObject({ code: 0, stderr: '' });
  return { events: readLog(join(directory, 'flow.jsonl')), directory };
}

const find = (events: readonly LoggedEvent[], event: string, name: string) =>
  events.find(each => each.event === event && each['function'] === name);

test.each(['true', 'false'])(
  'each event has the documented keys first, in the documented order (asynchronous: %s)',
  async isAsync => {
    const { events } = await trace({ FLOWTRACE_ASYNC: isAsync });
    for (const event of ['ENTER', 'EXIT', 'EXCEPTION'] as const) {
      const keys = Object.keys(events.find(each => each.event === event) ?? {});
      expect(keys.slice(0, DOCUMENTED[event].length)).toEqual(DOCUMENTED[event]);
    }
  },
);

test('values are what the README shows: microseconds, JSON texts, whole durations', async () => {
  const before = Date.now() * 1000;
  const { events } = await trace();
  const enter = find(events, 'ENTER', 'processData');
  expect(enter).toMatchObject({
    thread: 'main',
    module: 'steps',
    args: '{"data":[1,2,3],"factor":2,"more":[9]}',
    class: 'steps',
    method: 'processData',
  });
  expect(Number(enter?.['timestamp'])).toBeGreaterThan(before - 1e6);
  expect(String(enter?.['timestamp'])).toMatch(/^\d{16}$/);
  const exit = find(events, 'EXIT', 'processData');
  expect(exit).toMatchObject({ result: '[2,4,6,9]', id: enter?.['id'] });
  expect(exit?.['durationMillis']).toBe(Math.floor(Number(exit?.['durationMicros']) / 1000));
  expect(find(events, 'EXCEPTION', 'riskyFunction')).toMatchObject({
    exception: { type: 'TypeError', message: 'Invalid input' },
  });
});

test('an exception ends its call once, and the caller keeps its own times', async () => {
  const { events } = await trace();
  const thrown = find(events, 'EXCEPTION', 'riskyFunction');
  expect(events.filter(({ id, event }) => id === thrown?.['id'] && event !== 'ENTER')).toHaveLength(1);
  const caller = events.find(({ id, event }) => id === thrown?.['parentId'] && event === 'EXIT');
  expect(Number(caller?.['durationMicros'])).toBeGreaterThan(4_000);
});

test('an async function ends when it settles, also when it only passes a promise on', async () => {
  const { events } = await trace();
  for (const name of ['fetchRow', 'passOn']) {
    const exit = find(events, 'EXIT', name);
    expect(exit).toMatchObject({ result: '{"id":7}' });
    expect(Number(exit?.['durationMicros'])).toBeGreaterThan(4_000);
  }
});

test('secrets are hidden by default and shown only when asked for', async () => {
  const hidden = await trace();
  expect(JSON.stringify(hidden.events)).not.toContain('hunter2');
  expect(find(hidden.events, 'EXIT', 'deposit')).toMatchObject({
    result: expect.stringContaining('"token":"[REDACTED]"'),
  });
  const shown = await trace({ FLOWTRACE_REDACT: 'false' });
  expect(JSON.stringify(shown.events)).toContain('hunter2');
});

test('a value is cut after exactly as many characters as allowed, in both modes; 0 keeps it whole', async () => {
  const cut = find((await trace({ FLOWTRACE_MAX_ARG_LENGTH: '10' })).events, 'EXIT', 'big');
  expect(cut?.['result']).toBe(`"${'x'.repeat(9)}...`);
  const sync = find((await trace({ FLOWTRACE_MAX_ARG_LENGTH: '10', FLOWTRACE_ASYNC: '0' })).events, 'EXIT', 'big');
  expect(sync?.['result']).toBe(cut?.['result']);
  const whole = find((await trace({ FLOWTRACE_MAX_ARG_LENGTH: '0' })).events, 'EXIT', 'big');
  expect(String(whole?.['result'])).toHaveLength(5002);
});

test('a long value goes into a file of its own beside the log', async () => {
  const { events, directory } = await trace({ FLOWTRACE_SEGMENT_THRESHOLD: '100' });
  const exit = find(events, 'EXIT', 'big');
  expect(exit).toMatchObject({
    result: `"${'x'.repeat(99)}...(truncated)`,
    truncatedFields: { result: { originalLength: 5002, threshold: 100 } },
  });
  const file = join(directory, String(exit?.['fullLogFile']));
  expect(existsSync(file)).toBe(true);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    result: JSON.stringify('x'.repeat(5000)),
    id: exit?.['id'],
  });
  expect(new Set(readdirSync(join(directory, 'flowtrace-jsonsl'))).size).toBe(
    events.filter(event => 'fullLogFile' in event).length,
  );
});

test('the switches: milliseconds, doubly encoded arguments, and every end an EXIT', async () => {
  const { events } = await trace({
    FLOWTRACE_TIMESTAMP_UNIT: 'ms',
    FLOWTRACE_ARGS_ENCODING: 'double',
    FLOWTRACE_COMPAT: 'mcp',
  });
  const enter = find(events, 'ENTER', 'processData');
  expect(String(enter?.['timestamp'])).toMatch(/^\d{13}$/);
  expect(enter).toMatchObject({ args: '{"data":"[1,2,3]","factor":"2","more":"[9]"}' });
  expect(find(events, 'EXIT', 'riskyFunction')).toMatchObject({ result: 'null', exception: { type: 'TypeError' } });
  expect(events.some(({ event }) => event === 'EXCEPTION')).toBe(false);
});

test('without arguments, events keep their keys', async () => {
  const { events } = await trace({ FLOWTRACE_CAPTURE_ARGS: 'false' });
  expect(find(events, 'ENTER', 'processData')).toMatchObject({ args: '{}' });
  expect(find(events, 'EXIT', 'processData')).toMatchObject({ result: 'null' });
});

test('a shorter call than asked for is not written, unless it throws', async () => {
  const { events } = await trace({ FLOWTRACE_MIN_DURATION_MICROS: '4000' });
  const names = events.filter(({ event }) => event === 'ENTER').map(event => event['function']);
  expect(names).toEqual(expect.arrayContaining(['fetchRow', 'passOn', 'riskyFunction']));
  expect(names).not.toContain('big');
});

test('a deeper call than asked for is not written', async () => {
  const { events } = await trace({ FLOWTRACE_MAX_DEPTH: '1' });
  expect(Math.max(...events.map(({ depth }) => Number(depth ?? 0)))).toBe(1);
});

test('a program from the cache, rewritten and compiled before, records the same', async () => {
  const cwd = temporaryDirectory();
  mkdirSync(join(cwd, 'node_modules'));
  copyFileSync(new URL('./fixtures/steps.cjs', import.meta.url), join(cwd, 'steps.cjs'));
  const runs: LoggedEvent[][] = [];
  for (const name of ['cold', 'cached', 'cached again']) {
    const env = { FLOWTRACE_LOGFILE: join(cwd, `${name}.jsonl`), FLOWTRACE_CACHE: 'true' };
    expect(await run(join(cwd, 'steps.cjs'), [], { cwd, env })).toMatchObject({ code: 0, stderr: '' });
    runs.push(readLog(join(cwd, `${name}.jsonl`)));
  }
  const shapes = runs.map(events => events.map(each => [each.event, each['function'], each['id'], each['line']]));
  expect(shapes[0]).not.toHaveLength(0);
  expect(shapes[1]).toEqual(shapes[0]);
  expect(shapes[2]).toEqual(shapes[0]);
  const kept = readdirSync(join(cwd, 'node_modules/.cache'), { recursive: true, encoding: 'utf8' });
  expect(kept.some(path => path.includes('compiled/'))).toBe(true);
  for (const path of kept.filter(path => /\/[\da-f]{40}$/.test(path)))
    truncateSync(join(cwd, 'node_modules/.cache', path), 1000);
  const env = { FLOWTRACE_LOGFILE: join(cwd, 'broken.jsonl'), FLOWTRACE_CACHE: 'true' };
  expect(await run(join(cwd, 'steps.cjs'), [], { cwd, env })).toMatchObject({ code: 0, stderr: '' });
  expect(readLog(join(cwd, 'broken.jsonl'))).toHaveLength(runs[0]?.length ?? 0);
});

test('what was rewritten is kept by a program that exits at once, too', async () => {
  const cwd = temporaryDirectory();
  mkdirSync(join(cwd, 'node_modules'));
  writeFileSync(join(cwd, 'exits.cjs'), 'function leave() { process.exit(3) }\nleave();');
  const env = { FLOWTRACE_LOGFILE: join(cwd, 'flow.jsonl'), FLOWTRACE_CACHE: 'true' };
  expect(await run(join(cwd, 'exits.cjs'), [], { cwd, env })).toMatchObject({ code: 3, stderr: '' });
  const kept = readdirSync(join(cwd, 'node_modules/.cache'), { recursive: true, encoding: 'utf8' });
  expect(kept.filter(path => /\/[\da-f]{40}$/.test(path))).toHaveLength(1);
});

test('what was rewritten is kept by a server that nobody asks anything before a signal ends it', async () => {
  const cwd = temporaryDirectory();
  mkdirSync(join(cwd, 'node_modules'));
  const names = Array.from({ length: 20 }, (_, n) => `part-${n}.cjs`);
  for (const name of names) writeFileSync(join(cwd, name), `exports.name = function () { return '${name}' };`);
  const kill = "setTimeout(() => process.kill(process.pid, 'SIGTERM'), 500).unref();";
  const parts = names.map(name => `require('./${name}');`).join('\n');
  writeFileSync(
    join(cwd, 'server.cjs'),
    `${parts}\nrequire('node:net').createServer().listen(0, '127.0.0.1');\n${kill}`,
  );
  const env = { FLOWTRACE_LOGFILE: join(cwd, 'flow.jsonl'), FLOWTRACE_CACHE: 'true' };
  await run(join(cwd, 'server.cjs'), [], { cwd, env });
  const kept = readdirSync(join(cwd, 'node_modules/.cache'), { recursive: true, encoding: 'utf8' });
  expect(kept.filter(path => /\/[\da-f]{40}$/.test(path))).toHaveLength(21);
});

test('a sample takes whole trees or nothing of them', async () => {
  const none = await trace({ FLOWTRACE_SAMPLE_RATE: '0' });
  expect(none.events).toEqual([]);
});

test('a hot tiny function is counted, each call of it, instead of written', async () => {
  const { events } = await trace({}, ['hot']);
  const written = events.filter(event => event.event === 'ENTER' && event['function'] === 'tiny').length;
  const counted = events.filter(event => event.event === 'AGGREGATE' && event['function'] === 'tiny');
  const total = counted.reduce((sum, { calls }) => sum + Number(calls), 0);
  expect(written + total).toBe(60_000);
  expect(written).toBeLessThan(30_000);
});

test('a file that does not fit in memory is written in part, and the rest is counted', async () => {
  const { events } = await trace({ FLOWTRACE_BUFFER_BYTES: '65536', FLOWTRACE_AGGREGATE_HOT: 'false' }, ['hot']);
  const begun = events.filter(({ event }) => event === 'ENTER').length;
  const dropped = Math.max(
    ...events.filter(({ event }) => event === 'DROPPED').map(event => Number(event['dropped'])),
    0,
  );
  expect(begun + dropped).toBeGreaterThanOrEqual(60_000);
  const ends = events.filter(({ event }) => event === 'EXIT' || event === 'EXCEPTION').length;
  expect(ends).toBe(begun);
});

test('with the buffer full the program can wait instead', async () => {
  const { events } = await trace(
    { FLOWTRACE_BUFFER_BYTES: '65536', FLOWTRACE_AGGREGATE_HOT: 'false', FLOWTRACE_WHEN_FULL: 'block' },
    ['hot'],
  );
  expect(events.filter(event => event.event === 'EXIT' && event['function'] === 'tiny')).toHaveLength(60_000);
}, 30_000);

test('modules are left out by prefix and by exclusion', async () => {
  expect((await trace({ FLOWTRACE_PACKAGE_PREFIX: 'other' })).events).toEqual([]);
  const { events } = await trace({ FLOWTRACE_EXCLUDE: 'Account.deposit,/Risky/i' });
  const names = new Set(events.map(event => event['function']));
  expect([names.has('deposit'), names.has('riskyFunction'), names.has('processData')]).toEqual([false, false, true]);
});

test('a setting that cannot be meant is named, and the program runs', async () => {
  const finished = await run('steps.cjs', [], { env: { FLOWTRACE_LOGFILE: '', FLOWTRACE_MAX_ARG_LENGTH: 'many' } });
  expect(finished.code).toBe(0);
  expect(finished.stderr).toMatch(/FlowTraceWarning: maxArgLength must be/);
});

test('secrets do not show, by whichever way they come into the log', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  expect(await run('secrets.mjs', [], { env: { FLOWTRACE_LOGFILE: log } })).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(log, 'utf8')).not.toMatch(/hunter2|eyJ/);
  const events = readLog(log);
  expect(find(events, 'ENTER', 'login')?.['args']).toBe('{"user":"ann","given":"[REDACTED]"}');
  expect(find(events, 'ENTER', 'set password')?.['args']).toBe('{"value":"[REDACTED]"}');
  expect(find(events, 'EXIT', 'get password')?.['result']).toBe('"[REDACTED]"');
  expect(events.find(({ event }) => event === 'HTTP_REQUEST')).toMatchObject({
    path: '/reset/[REDACTED]',
    user_agent: 'app Bearer [REDACTED]',
  });
});

test.each(['true', 'false'])(
  'standard output may be a pipe that is read slowly: nothing is lost, there or in the log (asynchronous: %s)',
  async isAsync => {
    const log = join(temporaryDirectory(), 'flow.jsonl');
    const env = { FLOWTRACE_LOGFILE: log, FLOWTRACE_STDOUT: 'true', FLOWTRACE_ASYNC: isAsync };
    const { code, stdout } = await run('hindered.mjs', ['1000'], {
      env,
      // From its first use on it does not block.
      nodeArgs: ['--import', 'data:text/javascript,process.stdout'],
      whileRunning: child => {
        child.stdout?.pause();
        setTimeout(() => child.stdout?.resume(), 500);
      },
    });
    expect(code).toBe(0);
    const lines = stdout.split('\n').filter(line => line.startsWith('{'));
    expect(lines.filter(line => line.includes('"EXIT"') && line.includes('"function":"work"'))).toHaveLength(1_000);
    expect(lines.every(line => line.endsWith('}'))).toBe(true);
    expect(readLog(log)).toHaveLength(lines.length);
  },
);

test('standard output that takes nothing takes nothing from the log', () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const command = `exec "${process.execPath}" --conditions=@tracelab/source --import "${REGISTER}" exits.cjs end > /dev/full`;
  const env = { FLOWTRACE_LOGFILE: log, FLOWTRACE_STDOUT: 'true', FLOWTRACE_CACHE: 'false' };
  const cwd = fileURLToPath(new URL('./fixtures/', import.meta.url));
  expect(spawnSync('sh', ['-c', command], { cwd, env }).status).toBe(0);
  expect(readLog(log).length).toBeGreaterThan(0);
});
