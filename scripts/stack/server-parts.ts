import { join, relative, resolve } from 'node:path';
import { findRedis, freePort, isPortFree, LocalPostgres, LocalRedis } from '@tracelab/local-servers';
import type { StackConfig } from './config.ts';
import { KeptServer } from './kept-server.ts';
import type { LogFile } from './log-file.ts';
import type { Part } from './part.ts';
import type { PartEvent } from './revival.ts';

/** Who hears of a server, and keeps what it writes. */
export interface ServerWatch {
  readonly onEvent: (event: PartEvent) => void;
  /** Begins the log of that name. */
  readonly log: (name: string) => LogFile;
}

/** The Postgres that is set, or the stack's own, with its data kept between runs. */
export class PostgresPart implements Part {
  readonly name = 'postgres';
  readonly note: string;
  readonly #config: StackConfig;
  readonly #folder: string;
  readonly #watch: ServerWatch;
  #server: KeptServer<LocalPostgres> | undefined;

  constructor(config: StackConfig, watch: ServerWatch) {
    this.#config = config;
    this.#watch = watch;
    this.#folder = join(config.dataFolder, 'postgres');
    this.note = config.postgresUrl === undefined ? relative('.', this.#folder) : 'from POSTGRES_URL';
  }

  get address(): string {
    const { postgresUrl } = this.#config;
    if (postgresUrl !== undefined) return new URL(postgresUrl).host;
    return this.#server ? `127.0.0.1:${this.#server.server.port}` : '';
  }

  get pid(): number | undefined {
    return this.#server?.server.pid;
  }

  async start(): Promise<void> {
    if (this.#config.postgresUrl !== undefined) return;
    const wanted = this.#config.ports.postgres;
    const port = (await isPortFree(wanted)) ? wanted : await freePort();
    const onOutput = this.#watch.log(this.name).write;
    const server = await LocalPostgres.start({ directory: resolve(this.#folder), port, onOutput });
    this.#server = new KeptServer(this.name, server, this.#watch.onEvent);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /** The address of one service's database. */
  url(database: string): string {
    const { postgresUrl } = this.#config;
    if (postgresUrl !== undefined) return new URL(`/${database}`, postgresUrl).href;
    if (this.#server === undefined) throw new Error('Postgres has not started yet');
    return this.#server.server.url(database);
  }
}

/** A cache for the services: the Redis that is set, one that this machine has, or none. */
export class CachePart implements Part {
  readonly name = 'cache';
  readonly #config: StackConfig;
  readonly #binary: string | undefined;
  readonly #watch: ServerWatch;
  #server: KeptServer<LocalRedis> | undefined;

  constructor(config: StackConfig, watch: ServerWatch) {
    this.#config = config;
    this.#watch = watch;
    this.#binary = config.mayStartRedis && config.redisUrl === undefined ? findRedis(config.path) : undefined;
  }

  /** What the services get as REDIS_URL; none where the cache is in each process. */
  get url(): string | undefined {
    return this.#config.redisUrl ?? this.#server?.server.url;
  }

  get address(): string {
    return this.url?.replace(/\/\/[^@/]*@/, '//') ?? 'in memory';
  }

  get note(): string {
    if (this.#config.redisUrl !== undefined) return 'from REDIS_URL';
    return this.#binary === undefined ? 'set REDIS_URL for Redis' : this.#binary;
  }

  get pid(): number | undefined {
    return this.#server?.server.pid;
  }

  async start(): Promise<void> {
    if (this.#binary === undefined) return;
    const server = await LocalRedis.start(this.#binary, this.#watch.log(this.name).write);
    this.#server = new KeptServer(this.name, server, this.#watch.onEvent);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}
