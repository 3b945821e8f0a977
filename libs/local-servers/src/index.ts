export { freePort, isPortFree } from './free-port.ts';
export { LocalPostgres, type LocalPostgresOptions } from './local-postgres.ts';
export { PostgresNotPackaged } from './postgres-binaries.ts';
export { findRedis, LocalRedis } from './local-redis.ts';
export { type Readiness, type ServerCommand, ServerProcess } from './server-process.ts';
