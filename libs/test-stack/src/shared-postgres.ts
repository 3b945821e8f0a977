import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { postgresSocket } from './config.ts';

/**
 * The address of a database of its own, empty and not created yet, on the one Postgres that all suites of a run share.
 * The first caller of the run makes Jest's main process start it.
 */
export async function databaseUrl(name: string): Promise<string> {
  const base = await text(connect(postgresSocket()));
  if (!base.startsWith('postgres:')) throw new Error(base || 'The shared Postgres did not start.');
  return `${base}${name}_${randomUUID().slice(0, 8)}`;
}
