import { type Config } from '../config.ts';
import { MemoryStore } from './memory-store.ts';
import { type TraceStore } from './trace-store.ts';

/** The store that the settings name, ready to write and read. */
export function openStore({ memoryBytes }: Config): Promise<TraceStore> {
  return Promise.resolve(new MemoryStore(memoryBytes));
}
