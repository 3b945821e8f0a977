import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { type Account, serverAccount } from './server-account.ts';
import { type ServerCommand, ServerProcess } from './server-process.ts';

const run = promisify(execFile);

const USER = 'tracelab';
// The server listens on loopback only and holds demo data; the password keeps the URLs like real ones.
const PASSWORD = 'tracelab';

export interface LocalPostgresOptions {
  /** Where the cluster lives; made by the first start. */
  readonly directory: string;
  /** A free one where none is given. */
  readonly port?: number;
  /** Without, a crash of the machine may lose data, and every commit is several times faster. For tests. */
  readonly isDurable?: boolean;
  /** Gets everything that the server writes, as it comes. */
  readonly onOutput?: ServerCommand['onOutput'];
}

interface RunsAs {
  readonly account: Account | undefined;
  readonly binaries: PostgresBinaries;
}

/** A real PostgreSQL from an npm package: one cluster in one folder, on loopback. */
export class LocalPostgres {
  readonly port: number;
  readonly #directory: string;
  readonly #isDurable: boolean;
  readonly #onOutput: ServerCommand['onOutput'];
  readonly #account: Account | undefined;
  readonly #binaries: PostgresBinaries;
  #process: ServerProcess | undefined;

  private constructor({ directory, isDurable = true, onOutput }: LocalPostgresOptions, port: number, runsAs: RunsAs) {
    this.#directory = directory;
    this.#isDurable = isDurable;
    this.#onOutput = onOutput;
    this.port = port;
    this.#account = runsAs.account;
    this.#binaries = runsAs.binaries;
  }

  /**
   * Creates the cluster where there is none, ends a server that a crash left behind, and starts. The folder is its
   * caller's alone: a server that somebody else runs there would be ended as well.
   */
  static async start(options: LocalPostgresOptions): Promise<LocalPostgres> {
    const account = await serverAccount();
    const binaries = await postgresBinaries(account);
    const postgres = new LocalPostgres(options, options.port ?? (await freePort()), { account, binaries });
    await postgres.#create();
    await postgres.#endLeftOver();
    await postgres.start();
    return postgres;
  }

  /** The address of one database of this server. */
  url(database: string): string {
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The server's process, of the last start. */
  get process(): ServerProcess | undefined {
    return this.#process;
  }

  /** Starts again on the same port, after `stop` or `kill`. */
  async start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '32MB',
      ...(this.#isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#process = await ServerProcess.start({
      command: this.#binaries.postgres,
      args: ['-D', this.#directory, '-p', String(this.port), ...flags],
      ready: /ready to accept connections/,
      onOutput: this.#onOutput,
      options: { ...this.#account, cwd: '/' },
    });
  }

  /** Ends every session and stops cleanly. */
  async stop(): Promise<void> {
    await this.#process?.stop('SIGINT');
  }

  /** As a crash of the server would be: nothing is told to anyone. */
  async kill(): Promise<void> {
    const pid = this.#process?.pid;
    this.#process?.kill();
    // The backends notice that their parent is gone and leave; until then the cluster cannot be started again.
    if (pid !== undefined) await this.#withoutBackends(pid);
  }

  async #withoutBackends(parent: number): Promise<void> {
    const end = performance.now() + 5_000;
    while (performance.now() < end) {
      const { stdout } = await run('ps', ['-A', '-o', 'pgid=']).catch(() => ({ stdout: '' }));
      if (!stdout.split('\n').some(line => Number(line) === parent)) return;
      await sleep(20);
    }
  }

  async #create(): Promise<void> {
    if (existsSync(join(this.#directory, 'PG_VERSION'))) return;
    // Made aside and renamed, so that a start which is killed meanwhile leaves no half of a cluster.
    const aside = `${this.#directory}.new`;
    await rm(aside, { recursive: true, force: true });
    await mkdir(aside, { recursive: true, mode: 0o700 });
    await this.#initialize(aside);
    await rename(aside, this.#directory);
  }

  async #initialize(directory: string): Promise<void> {
    const passwordFile = `${directory}.password`;
    await writeFile(passwordFile, PASSWORD, { mode: 0o600 });
    if (this.#account) {
      await chown(directory, this.#account.uid, this.#account.gid);
      await chown(passwordFile, this.#account.uid, this.#account.gid);
    }
    try {
      await run(
        this.#binaries.initdb,
        [
          `--pgdata=${directory}`,
          `--username=${USER}`,
          `--pwfile=${passwordFile}`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale=C',
          '--no-sync',
        ],
        { ...this.#account, cwd: '/' },
      );
    } finally {
      await rm(passwordFile, { force: true });
    }
  }

  async #endLeftOver(): Promise<void> {
    const pid = await leftOverPid(join(this.#directory, 'postmaster.pid'));
    if (pid === undefined) return;
    process.kill(pid, 'SIGINT');
    const end = performance.now() + 10_000;
    while (isAlive(pid) && performance.now() < end) await sleep(50);
  }
}

/** The process that still serves the folder; undefined where the file is stale, or its number is another program's by now. */
async function leftOverPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || !isAlive(pid)) return undefined;
  const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres') ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process, which is the answer
  }
}
