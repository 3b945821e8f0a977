import { Logger } from '@nestjs/common';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';
import { isUnavailable } from './database-unavailable.ts';

/**
 * A pool that hands out no connection on which something broke. Kysely gives every connection back as if it were well,
 * and the next statement would wait behind one that the server never answered.
 */
export class SoundPool implements PostgresPool {
  readonly options: object;
  readonly #pool: pg.Pool;
  readonly #logger = new Logger('Database');

  constructor(options: pg.PoolConfig) {
    this.options = options;
    this.#pool = new pg.Pool(options);
    const tell = (error: Error) => {
      this.#logger.warn(`a connection broke: ${error.message}`);
    };
    // Without a listener the loss of a connection would end the process: idle ones tell the pool, busy ones tell here.
    this.#pool.on('error', tell);
    this.#pool.on('connect', client => client.on('error', tell));
  }

  async connect(): Promise<PostgresPoolClient> {
    return new SoundClient(await this.#pool.connect()) as unknown as PostgresPoolClient;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

/** What Kysely uses of a connection, but for cursors, which nobody here opens. */
class SoundClient {
  readonly #client: pg.PoolClient;
  #isBroken = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async query(statement: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>> {
    try {
      return (await this.#client.query(statement, [...parameters])) as PostgresQueryResult<unknown>;
    } catch (error) {
      this.#isBroken ||= isUnavailable(error);
      throw error;
    }
  }

  release(isUnwanted = false): void {
    this.#client.release(isUnwanted || this.#isBroken);
  }
}
