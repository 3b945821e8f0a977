export { freePort, isPortFree } from './free-port.ts';
export { LocalPostgres, type LocalPostgresOptions } from './local-postgres.ts';
export { findRedis, LocalRedis } from './local-redis.ts';
export { ServerProcess } from './server-process.ts';
