import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { databaseUrl } from '@tracelab/test-stack';
import { sql } from 'kysely';
import pg from 'pg';
import { type Database, DatabaseUnavailable, openDatabase } from '../src/index.ts';

jest.setTimeout(60_000);

interface Schema {
  things: { id: number };
}

let applied = 0;
const migrations = {
  '0001-things': {
    async up(db: Parameters<NonNullable<Parameters<typeof openDatabase>[0]['migrations'][string]>['up']>[0]) {
      applied++;
      await sql`create table things (id integer primary key)`.execute(db);
      await sql`insert into things values (1)`.execute(db);
    },
  },
};

const opened: Database<Schema>[] = [];
const open = async (url: string) => {
  const database = await openDatabase<Schema>({ url, migrations });
  opened.push(database);
  return database;
};
afterAll(async () => {
  for (const database of opened) await database.close();
});

const things = (database: Database<Schema>) => database.query(db => db.selectFrom('things').selectAll().execute());

test('five that start at once on a server without the database make it once', async () => {
  const url = await databaseUrl('shared');
  applied = 0;
  const databases = await Promise.all(Array.from({ length: 5 }, () => open(url)));
  expect(applied).toBe(1);
  for (const database of databases) expect(await things(database)).toEqual([{ id: 1 }]);
});

test("whoever comes second waits for a migration that takes longer than an ordinary statement's limit", async () => {
  const url = await databaseUrl('slow');
  await open(url);
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  await other.query('begin');
  await other.query('lock table kysely_migration_lock in access exclusive mode');
  const late = open(url);
  await new Promise(resolve => setTimeout(resolve, 2_800));
  await other.query('commit');
  await other.end();
  expect(await things(await late)).toEqual([{ id: 1 }]);
});

describe('a query', () => {
  test('that takes too long ends as DatabaseUnavailable, and the next one works', async () => {
    const database = await open(await databaseUrl('limits'));
    await expect(database.query(db => sql`select pg_sleep(30)`.execute(db))).rejects.toBeInstanceOf(
      DatabaseUnavailable,
    );
    expect(await things(database)).toEqual([{ id: 1 }]);
  });

  test('whose connection is cut ends as DatabaseUnavailable, and the next one works', async () => {
    const database = await open(await databaseUrl('cut'));
    const cut = database.query(db => sql`select pg_terminate_backend(pg_backend_pid())`.execute(db));
    await expect(cut).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(await things(database)).toEqual([{ id: 1 }]);
  });

  test('that is wrong keeps its own error', async () => {
    const database = await open(await databaseUrl('wrong'));
    const wrong = database.query(db => sql`select * from nothing`.execute(db));
    await expect(wrong).rejects.toMatchObject({ code: '42P01' });
  });
});

test('a wrong password is told at once, without the password', async () => {
  const url = new URL(await databaseUrl('secret'));
  url.password = 'hunter2';
  const failed = openDatabase({ url: url.href, migrations: {} });
  await expect(failed).rejects.toThrow(/are the user and password/);
  await expect(failed).rejects.not.toThrow(/hunter2/);
});
