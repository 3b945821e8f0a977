import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { Database } from './database.ts';
import { isUnavailable } from './database-unavailable.ts';
import { SoundPool } from './sound-pool.ts';

export interface OpenOptions {
  readonly url: string;
  /** Applied in the order of their names, each once, also when several processes start at the same time. */
  readonly migrations: Readonly<Record<string, Migration>>;
  /** How long to wait at start for a server that is still coming up. */
  readonly patienceMs?: number;
  readonly poolSize?: number;
}

const CONNECT_TIMEOUT_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 2_000;

const logger = new Logger('Database');

/** Connects, creates the database where it is missing, and brings its tables up to date. */
export async function openDatabase<Schema>({
  url,
  migrations,
  patienceMs = 30_000,
  poolSize = 10,
}: OpenOptions): Promise<Database<Schema>> {
  await waitForServer(url, patienceMs);
  await migrate(url, migrations);
  const pool = new SoundPool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // The server's own limit comes first; this one is for a server that no longer answers at all.
    query_timeout: STATEMENT_TIMEOUT_MS + 500,
  });
  return new Database(new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }));
}

async function waitForServer(url: string, patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let isTold = false; ; isTold = true) {
    try {
      await ensureDatabase(url);
      return;
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > end) throw new Error(unreachable(url), { cause: error });
      if (!isTold) logger.warn(`waiting for Postgres at ${addressOf(url)}`);
      await sleep(200);
    }
  }
}

const addressOf = (url: string): string => new URL(url).host;

const unreachable = (url: string): string =>
  `Postgres at ${addressOf(url)} cannot be used: is it running, and are the user and password of DATABASE_URL right?`;

async function ensureDatabase(url: string): Promise<void> {
  try {
    await once(url);
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error;
    await createDatabase(url);
  }
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  try {
    await once(maintenance.href, `create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process created it in the meantime: as a finished row, or as one that is being written.
    const { code = '' } = error as { code?: string };
    if (code !== '42P04' && code !== '23505') throw error;
  }
}

async function once(url: string, statement = 'select 1'): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined); // told by the query that it breaks
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end().catch(() => undefined); // already closed
  }
}

// Kysely's migrator holds an advisory lock, so that of several processes one migrates and the others wait for it.
// It waits on a connection of its own: the limit of ordinary statements would end the wait for a long migration.
async function migrate(url: string, migrations: OpenOptions['migrations']): Promise<void> {
  const pool = new SoundPool({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrateWith(kysely, migrations);
  } finally {
    await kysely.destroy();
  }
}

async function migrateWith(kysely: Kysely<unknown>, migrations: OpenOptions['migrations']): Promise<void> {
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results.find(({ status }) => status === 'Error')?.migrationName ?? 'the first';
  throw new Error(`Migration ${failed} failed; the database is as it was before it.`, { cause: error });
}
