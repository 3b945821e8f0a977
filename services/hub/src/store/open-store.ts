import { type Config } from '../config.ts';
import { MemoryStore } from './memory-store.ts';
import { SqliteStore, type StoreWatch } from './sqlite/sqlite-store.ts';
import { type TraceStore } from './trace-store.ts';

/** The store that the settings name, ready to write and read. */
export async function openStore(config: Config, watch: StoreWatch): Promise<TraceStore> {
  const { store, dataDirectory, memoryBytes, diskBytes } = config;
  if (store === 'memory') return new MemoryStore(memoryBytes);
  return SqliteStore.open({ directory: dataDirectory, memoryBytes, diskBytes }, watch);
}
