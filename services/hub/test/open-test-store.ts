import { SqliteStore, type SqliteStoreOptions, type StoreWatch } from '../src/store/sqlite/sqlite-store.ts';

/** Nothing that these tests do may end the writer's thread. */
export const FAILING: StoreWatch = {
  warn: message => {
    throw new Error(message);
  },
  giveUp: error => {
    throw error;
  },
};

export const openTestStore = (options: SqliteStoreOptions): Promise<SqliteStore> => SqliteStore.open(options, FAILING);
