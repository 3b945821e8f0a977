import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** Another system has its data in this folder; `pid` is the process that runs it. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  readonly code = 'DataFolderInUse';

  constructor(folder: string, pid: number, options: ErrorOptions) {
    const who = `another system (pid ${pid})`;
    super(`${folder} is in use by ${who}: stop it, or set TRACELAB_DATA to another folder.`, options);
  }
}

/** One system's hold on its data folder. SQLite's lock ends with the process that holds it, however that ends. */
export class DataFolderLock {
  readonly #file: DatabaseSync;

  private constructor(file: DatabaseSync) {
    this.#file = file;
  }

  static take(folder: string): DataFolderLock {
    mkdirSync(folder, { recursive: true });
    const file = new DatabaseSync(join(folder, 'lock.db'));
    try {
      // The number is for whoever comes next, and can be read beside this lock.
      file.exec(`PRAGMA user_version = ${process.pid}; BEGIN IMMEDIATE`);
      return new DataFolderLock(file);
    } catch (cause) {
      if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause;
      const holder = file.prepare('PRAGMA user_version').get()?.['user_version'];
      file.close();
      throw new DataFolderInUse(folder, Number(holder), { cause });
    }
  }

  release(): void {
    this.#file.close();
  }
}
