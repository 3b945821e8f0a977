export { Database } from './database.ts';
export { DatabaseUnavailable } from './database-unavailable.ts';
export { idValue } from './id-value.ts';
export { openDatabase, type OpenOptions } from './open-database.ts';
