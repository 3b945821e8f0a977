import { constants, existsSync } from 'node:fs';
import { access, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from './flags.ts';

const A_FILE_ABOVE = 'a file is where a folder should be';
const REASONS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', A_FILE_ABOVE],
  ['ENOTDIR', A_FILE_ABOVE],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'permission denied'],
]);

/** Finds out before the work, not after it, whether its report can be written; leaves all as it was. Rejects with UsageError. */
export async function prepareFile(flag: string, file: string | undefined): Promise<void> {
  if (file === undefined || file === '-') return;
  try {
    await mkdir(dirname(resolve(file)), { recursive: true });
    if (existsSync(file)) await checkWritable(file);
    else await tryToMake(file);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError([`--${flag} ${file}: cannot be written, ${REASONS.get(code) ?? message}`]);
  }
}

// A pipe is not opened: that would end whoever reads it.
async function checkWritable(file: string): Promise<void> {
  await access(file, constants.W_OK);
  if (!(await stat(file)).isFIFO()) await (await open(file, 'r+')).close();
}

// An empty report is worse than none.
async function tryToMake(file: string): Promise<void> {
  await (await open(file, 'a')).close();
  await rm(file);
}
