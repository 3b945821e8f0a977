import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileSource } from './compile-source.ts';
import { FolderWatch } from './folder-watch.ts';
import { packageFolders } from './package-folders.ts';
import type { PartEvent, ServicePart } from './service-part.ts';
import type { Stack } from './stack.ts';

// One save is several events, and an editor may save several files at once; they make one restart.
const SETTLE_MS = 50;

/** Restarts the services that run what is saved, and beside that lets `tsc` say what it thinks of the types. */
export class DevWatch {
  readonly #stack: Stack;
  readonly #tell: (event: PartEvent) => void;
  readonly #saved = new Map<string, readonly ServicePart[]>();
  readonly #due = new Set<ServicePart>();
  readonly #restarting = new Set<ServicePart>();
  #timer: NodeJS.Timeout | undefined;

  constructor(stack: Stack, tell: (event: PartEvent) => void) {
    this.#stack = stack;
    this.#tell = tell;
  }

  start(): void {
    for (const [folder, services] of this.#watched()) {
      new FolderWatch(join(folder, 'src'), file => {
        if (!file.endsWith('.ts') || file.endsWith('.test.ts')) return;
        this.#saved.set(file, services);
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.#settled, SETTLE_MS);
      });
    }
    this.#checkTypes();
  }

  #watched(): Map<string, ServicePart[]> {
    const watched = new Map<string, ServicePart[]>();
    for (const service of this.#stack.services) {
      for (const folder of packageFolders(service.folder)) {
        watched.set(folder, [...(watched.get(folder) ?? []), service]);
      }
    }
    return watched;
  }

  #checkTypes(): void {
    const projects = globSync('{libs,services}/*/tsconfig.build.json');
    const compiler = spawn('tsc', ['-b', '--watch', '--preserveWatchOutput', ...projects], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => compiler.kill());
    createInterface({ input: compiler.stdout }).on('line', line => {
      if (/error TS\d+/.test(line)) this.#tell({ part: 'tsc', text: line });
    });
  }

  // While one file cannot be read, nothing restarts: whoever loads it would not come up.
  readonly #settled = (): void => {
    const isReadable = [...this.#saved.keys()].map(file => this.#isReadable(file));
    if (isReadable.includes(false)) return;
    const concerned = new Set([...this.#saved.values()].flat());
    this.#saved.clear();
    for (const service of concerned) void this.#restart(service);
  };

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
