import { fileURLToPath } from 'node:url';
import { freePort, ServerProcess } from '@tracelab/local-servers';
import { childEnvironment } from './config.ts';

export interface ServiceProcessOptions {
  /** The folder under services/. */
  readonly service: string;
  readonly env: Readonly<Record<string, string>>;
  /** A free one where none is given. */
  readonly port?: number;
  /** For node itself, as `--import=…`. */
  readonly nodeArgs?: readonly string[];
}

const services = fileURLToPath(new URL('../../../services/', import.meta.url));

/** A service as it really runs: a process of its own, from its dist/. */
export class ServiceProcess {
  readonly port: number;
  readonly #options: ServiceProcessOptions;
  #process: ServerProcess | undefined;

  private constructor(options: ServiceProcessOptions, port: number) {
    this.#options = options;
    this.port = port;
  }

  static async start(options: ServiceProcessOptions): Promise<ServiceProcess> {
    const service = new ServiceProcess(options, options.port ?? (await freePort()));
    await service.start();
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Everything it wrote, as far as it is kept: the last few thousand characters. */
  get output(): string {
    return this.#process?.output ?? '';
  }

  /** Starts again on the same port, after `stop` or `kill`. */
  async start(): Promise<void> {
    const { service, env, nodeArgs = [] } = this.#options;
    this.#process = await ServerProcess.start({
      command: process.execPath,
      args: [...nodeArgs, `${services}${service}/dist/main.js`],
      // Its own word, not an answer from the port: another process may be there. LOG_LEVEL must let it through.
      ready: /listening on/,
      options: {
        cwd: `${services}${service}`,
        env: childEnvironment({ PORT: String(this.port), LOG_PRETTY: 'false', ...env }),
      },
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    await this.#process?.stop(signal);
    return this.#process?.exitCode ?? null;
  }

  kill(): void {
    this.#process?.kill();
  }
}
