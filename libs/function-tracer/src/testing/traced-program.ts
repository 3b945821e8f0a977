import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TracedProgramOptions {
  /** Directory from which the program is run, and from which its modules are named. */
  readonly cwd: string;
  readonly nodeArgs?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The program ended, or said nothing, before it listened. */
export class ProgramNotListening extends Error {
  readonly code = 'ProgramNotListening';

  constructor(output: string) {
    super(`The program did not say "listening on <port>": ${output}`);
    this.name = 'ProgramNotListening';
  }
}

const START_TIMEOUT_MS = 25_000;
const LISTENING = /listening on (\d+)/;

/** A server that runs traced in a process of its own, for a test to talk to; its log is whole once it has stopped. */
export class TracedProgram {
  readonly url: string;
  readonly log: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, port: string, log: string) {
    this.#child = child;
    this.#ended = once(child, 'close');
    this.url = `http://127.0.0.1:${port}`;
    this.log = log;
  }

  /** Starts a program that takes its port from PORT and says `listening on <port>`. Throws `ProgramNotListening`. */
  static async start(entry: URL, { cwd, nodeArgs = [], env = {} }: TracedProgramOptions): Promise<TracedProgram> {
    const log = join(mkdtempSync(join(tmpdir(), 'traced-program-')), 'flowtrace.jsonl');
    const flags = [...nodeArgs, '--import', '@tracelab/function-tracer/register'];
    const child = spawn(process.execPath, [...flags, fileURLToPath(entry)], {
      cwd,
      env: { ...env, PORT: '0', FLOWTRACE_LOGFILE: log },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new TracedProgram(child, await portOf(child), log);
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
  }

  /** Stops it and takes its log away. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(dirname(this.log), { recursive: true });
  }
}

async function portOf({ stdout, stderr }: ChildProcess): Promise<string> {
  let output = '';
  stderr?.on('data', (text: Buffer) => {
    output += text.toString();
  });
  return new Promise((resolve, reject) => {
    const fail = () => {
      reject(new ProgramNotListening(output));
    };
    const timeout = setTimeout(fail, START_TIMEOUT_MS);
    stdout?.once('end', fail);
    stdout?.on('data', (text: Buffer) => {
      output += text.toString();
      const [, port] = LISTENING.exec(output) ?? [];
      if (port === undefined) return;
      clearTimeout(timeout);
      resolve(port);
    });
  });
}
