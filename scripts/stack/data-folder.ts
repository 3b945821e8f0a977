import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs';

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

/** The folder cannot be made, or nothing be written into it. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';
  readonly code = 'DataFolderUnusable';

  constructor(folder: string, cause: Error) {
    super(`${folder} cannot hold data (${cause.message}): set TRACELAB_DATA to a folder that can be written.`, {
      cause,
    });
  }
}

export interface DataFolderUse {
  readonly isForPostgres: boolean;
  readonly isRoot?: boolean;
}

/**
 * Makes the folder where there is none. Postgres started by root runs under another account, which has to be able to enter
 * it; a folder that somebody closed stays closed. Throws DataFolderUnusable and DataFolderClosed.
 */
export function makeDataFolder(
  folder: string,
  { isForPostgres, isRoot = process.getuid?.() === 0 }: DataFolderUse,
): void {
  const isNew = makeWritable(folder);
  if (!isForPostgres || !isRoot) return;
  if (isNew) chmodSync(folder, 0o755);
  else if ((statSync(folder).mode & 0o001) === 0) throw new DataFolderClosed(folder);
}

function makeWritable(folder: string): boolean {
  try {
    const isNew = mkdirSync(folder, { recursive: true }) !== undefined;
    accessSync(folder, constants.W_OK);
    return isNew;
  } catch (error) {
    throw new DataFolderUnusable(folder, error as Error);
  }
}
