import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileSource } from './compile-source.ts';
import { FolderWatch } from './folder-watch.ts';
import type { PartEvent } from './revival.ts';
import type { ServicePart } from './service-part.ts';
import type { Stack } from './stack.ts';
import { TypeCheck } from './type-check.ts';

// One save is several events, and an editor may save several files at once; they make one restart.
const SETTLE_MS = 50;

/**
 * Restarts the services that run what is saved, and then lets `tsc` say what it thinks of the types. It watches from the
 * first, and what is saved while the services start is taken up by `start()`.
 */
export class DevWatch {
  readonly #stack: Stack;
  readonly #tell: (event: PartEvent) => void;
  readonly #typeCheck: TypeCheck;
  /** The folder of the package that each is in. */
  readonly #saved = new Map<string, string>();
  readonly #due = new Set<ServicePart>();
  readonly #restarting = new Set<ServicePart>();
  #isStarted = false;
  #preparing = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(stack: Stack, tell: (event: PartEvent) => void) {
    this.#stack = stack;
    this.#tell = tell;
    const folders = globSync('{libs,services}/*/tsconfig.build.json').map(dirname);
    this.#typeCheck = new TypeCheck(folders, text => {
      tell({ part: 'tsc', text });
    });
    for (const folder of folders) {
      new FolderWatch(join(folder, 'src'), file => {
        if (!file.endsWith('.ts') || file.endsWith('.test.ts')) return;
        this.#saved.set(file, folder);
        this.#typeCheck.saved(folder);
        this.#settle();
      });
    }
  }

  start(): void {
    this.#isStarted = true;
    if (this.#saved.size > 0) this.#settle();
    else this.#afterwards();
  }

  #settle(): void {
    if (!this.#isStarted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#settled(), SETTLE_MS);
  }

  // While one file cannot be read, nothing restarts: whoever loads it would not come up.
  async #settled(): Promise<void> {
    const isReadable = [...this.#saved.keys()].map(file => this.#isReadable(file));
    if (isReadable.includes(false)) return;
    const changed = new Set(this.#saved.values());
    this.#saved.clear();
    const concerned = this.#stack.services.filter(service =>
      [...changed].some(folder => service.packageFolders.has(folder)),
    );
    await Promise.all(concerned.map(service => this.#restart(service)));
    this.#afterwards();
  }

  // What can wait until the services answer. Beside the compiler there is one processor for spares, so one at a time.
  #afterwards(): void {
    this.#typeCheck.check();
    this.#preparing = this.#preparing.then(async () => {
      for (const service of this.#stack.services) if (this.#restarting.size === 0) await service.prepare();
    });
  }

  #isReadable(file: string): boolean {
    try {
      if (existsSync(file)) compileSource(file);
      return true;
    } catch (error) {
      const lastLines = (error as Error).message.split('\n');
      this.#tell({ part: file, text: 'cannot be read; the services stay as they are', lastLines });
      return false;
    }
  }

  // What is saved during a restart comes into the next one.
  async #restart(service: ServicePart): Promise<void> {
    this.#due.add(service);
    if (this.#restarting.has(service)) return;
    this.#restarting.add(service);
    while (this.#due.delete(service)) await this.#restartOnce(service);
    this.#restarting.delete(service);
  }

  async #restartOnce(service: ServicePart): Promise<void> {
    const startedAt = performance.now();
    try {
      await service.restart();
      this.#tell({ part: service.name, text: `restarted in ${Math.round(performance.now() - startedAt)} ms` });
    } catch (error) {
      this.#tell({
        part: service.name,
        text: 'does not start with this change',
        lastLines: [(error as Error).message],
      });
    }
  }
}
