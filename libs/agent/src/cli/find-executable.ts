import { accessSync, constants, openSync, readSync, closeSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** Where a command is, as a shell looks for it; `refused` where the file may not be run. */
export type Found = { readonly file: string } | 'missing' | 'refused';

/** Looks `command` up in `path`, unless it names a file itself. */
export function findExecutable(command: string, path: string): Found {
  const candidates = command.includes('/')
    ? [isAbsolute(command) ? command : resolve(command)]
    : path.split(delimiter).map(folder => join(folder === '' ? '.' : folder, command));
  const existing = candidates.filter(isFile);
  const file = existing.find(mayRun);
  if (file !== undefined) return { file: resolve(file) };
  return existing.length > 0 ? 'refused' : 'missing';
}

/** Whether the kernel can run `file` by itself; a script without its first line is the shell's. */
export function isRunByKernel(file: string): boolean {
  const start = startOf(file);
  // What may be run and not read is no script: a shell could not read it either.
  if (start === undefined) return true;
  const isMachO = [0xcafebabe, 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe].includes(start.readUInt32BE());
  return start.toString('latin1').startsWith('#!') || start.toString('latin1') === '\x7fELF' || isMachO;
}

function startOf(file: string): Buffer | undefined {
  try {
    const start = Buffer.alloc(4);
    const descriptor = openSync(file, 'r');
    readSync(descriptor, start, 0, 4, 0);
    closeSync(descriptor);
    return start;
  } catch {
    return undefined;
  }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
