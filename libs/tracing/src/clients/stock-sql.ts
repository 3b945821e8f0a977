import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { describeSql } from './sql.ts';

const scopes = new Set(
  ['mysql', 'mysql2', 'tedious', 'oracledb', 'cassandra-driver', 'knex'].map(
    name => `@opentelemetry/instrumentation-${name}`,
  ),
);
const mysqlLike: ReadonlySet<unknown> = new Set(['mysql', 'mariadb']);

/** Makes the spans of stock SQL instrumentations as those of this repository are: named by table, and without literals. */
export class StockSql implements SpanProcessor {
  onStart(span: Span): void {
    const text = span.attributes[ATTR_DB_QUERY_TEXT];
    if (typeof text !== 'string' || !scopes.has(span.instrumentationScope.name)) return;
    const sql = describeSql(text, mysqlLike.has(span.attributes[ATTR_DB_SYSTEM_NAME]) ? 'mysql' : 'standard');
    span.setAttributes({
      [ATTR_DB_QUERY_TEXT]: sql.text,
      [ATTR_DB_QUERY_SUMMARY]: sql.summary,
      [ATTR_DB_OPERATION_NAME]: sql.operation,
      [ATTR_DB_COLLECTION_NAME]: sql.collection,
    });
    span.updateName(sql.summary);
  }

  onEnd(): void {
    // What is sent is what was written at the start.
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
