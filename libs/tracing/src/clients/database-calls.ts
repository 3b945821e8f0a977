import { METRIC_DB_CLIENT_OPERATION_DURATION } from '@opentelemetry/semantic-conventions';
import { ClientCalls } from './client-call.ts';

/** Calls to databases, of any library: one metric, by the attributes that are named. */
export const databaseCalls = (keys: readonly string[], { areClean = false } = {}): ClientCalls =>
  new ClientCalls({
    areClean,
    name: METRIC_DB_CLIENT_OPERATION_DURATION,
    description: 'Duration of database client operations.',
    keys,
  });
