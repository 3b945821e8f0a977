import { type FSWatcher, globSync, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * Tells of each file that is written, replaced, made or deleted in a folder, or in one within it. Node's own recursive
 * watch loses a file once it is replaced by another, and that is how many editors save.
 */
export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onFile: (file: string) => void;

  constructor(folder: string, onFile: (file: string) => void) {
    this.#onFile = onFile;
    this.#watch(folder);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #watch(folder: string): void {
    const watcher = watch(folder, (_, name) => {
      if (name !== null) this.#changed(join(folder, name));
    });
    watcher.on('error', () => {
      watcher.close(); // its folder is gone
    });
    this.#watchers.set(folder, watcher);
    for (const each of readdirSync(folder, { withFileTypes: true })) {
      if (each.isDirectory()) this.#watch(join(folder, each.name));
    }
  }

  #changed(path: string): void {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      if (!this.#watchers.has(path)) this.#watchNew(path);
      return;
    }
    this.#watchers.get(path)?.close();
    this.#watchers.delete(path);
    this.#onFile(path);
  }

  // It may have got its files before it was watched.
  #watchNew(folder: string): void {
    try {
      this.#watch(folder);
    } catch {
      return; // and it may be gone again
    }
    for (const file of globSync('**/*.ts', { cwd: folder })) this.#onFile(join(folder, file));
  }
}
