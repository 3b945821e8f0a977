import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One way to run the same application. */
export interface Variant {
  readonly name: string;
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

interface Reply {
  readonly url?: string;
  readonly cpu?: NodeJS.CpuUsage;
  readonly rssBytes?: number;
}

/** The application as a process of its own, which tells how much CPU, user and system, it has used. */
export class ServerUnderTest {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  static async start({ preload, env }: Variant, app = 'hello-app.ts'): Promise<ServerUnderTest> {
    const child = fork(fileURLToPath(new URL(`fixtures/${app}`, import.meta.url)), [], {
      execArgv: [
        '--conditions=@tracelab/source',
        '--disable-warning=ExperimentalWarning',
        ...(preload === undefined ? [] : ['--import', preload]),
      ],
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { PATH: process.env['PATH'], ...env },
    });
    const { url = '' } = await replyOf(child);
    return new ServerUnderTest(child, url);
  }

  async usage(): Promise<Usage> {
    const reply = replyOf(this.#process);
    this.#process.send('cpu');
    const { cpu = { user: 0, system: 0 }, rssBytes = 0 } = await reply;
    return { cpuUs: cpu.user + cpu.system, rssBytes };
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}

function replyOf(child: ChildProcess): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => {
      reject(new Error(`The server ended with ${code ?? 'a signal'} before it answered`));
    };
    child.once('exit', onExit);
    child.once('message', message => {
      child.off('exit', onExit);
      resolve(message as Reply);
    });
  });
}
