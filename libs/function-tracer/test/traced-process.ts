import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';

/** The package's entry for `--import`, from source. */
export const REGISTER = new URL('../src/register.ts', import.meta.url).href;
const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Without, the same loader works, but nothing is traced. */
  readonly isTraced?: boolean;
  /** Another Node than this one, and the entry that it can load. */
  readonly node?: string | undefined;
  readonly register?: string;
  /** Called with the running child, to send it signals. */
  readonly whileRunning?: (child: ReturnType<typeof spawn>) => void;
}

// An entry that is preceded by `--import` is loaded by another way than one that is not; both sides take the same.
const NOTHING = 'data:text/javascript,';

/** Runs a program in a process of its own, traced or not. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { cwd = FIXTURES, env = {}, nodeArgs = [], isTraced = true, whileRunning } = options;
  const { node = process.execPath, register = REGISTER } = options;
  const flags = ['--conditions=@tracelab/source', '--import', isTraced ? register : NOTHING, ...nodeArgs];
  const child = spawn(node, [...flags, file, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', FLOWTRACE_CACHE: 'false', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  whileRunning?.(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
}

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A new directory, gone when the tests of the file are over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'function-tracer-'));
  directories.push(directory);
  return directory;
}

/** An event as it stands in the log. */
export type LoggedEvent = Readonly<Record<string, unknown>> & { readonly event: string };

export function readLog(path: string): LoggedEvent[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as LoggedEvent);
}
