import { openDatabase } from '@tracelab/database';
import type { Config } from '../config.ts';
import { MemoryStore } from './memory.store.ts';
import { PostgresStore } from './postgres.store.ts';
import { migrations, type TracesSchema } from './traces.schema.ts';
import type { TracesStore } from './traces.store.ts';

type Settings = Pick<Config, 'databaseUrl' | 'memoryLimitBytes' | 'tracesPerTag'>;

/** Postgres where one is set, the process's own memory otherwise. */
export async function openTracesStore({ databaseUrl, memoryLimitBytes, tracesPerTag }: Settings): Promise<TracesStore> {
  if (databaseUrl === undefined) return new MemoryStore({ limitBytes: memoryLimitBytes, tracesPerTag });
  return new PostgresStore(await openDatabase<TracesSchema>({ url: databaseUrl, migrations }), tracesPerTag);
}
