import { chmodSync, mkdirSync, statSync } from 'node:fs';

/** Others may not enter the folder; the message says what to do. */
export class DataFolderClosed extends Error {
  override readonly name = 'DataFolderClosed';
  readonly code = 'DataFolderClosed';

  constructor(folder: string) {
    super(
      `${folder} is closed to other accounts, and Postgres, started by root, runs under one: ` +
        `set TRACELAB_DATA to another folder, or open this one with chmod o+x.`,
    );
  }
}

/**
 * Makes the folder where there is none. Postgres started by root runs under another account, which has to be able to enter
 * it; a folder that somebody closed stays closed. Throws DataFolderClosed.
 */
export function makeDataFolder(folder: string, isRoot = process.getuid?.() === 0): void {
  const isNew = mkdirSync(folder, { recursive: true }) !== undefined;
  if (!isRoot) return;
  if (isNew) chmodSync(folder, 0o755);
  else if ((statSync(folder).mode & 0o001) === 0) throw new DataFolderClosed(folder);
}
