import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import { DataFolderClosed, makeDataFolder } from './data-folder.ts';

const parent = temporaryFolder('data-folder');
afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

const modeOf = (folder: string) => statSync(folder).mode & 0o777;

function folderWith(mode: number): string {
  const folder = join(parent, mode.toString(8));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
  return folder;
}

test('a folder that root makes can be entered by the account of Postgres, whatever the umask', () => {
  const before = process.umask(0o077);
  makeDataFolder(join(parent, 'new'), true);
  process.umask(before);
  expect(modeOf(join(parent, 'new'))).toBe(0o755);
});

test('a private folder stays private, and root is told that Postgres cannot use it', () => {
  const folder = folderWith(0o700);
  makeDataFolder(folder, false);
  expect(() => {
    makeDataFolder(folder, true);
  }).toThrow(DataFolderClosed);
  expect(modeOf(folder)).toBe(0o700);
});

test('a folder that can be entered is left as it is', () => {
  const folder = folderWith(0o711);
  makeDataFolder(folder, true);
  expect(modeOf(folder)).toBe(0o711);
});
