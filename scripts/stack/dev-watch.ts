import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { createInterface } from 'node:readline';
import { globSync } from 'node:fs';
import type { PartEvent, ServicePart } from './service-part.ts';
import type { Stack } from './stack.ts';

const SETTLE_MS = 60;

/** Compiles what is saved, and restarts the services that the new code concerns: one, or all when it is a lib's. */
export class DevWatch {
  readonly #stack: Stack;
  readonly #tell: (event: PartEvent) => void;
  #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(stack: Stack, tell: (event: PartEvent) => void) {
    this.#stack = stack;
    this.#tell = tell;
  }

  start(): void {
    const projects = globSync('{libs,services}/*/tsconfig.build.json');
    const compiler = spawn('tsc', ['-b', '--watch', '--preserveWatchOutput', ...projects], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => compiler.kill());
    createInterface({ input: compiler.stdout }).on('line', line => {
      if (/error TS\d+/.test(line)) this.#tell({ part: 'tsc', text: line });
    });
    for (const folder of globSync('{libs,services}/*/dist').filter(each => existsSync(each))) {
      const name = folder.split('/')[1] ?? folder;
      const isLib = folder.startsWith('libs/');
      watch(folder, { recursive: true }, (_, file) => {
        if (file?.endsWith('.js') === true) this.#note(isLib ? 'libs' : name);
      });
    }
  }

  // One save is several written files; they make one restart.
  #note(name: string): void {
    this.#changed.add(name);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#restartChanged(), SETTLE_MS);
  }

  async #restartChanged(): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Set();
    const concerned = this.#stack.services.filter(({ name }) => changed.has('libs') || changed.has(name));
    await Promise.all(concerned.map(service => this.#restart(service)));
  }

  async #restart(service: ServicePart): Promise<void> {
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
