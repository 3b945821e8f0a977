import type { Dependency } from '@tracelab/service-kit';
import { type Kysely, sql } from 'kysely';
import { DatabaseUnavailable, isUnavailable } from './database-unavailable.ts';

/** A service's own database. Whoever opened it closes it. */
export class Database<Schema> implements Dependency {
  readonly name = 'postgres';
  readonly #kysely: Kysely<Schema>;

  constructor(kysely: Kysely<Schema>) {
    this.#kysely = kysely;
  }

  /** Runs a query; rejects with DatabaseUnavailable, within the time limits, while Postgres does not answer. */
  async query<Result>(work: (db: Kysely<Schema>) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.#kysely);
    } catch (error) {
      throw isUnavailable(error) ? new DatabaseUnavailable(error) : error;
    }
  }

  readonly check = async (): Promise<void> => {
    await this.query(db => sql`select 1`.execute(db));
  };

  async close(): Promise<void> {
    await this.#kysely.destroy();
  }
}
