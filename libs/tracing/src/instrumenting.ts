/** For packages that make spans of further libraries: what this library's own client spans are made of. */
export { clock } from './clock.ts';
export { ClientCalls, type ClientCall } from './clients/client-call.ts';
export { databaseCalls } from './clients/database-calls.ts';
export { rawRedisText } from './clients/redis-text.ts';
export { describeSql } from './clients/sql.ts';
export { StockSql } from './clients/stock-sql.ts';
export { loadTracingConfig } from './config.ts';
export { failSpan, recordException } from './fail-span.ts';
export { endingUnsent } from './fastify/response-over.ts';
export { knownMethods, redactQuery } from './http-names.ts';
export { hookModules } from './module-hook.ts';
export { pipelineInstrument } from './nest/pipeline-instrument.ts';
export { rememberExceptions, type ExceptionFilterLike } from './nest/remember-exceptions.ts';
export { currentRuntime, type Runtime } from './runtime.ts';
export { thrown, type FailingRequest } from './thrown.ts';
