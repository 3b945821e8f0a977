import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions';
import type { Attributes } from '@opentelemetry/api';
import { databaseCalls, describeSql } from '@tracelab/tracing/instrumenting';
import type { ClientCall } from '@tracelab/tracing/instrumenting';

type Method = (this: object, ...args: unknown[]) => unknown;
type Methods = Record<string, Method | undefined>;

interface Prepared {
  readonly sql: string;
  readonly database: object;
}

const calls = databaseCalls([ATTR_DB_SYSTEM_NAME, ATTR_DB_OPERATION_NAME]);
const prepared = new WeakMap<object, Prepared>();
const patched = new WeakSet<object>();
const executing = ['run', 'get', 'all', 'iterate', 'values'];

/**
 * CLIENT spans for SQLite as node:sqlite and better-sqlite3 offer it: `exec` and `prepare` of a database, `run`, `get`, `all` and
 * `iterate` of what is prepared. Statements without literals, never parameters; only below another span.
 */
export function traceSqlite(database: { readonly prototype: object }): void {
  const methods = database.prototype as Methods;
  if (patched.has(methods)) return;
  patched.add(methods);
  replace(methods, 'exec', original => {
    return function exec(...args) {
      return inSpan(this, args[0], () => original.apply(this, args));
    };
  });
  replace(methods, 'prepare', original => {
    return function prepare(...args) {
      const statement = original.apply(this, args);
      if (typeof statement === 'object' && statement !== null)
        remember(statement, { sql: String(args[0]), database: this });
      return statement;
    };
  });
}

function remember(statement: object, from: Prepared): void {
  prepared.set(statement, from);
  const prototype = Object.getPrototypeOf(statement) as Methods;
  if (patched.has(prototype)) return;
  patched.add(prototype);
  for (const name of executing) replace(prototype, name, tracedExecution);
}

function tracedExecution(original: Method): Method {
  return function (this: object, ...args) {
    const from = prepared.get(this);
    return from === undefined
      ? original.apply(this, args)
      : inSpan(from.database, from.sql, () => original.apply(this, args));
  };
}

function replace(methods: Methods, name: string, wrap: (original: Method) => Method): void {
  const property = Object.getOwnPropertyDescriptor(methods, name);
  const original: unknown = property?.value;
  if (property?.configurable !== true || typeof original !== 'function') return;
  const value = wrap(original as Method);
  for (const key of ['name', 'length'] as const)
    Object.defineProperty(value, key, { value: original[key], configurable: true });
  Object.defineProperty(methods, name, { ...property, value });
}

function inSpan(database: object, sql: unknown, execute: () => unknown): unknown {
  const { summary, attributes } = describe(database, typeof sql === 'string' ? sql : '');
  const call = calls.openBelowSpan(summary, attributes);
  if (call === undefined) return execute();
  try {
    const result = execute();
    call.end();
    return result;
  } catch (error) {
    fail(call, error, summary);
    throw error;
  }
}

interface SqliteError extends Error {
  /** The name of the extended result code, of better-sqlite3. */
  readonly code?: unknown;
  /** Its number and what SQLite calls it, of node:sqlite. */
  readonly errcode?: number;
  readonly errstr?: string;
}

// A literal that broke out of its quotes, or stands in double ones: neither message nor statement can be shown.
const unreadable = /^(?:no such column|unrecognized token|incomplete input)|syntax error$/;
// SQLite's own words, and of the schema plain names.
const harmless =
  /^(?:(?:UNIQUE|NOT NULL) constraint failed: \w+\.\w+(?:, \w+\.\w+)*$|(?:UNIQUE|CHECK|FOREIGN KEY) constraint failed|no such (?:table|function))/;

// Most messages quote the statement, and a trigger's are the program's own.
function fail(call: ClientCall, error: unknown, summary: string): void {
  const code = resultCodeOf(error);
  if (code === undefined) {
    call.fail(error);
    return;
  }
  const { message, errstr } = error as SqliteError;
  const unread = unreadable.exec(message)?.[0];
  if (unread !== undefined) call.set(ATTR_DB_QUERY_TEXT, summary);
  const reason = unread ?? harmless.exec(message)?.[0] ?? errstr;
  call.set(ATTR_DB_RESPONSE_STATUS_CODE, code);
  call.fail(error, reason === undefined ? `SQLite error ${code}` : `SQLite error ${code}: ${reason}`);
}

// What else is thrown, by the program's own functions for instance, has none.
function resultCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as SqliteError;
  if (errcode !== undefined) return String(errcode);
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

function describe(database: object, text: string): { summary: string; attributes: Attributes } {
  const sql = describeSql(text);
  const attributes: Attributes = {
    [ATTR_DB_SYSTEM_NAME]: 'sqlite',
    [ATTR_DB_QUERY_TEXT]: sql.text,
    [ATTR_DB_QUERY_SUMMARY]: sql.summary,
    [ATTR_DB_OPERATION_NAME]: sql.operation,
  };
  const file = fileOf(database);
  if (file !== undefined) attributes[ATTR_DB_NAMESPACE] = file;
  if (sql.collection !== undefined) attributes[ATTR_DB_COLLECTION_NAME] = sql.collection;
  return { summary: sql.summary, attributes };
}

function fileOf(database: object): string | undefined {
  const { location, name } = database as { readonly location?: () => unknown; readonly name?: unknown };
  try {
    const file = typeof location === 'function' ? location.call(database) : name;
    return typeof file === 'string' && file !== '' ? file : ':memory:';
  } catch {
    // A database that is closed has no place any more.
    return undefined;
  }
}
