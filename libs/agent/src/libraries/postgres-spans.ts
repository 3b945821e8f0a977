import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions';
import { databaseCalls, describeSql } from '@tracelab/tracing/instrumenting';

/** A query of postgres.js: a promise that starts its work when somebody awaits it. */
interface Query {
  readonly strings: readonly string[] | string;
  readonly executed: boolean;
  resolve: (value: unknown) => unknown;
  reject: (error: unknown) => unknown;
}

type Handle = (this: Query) => unknown;
type Sql = (...args: unknown[]) => unknown;
type Factory = (...args: unknown[]) => Sql;

const calls = databaseCalls([ATTR_DB_SYSTEM_NAME, ATTR_DB_OPERATION_NAME]);
const patched = new WeakSet<object>();

/**
 * CLIENT spans for postgres.js 3, of which there is neither a channel nor a stock instrumentation: its query class is not exported, so
 * it is taken from the first query of a client.
 */
export function tracePostgres(exports: unknown): unknown {
  if (typeof exports === 'function') return tracedFactory(exports as Factory);
  const module = exports as { default?: unknown };
  if (typeof module.default === 'function') module.default = tracedFactory(module.default as Factory);
  return exports;
}

function tracedFactory(factory: Factory): Factory {
  return new Proxy(factory, {
    apply: (target, self, args) => {
      const sql = Reflect.apply(target, self, args);
      tapFirstQuery(sql);
      return sql;
    },
  });
}

// A query that nobody awaits is never sent, so making one costs nothing.
function tapFirstQuery(sql: Sql): void {
  const probe = sql(Object.assign(['select 1'], { raw: ['select 1'] }));
  const prototype = Object.getPrototypeOf(probe) as { handle?: Handle };
  const { handle } = prototype;
  if (handle === undefined || patched.has(prototype)) return;
  patched.add(prototype);
  prototype.handle = function (this: Query) {
    if (!this.executed) open(this);
    return handle.call(this);
  };
}

function open(query: Query): void {
  const sql = describeSql(textOf(query.strings));
  const call = calls.openBelowSpan(sql.summary, {
    [ATTR_DB_SYSTEM_NAME]: 'postgresql',
    [ATTR_DB_QUERY_TEXT]: sql.text,
    [ATTR_DB_QUERY_SUMMARY]: sql.summary,
    [ATTR_DB_OPERATION_NAME]: sql.operation,
    ...(sql.collection !== undefined && { [ATTR_DB_COLLECTION_NAME]: sql.collection }),
  });
  if (call === undefined) return;
  const { resolve, reject } = query;
  query.resolve = value => {
    call.end();
    return resolve(value);
  };
  query.reject = error => {
    call.fail(error, 'PostgreSQL error');
    return reject(error);
  };
}

// The parts between the parameters.
function textOf(strings: readonly string[] | string): string {
  return typeof strings === 'string' ? strings : strings.reduce((text, part, index) => `${text}$${index}${part}`);
}
