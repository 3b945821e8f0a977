import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import { DataFolderClosed, DataFolderUnusable, makeDataFolder } from './data-folder.ts';

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
  makeDataFolder(join(parent, 'new'), { isForPostgres: true, isRoot: true });
  process.umask(before);
  expect(modeOf(join(parent, 'new'))).toBe(0o755);
});

test('a private folder stays private, and root is told that Postgres cannot use it', () => {
  const folder = folderWith(0o700);
  makeDataFolder(folder, { isForPostgres: true, isRoot: false });
  makeDataFolder(folder, { isForPostgres: false, isRoot: true });
  expect(() => {
    makeDataFolder(folder, { isForPostgres: true, isRoot: true });
  }).toThrow(DataFolderClosed);
  expect(modeOf(folder)).toBe(0o700);
});

test('a folder that can be entered is left as it is', () => {
  const folder = folderWith(0o711);
  makeDataFolder(folder, { isForPostgres: true, isRoot: true });
  expect(modeOf(folder)).toBe(0o711);
});

test('where no folder can be, it is said which one, why and what to do', () => {
  const file = join(parent, 'file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'below')]) {
    expect(() => {
      makeDataFolder(folder, { isForPostgres: false });
    }).toThrow(DataFolderUnusable);
    expect(() => {
      makeDataFolder(folder, { isForPostgres: true });
    }).toThrow(/file.* cannot hold data \(E(?:EXIST|NOTDIR).*\): set TRACELAB_DATA to a folder that can be written\.$/);
  }
});
