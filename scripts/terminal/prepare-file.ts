import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from './flags.ts';

const A_FILE_ABOVE = 'a file is where a folder should be';
const REASONS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', A_FILE_ABOVE],
  ['ENOTDIR', A_FILE_ABOVE],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'permission denied'],
]);

/** Finds out before the work, not after it, whether its report can be written. Rejects with UsageError. */
export async function prepareFile(flag: string, file: string | undefined): Promise<void> {
  if (file === undefined || file === '-') return;
  try {
    await mkdir(dirname(resolve(file)), { recursive: true });
    // What is there stays until there is something to put in its place.
    await (await open(file, 'a')).close();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError([`--${flag} ${file}: cannot be written, ${REASONS.get(code) ?? message}`]);
  }
}
