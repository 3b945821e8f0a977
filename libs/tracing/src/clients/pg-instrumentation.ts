import { context } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation';
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
import { databaseCalls } from './database-calls.ts';
import type { ClientCall } from './client-call.ts';
import { describeSql } from './sql.ts';
import type { SqlDescription } from './sql.ts';
import { redactText } from '../redact.ts';

type Callback = (error: unknown, ...rest: unknown[]) => unknown;
type Query = (this: PgClient, ...args: unknown[]) => unknown;
type Connect = (this: unknown, callback?: Callback) => unknown;

interface PgClient {
  readonly connectionParameters?: ConnectionParameters;
}

interface ConnectionParameters {
  readonly database?: string | null | undefined;
  readonly host?: string | null | undefined;
  readonly port?: number | string | undefined;
}

interface Prototype<Method> {
  readonly prototype: Record<string, Method>;
}

const versions = ['>=8 <9'];

/**
 * CLIENT spans for pg 8: one for each query made inside a span, named by operation and table, its text without literals and
 * never with parameters. pg has no channels yet, so its client is patched when it is loaded.
 */
export class PgInstrumentation extends InstrumentationBase {
  constructor() {
    super('@tracelab/tracing/pg', '0.1.0', {});
  }

  // Files inside the packages, which are always loaded by `require`: an application that imports pg needs no module hook.
  protected override init(): InstrumentationNodeModuleDefinition[] {
    const client = new InstrumentationNodeModuleFile(
      'pg/lib/client.js',
      versions,
      (exports: Prototype<Query>) => {
        this._wrap(exports.prototype, 'query', tracedQuery);
        return exports;
      },
      (exports?: Prototype<Query>) => {
        if (exports !== undefined) this._unwrap(exports.prototype, 'query');
      },
    );
    return [
      new InstrumentationNodeModuleDefinition('pg', versions, undefined, undefined, [client]),
      new InstrumentationNodeModuleDefinition(
        'pg-pool',
        ['>=3 <4'],
        (exports: Prototype<Connect>) => {
          this._wrap(exports.prototype, 'connect', connectInCallersContext);
          return exports;
        },
        (exports?: Prototype<Connect>) => {
          if (exports !== undefined) this._unwrap(exports.prototype, 'connect');
        },
      ),
    ];
  }
}

const calls = databaseCalls(
  [
    ATTR_DB_SYSTEM_NAME,
    ATTR_DB_NAMESPACE,
    ATTR_DB_OPERATION_NAME,
    ATTR_DB_COLLECTION_NAME,
    ATTR_SERVER_ADDRESS,
    ATTR_SERVER_PORT,
  ],
  { areClean: true },
);

// A full pool calls back from whatever request gave its connection back; the query belongs to the request that asked.
function connectInCallersContext(connect: Connect): Connect {
  return function (this: unknown, callback) {
    return callback === undefined ? connect.call(this) : connect.call(this, context.bind(context.active(), callback));
  };
}

function tracedQuery(query: Query): Query {
  return function (this: PgClient, ...args) {
    const text = textOf(args[0]);
    const { summary, attributes } = describe(this, text);
    const call = calls.openBelowSpan(summary, attributes);
    if (call === undefined) return query.apply(this, args);
    const hasCallback = bindCallback(args, call);
    try {
      const result = query.apply(this, args);
      if (hasCallback) return result;
      return result instanceof Promise ? endWithPromise(result, call) : endWithStream(result, call);
    } catch (error) {
      fail(call, error);
      throw error;
    }
  };
}

function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null) return undefined;
  if ('text' in query && typeof query.text === 'string') return query.text;
  // A cursor and a stream hold the statement one level down.
  return 'cursor' in query ? textOf(query.cursor) : undefined;
}

interface Described {
  readonly summary: string;
  readonly attributes: Attributes;
}

// Nearly every process has one database.
let latest: DescribedDatabase | undefined;

// Clients say where they are connected in an object that may change.
function describe({ connectionParameters = {} }: PgClient, text: string | undefined): Described {
  if (latest?.isOf(connectionParameters) !== true) latest = new DescribedDatabase(connectionParameters);
  return latest.query(text);
}

/** The attributes of queries to one database, of each statement worked out once: a copy costs less. */
class DescribedDatabase {
  readonly #parameters: ConnectionParameters;
  readonly #attributes: Attributes = { [ATTR_DB_SYSTEM_NAME]: 'postgresql' };
  readonly #statements = new WeakMap<SqlDescription, Attributes>();

  constructor({ database, host, port }: ConnectionParameters) {
    this.#parameters = { database, host, port };
    if (typeof database === 'string') this.#attributes[ATTR_DB_NAMESPACE] = redactText(database);
    if (typeof host === 'string') this.#attributes[ATTR_SERVER_ADDRESS] = host;
    if (port !== undefined && Number.isInteger(Number(port))) this.#attributes[ATTR_SERVER_PORT] = Number(port);
  }

  isOf({ database, host, port }: ConnectionParameters): boolean {
    const known = this.#parameters;
    return database === known.database && host === known.host && port === known.port;
  }

  query(text: string | undefined): Described {
    if (text === undefined) return { summary: 'QUERY', attributes: { ...this.#attributes } };
    const sql = describeSql(text);
    return { summary: sql.summary, attributes: { ...(this.#statements.get(sql) ?? this.#newStatement(sql)) } };
  }

  #newStatement(sql: SqlDescription): Attributes {
    const attributes: Attributes = {
      ...this.#attributes,
      [ATTR_DB_QUERY_TEXT]: sql.text,
      [ATTR_DB_QUERY_SUMMARY]: sql.summary,
      [ATTR_DB_OPERATION_NAME]: sql.operation,
    };
    if (sql.collection !== undefined) attributes[ATTR_DB_COLLECTION_NAME] = sql.collection;
    this.#statements.set(sql, attributes);
    return attributes;
  }
}

function bindCallback(args: unknown[], call: ClientCall): boolean {
  const last = args.length - 1;
  const callback = args[last];
  if (typeof callback === 'function') {
    args[last] = settling(callback as Callback, call);
    return true;
  }
  const [config] = args;
  if (typeof config !== 'object' || config === null || 'submit' in config) return false;
  if (!('callback' in config) || typeof config.callback !== 'function') return false;
  args[0] = { ...config, callback: settling(config.callback as Callback, call) };
  return true;
}

function settling(callback: Callback, call: ClientCall): Callback {
  const inContext = context.bind(call.callerContext, callback);
  return function (this: unknown, error, ...rest) {
    if (error) fail(call, error);
    else call.end();
    return inContext.call(this, error, ...rest);
  };
}

function endWithPromise(result: Promise<unknown>, call: ClientCall): Promise<unknown> {
  return result.then(
    value => {
      call.end();
      return value;
    },
    (error: unknown) => {
      fail(call, error);
      throw error;
    },
  );
}

/** What pg takes instead of a text: its own query, a cursor, a stream. */
interface Submittable {
  once(event: string, listener: () => void): void;
  handleError?: (this: Submittable, error: unknown, ...rest: unknown[]) => unknown;
}

function endWithStream(result: unknown, call: ClientCall): unknown {
  if (typeof result !== 'object' || result === null || !('once' in result)) {
    call.end();
    return result;
  }
  const query = result as Submittable;
  for (const event of ['end', 'close'])
    query.once(event, () => {
      call.end();
    });
  // Not its event: an error that nobody listens to ends the program, and a cursor emits none then.
  const { handleError } = query;
  if (typeof handleError === 'function')
    query.handleError = function (error, ...rest) {
      fail(call, error);
      return handleError.call(this, error, ...rest);
    };
  return result;
}

// PostgreSQL quotes the offending value in some of its messages: only its code is seen.
function fail(call: ClientCall, error: unknown): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'string') call.set(ATTR_DB_RESPONSE_STATUS_CODE, code);
  call.fail(error, typeof code === 'string' ? `PostgreSQL error ${code}` : undefined);
}
