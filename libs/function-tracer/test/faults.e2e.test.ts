import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { type LoggedEvent, readLog, run, temporaryDirectory } from './traced-process.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
const directory = temporaryDirectory();
let events: readonly LoggedEvent[] = [];

beforeAll(async () => {
  cpSync(join(FIXTURES, 'faults'), directory, { recursive: true });
  // What a build leaves behind; the repository itself keeps no such folder.
  mkdirSync(join(directory, 'dist'));
  cpSync(join(directory, 'sums.js'), join(directory, 'dist/sums.js'));
  const env = { FLOWTRACE_LOGFILE: join(directory, 'logs/flow.jsonl'), FLOWTRACE_SEGMENT_THRESHOLD: '100' };
  const finished = await run(join(directory, 'main.cjs'), [], { cwd: directory, env });
  expect(finished).toMatchObject({ code: 0, stdout: '3 14 20\n', stderr: '' });
  events = readLog(join(directory, 'logs/flow.jsonl'));
}, 30_000);

const calls = (name: string) => events.filter(event => event.event === 'ENTER' && event['function'] === name);

test('functions of the main file are traced', () => {
  expect(calls('ownFunction')).toHaveLength(1);
});

test('an exception that a function handles itself is no exception of its call', () => {
  expect(events.filter(event => event['function'] === 'handles').map(({ event }) => event)).toEqual(['ENTER', 'EXIT']);
});

test('whoever requires a module first, its functions are traced for all, also those that are built', () => {
  expect(calls('add').map(({ module, args }) => [module, args])).toEqual([
    ['dist.sums', '{"a":1,"b":2}'],
    ['dist.sums', '{"a":3,"b":4}'],
  ]);
});

test('a function that is the module is traced, and called without new', () => {
  expect(calls('module.exports').map(({ args }) => args)).toEqual(['{"n":7}']);
});

test('long values of one moment have a file each, found from the log and not from the working directory', () => {
  const files = events.filter(event => 'fullLogFile' in event).map(event => String(event['fullLogFile']));
  expect(new Set(files).size).toBe(20);
  for (const file of files) expect(existsSync(join(directory, 'logs', file))).toBe(true);
});

test('tracing is switched off and on, stopped and started again with other settings, with one file open', async () => {
  const [first, second] = [join(directory, 'first.jsonl'), join(directory, 'second.jsonl')];
  const finished = await run('restarts.mjs', [first, second], {
    isTraced: false,
    env: { FLOWTRACE_LOGFILE: join(directory, 'by-hand.jsonl') },
  });
  expect(finished).toMatchObject({ code: 0, stdout: '0 1\n', stderr: '' });
  const written = (log: string) =>
    readLog(log)
      .filter(({ event }) => event === 'ENTER')
      .map(({ args }) => (JSON.parse(String(args)) as { name: string }).name);
  expect(written(first)).toEqual(['first session', 'resumed']);
  expect(written(second)).toEqual(['second session', ...Array.from({ length: 50 }, (_, n) => `third session ${n}`)]);
});

test('every fault of the originals names a test that is there', () => {
  const page = readFileSync(new URL('../../../docs/seeds/flowtrace-faults.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| .+? +\| `([^`]+)` +\| (.+?) +\|$/gm)];
  expect(rows.length).toBeGreaterThan(40);
  const missing = rows.filter(([, file, name]) => {
    const path = new URL(`../${file ?? ''}`, import.meta.url);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(`'${(name ?? '').replaceAll("'", "\\'")}'`);
  });
  expect(missing.map(([row]) => row)).toEqual([]);
  expect(readdirSync(FIXTURES)).not.toContain('dist');
});
