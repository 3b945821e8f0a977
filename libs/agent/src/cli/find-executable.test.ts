import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findExecutable, isRunByKernel } from './find-executable.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'executable-'));
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true }));

async function put(content: string, mode: number): Promise<string> {
  const file = join(folder, 'command');
  await writeFile(file, content);
  await chmod(file, mode);
  return file;
}

/** Root reads everything, so it becomes somebody else for a moment. */
function asAnyUser<Result>(ask: () => Result): Result {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return ask();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test.each([
  ['#!/bin/sh\n', true],
  ['\x7fELF', true],
  ['echo no first line\n', false],
  ['', false],
])('a file that begins with %j is run by the kernel: %s', async (content, expected) => {
  expect(isRunByKernel(await put(content, 0o755))).toBe(expected);
});

test('a file that may be run and not read is run by the kernel', async () => {
  const file = await put('\x7fELF', 0o111);
  expect(asAnyUser(() => [findExecutable('command', folder), isRunByKernel(file)])).toEqual([{ file }, true]);
});
