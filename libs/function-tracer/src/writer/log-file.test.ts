import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { LogFile } from './log-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'log-file-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const directory = () => mkdtempSync(join(folder, 'of-one-test-'));
const options = { toStdout: false, maxBytes: 0, maxFiles: 2 };

test('appends to what is there and makes the directory', () => {
  const path = join(directory(), 'deep', 'er', 'flow.jsonl');
  for (const line of ['{"a":1}\n', '{"b":2}\n']) {
    const log = new LogFile({ ...options, path });
    log.append(line);
    log.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":2}\n');
});

test('drops the line that a kill left unfinished', () => {
  const path = join(directory(), 'flow.jsonl');
  writeFileSync(path, '{"a":1}\n{"b":');
  const log = new LogFile({ ...options, path });
  log.append('{"c":3}\n');
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"c":3}\n');
});

test('begins a new file at a size and keeps only so many', () => {
  const folder = directory();
  const log = new LogFile({ ...options, path: join(folder, 'flow.jsonl'), maxBytes: 20 });
  for (let n = 0; n < 8; n++) log.append(`{"line":${n}}\n`);
  log.close();
  expect(readdirSync(folder).toSorted()).toEqual(['flow.jsonl', 'flow.jsonl.1', 'flow.jsonl.2']);
  expect(readFileSync(join(folder, 'flow.jsonl'), 'utf8')).toBe('{"line":7}\n'.padStart(0));
});

test('a device is written to for ever, and stays where it is', () => {
  const folder = directory();
  const path = join(folder, 'null');
  symlinkSync('/dev/null', path);
  const log = new LogFile({ ...options, path, maxBytes: 20 });
  for (let n = 0; n < 8; n++) log.append(`{"line":${n}}\n`);
  log.close();
  expect(readdirSync(folder)).toEqual(['null']);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
});

test('drops an unfinished line of any length', () => {
  const path = join(directory(), 'flow.jsonl');
  writeFileSync(path, `{"a":1}\n{"b":"${'x'.repeat(200_000)}`);
  const log = new LogFile({ ...options, path });
  log.append('{"c":3}\n');
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"c":3}\n');
});

test('no file is larger than asked for, however much is appended at once', () => {
  const folder = directory();
  const log = new LogFile({ ...options, path: join(folder, 'flow.jsonl'), maxBytes: 100, maxFiles: 100 });
  const lines = Array.from({ length: 40 }, (_, n) => `{"line":${n}}\n`);
  log.append(lines.join(''));
  log.close();
  const files = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'));
  expect(Math.max(...files.map(text => text.length))).toBeLessThanOrEqual(100);
  expect(files.join('').split('\n').toSorted()).toEqual(lines.join('').split('\n').toSorted());
});

test('several processes that begin new files at a size lose no line', async () => {
  const folder = directory();
  const program = `
    const [module, path, name] = process.argv.slice(1);
    const { LogFile } = await import(module);
    const log = new LogFile({ path, toStdout: false, maxBytes: 3_000, maxFiles: 1_000 });
    for (let n = 0; n < 400; n++) log.append('{"line":"' + name + n + '"}\\n{"and":"' + name + n + '"}\\n');
    log.close();`;
  const module = new URL('./log-file.ts', import.meta.url).href;
  const path = join(folder, 'flow.jsonl');
  await Promise.all(
    ['a', 'b', 'c', 'd'].map(async name => {
      const flags = ['--conditions=@tracelab/source', '--input-type=module', '-e', program];
      const [code] = (await once(spawn(process.execPath, [...flags, module, path, name]), 'exit')) as [number];
      expect(code).toBe(0);
    }),
  );
  const lines = readdirSync(folder).flatMap(name => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'));
  expect(lines.every(line => /^\{.*\}$/.test(line))).toBe(true);
  expect(new Set(lines).size).toBe(4 * 400 * 2);
}, 30_000);

test('where no lock can be made, all is written to the one file, without waiting', () => {
  // The name of its lock would be too long.
  const path = join(directory(), 'f'.repeat(251));
  writeFileSync(path, '{"a":1}\n{"b":');
  const lines = Array.from({ length: 20 }, (_, n) => `{"line":${n}}\n`);
  const before = Date.now();
  const log = new LogFile({ ...options, path, maxBytes: 20 });
  for (const line of lines) log.append(line);
  log.close();
  expect(Date.now() - before).toBeLessThan(1_000);
  expect(readFileSync(path, 'utf8').endsWith(lines.join(''))).toBe(true);
});

test('a lock that a killed process has left does not hold up a new file for ever', () => {
  const folder = directory();
  const path = join(folder, 'flow.jsonl');
  const log = new LogFile({ ...options, path, maxBytes: 20 });
  writeFileSync(`${path}.lock`, '');
  utimesSync(`${path}.lock`, Date.now() / 1000, Date.now() / 1000 - 1);
  for (const n of [1, 2]) log.append(`{"line":${n}}\n`);
  expect(readFileSync(path, 'utf8')).toBe('{"line":1}\n{"line":2}\n');
  utimesSync(`${path}.lock`, 0, 0);
  for (const n of [3, 4]) log.append(`{"line":${n}}\n`);
  log.close();
  expect(readdirSync(folder).toSorted()).toEqual(['flow.jsonl', 'flow.jsonl.1', 'flow.jsonl.2']);
});
