import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
