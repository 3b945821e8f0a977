import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * What `tsc` thinks of the types, pass by pass. It does not watch: tsc's own watch holds 200 MB, and what is saved while
 * it compiles it takes for compiled, by the time of its last output.
 */
export class TypeCheck {
  readonly #folders: readonly string[];
  readonly #tell: (line: string) => void;
  /** Packages saved during the pass: it may have read the file before or after that. */
  readonly #doubtful = new Set<string>();
  #compiler: ChildProcess | undefined;
  #isDue = false;
  #hasErrors = false;

  /** `folders` are those of the packages, each with its tsconfig.build.json. */
  constructor(folders: readonly string[], tell: (line: string) => void) {
    this.#folders = folders;
    this.#tell = tell;
    process.once('exit', () => {
      this.stop();
    });
  }

  /** A pass, once the one that runs has ended. */
  check(): void {
    this.#isDue = true;
    this.#passIfDue();
  }

  /** To be called of each save, as soon as it is seen: the pass that runs is out of date, and `check()` is to follow. */
  saved(folder: string): void {
    if (this.#compiler === undefined) return;
    this.#doubtful.add(folder);
    this.#compiler.kill();
  }

  stop(): void {
    this.#isDue = false;
    this.#compiler?.kill();
    this.#forgetDoubtful();
  }

  #passIfDue(): void {
    if (!this.#isDue || this.#compiler !== undefined) return;
    this.#isDue = false;
    const errors: string[] = [];
    const compiler = spawn('tsc', ['-b', ...this.#folders.map(folder => join(folder, 'tsconfig.build.json'))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#compiler = compiler;
    createInterface({ input: compiler.stdout }).on('line', line => {
      if (/error TS\d+/.test(line)) errors.push(line);
    });
    let failure: string | undefined;
    compiler.on('error', ({ message }) => {
      failure = `${message}; run \`pnpm install\``;
    });
    compiler.on('close', (code, signal) => {
      this.#compiler = undefined;
      this.#forgetDoubtful();
      if (code !== 0 && errors.length === 0) failure ??= `tsc ended with ${signal ?? String(code)}`;
      if (!compiler.killed) this.#report(errors, failure);
      this.#passIfDue();
    });
  }

  #report(errors: readonly string[], failure: string | undefined): void {
    if (failure !== undefined) {
      this.#tell(`the types are not checked: ${failure}`);
      return;
    }
    for (const line of errors) this.#tell(line);
    if (errors.length === 0 && this.#hasErrors) this.#tell('the types are right again');
    this.#hasErrors = errors.length > 0;
  }

  // Without it the next build, this one's or another's, reads the package anew.
  #forgetDoubtful(): void {
    for (const folder of this.#doubtful) rmSync(join(folder, 'dist/.tsbuildinfo'), { force: true });
    this.#doubtful.clear();
  }
}
