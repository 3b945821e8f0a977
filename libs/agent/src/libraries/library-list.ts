import type { Detail } from '@tracelab/tracing';
import { rawRedisText } from '@tracelab/tracing/instrumenting';

/** A stock instrumentation, loaded only when the program loads its library. */
export interface StockLibrary {
  /** Of the stock bundle, without `@opentelemetry/instrumentation-`. */
  readonly package: string;
  readonly options?: (detail: Detail) => Readonly<Record<string, unknown>>;
  /** Where a channel of the library's own serves its later versions. */
  readonly versions?: readonly string[];
  /** Versions that are told of as patched once they are loaded: a channel serves them, or the patches are not to be seen. */
  readonly told?: readonly string[];
}

// Connecting and waiting for messages belong to no request.
const redisBelowSpan: StockLibrary['options'] = () => ({
  requireParentSpan: true,
  dbStatementSerializer: rawRedisText,
});
const redisText: StockLibrary['options'] = () => ({ dbStatementSerializer: rawRedisText });
// Else parameters are written into the statement; its own literals are StockSql's part.
const withoutValues: StockLibrary['options'] = () => ({
  maskStatement: true,
  maskStatementHook: (statement: string) => statement,
});
const logIds: StockLibrary['options'] = () => ({ disableLogSending: true });
// Their names are wanted always, their spans only by who asks for the pipeline.
const expressLayers: StockLibrary['options'] = detail =>
  detail === 'route' ? { ignoreLayersType: ['middleware', 'router', 'request_handler'] } : {};
const koaLayers: StockLibrary['options'] = detail =>
  detail === 'route' ? { ignoreLayersType: ['middleware', 'router'] } : {};

/**
 * What a program imports, and the stock instrumentation that makes its spans. Each library once; those that libs/tracing or this
 * package sees natively (fastify, undici, http, ioredis 6, pg, node:sqlite, better-sqlite3, postgres, Nest) are not here.
 */
export const stockLibraries: ReadonlyMap<string, StockLibrary> = new Map<string, StockLibrary>([
  ['express', { package: 'express', options: expressLayers }],
  ['koa', { package: 'koa', options: koaLayers }],
  ['@koa/router', { package: 'koa', options: koaLayers }],
  ['@hapi/hapi', { package: 'hapi' }],
  ['restify', { package: 'restify' }],
  ['connect', { package: 'connect' }],
  ['mysql', { package: 'mysql' }],
  ['mysql2', { package: 'mysql2', options: withoutValues }],
  ['mysql2/promise', { package: 'mysql2', options: withoutValues }],
  ['mongodb', { package: 'mongodb' }],
  ['mongoose', { package: 'mongoose' }],
  ['redis', { package: 'redis', options: redisBelowSpan, told: ['*'] }],
  ['@redis/client', { package: 'redis', options: redisBelowSpan, told: ['*'] }],
  ['ioredis', { package: 'ioredis', options: redisText, versions: ['>=2.0.0 <6'], told: ['>=6'] }],
  ['kafkajs', { package: 'kafkajs' }],
  ['amqplib', { package: 'amqplib' }],
  ['cassandra-driver', { package: 'cassandra-driver' }],
  ['memcached', { package: 'memcached' }],
  ['tedious', { package: 'tedious' }],
  ['oracledb', { package: 'oracledb' }],
  ['graphql', { package: 'graphql' }],
  ['socket.io', { package: 'socket.io' }],
  ['@grpc/grpc-js', { package: 'grpc' }],
  ['openai', { package: 'openai' }],
  ['pino', { package: 'pino', options: logIds }],
  ['winston', { package: 'winston', options: logIds }],
  ['bunyan', { package: 'bunyan', options: logIds }],
]);
