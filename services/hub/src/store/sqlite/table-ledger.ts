import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import type { KnownSpan, SpanLedger, WaitingChild } from './span-ledger.ts';

/** Stands for the content of the first span of an id, which is only looked at when the id comes again. */
const FIRST = '';

/** Makes ledgers that live in the partition, so that a trace may have more spans than memory has room for. */
export class LedgerTables {
  readonly sql: ReturnType<typeof prepareAll>;

  constructor(database: DatabaseSync) {
    this.sql = prepareAll(database);
  }

  of(trace: number): TableLedger {
    return new TableLedger(this.sql, trace);
  }
}

/** Keeps what is known of one large trace's spans in tables. */
export class TableLedger implements SpanLedger {
  readonly #sql: ReturnType<typeof prepareAll>;
  readonly #trace: number;

  constructor(sql: ReturnType<typeof prepareAll>, trace: number) {
    this.#sql = sql;
    this.#trace = trace;
  }

  get(spanId: string): KnownSpan | undefined {
    const found = this.#sql.get.get(this.#trace, bytesOf(spanId));
    if (found === undefined) return undefined;
    return { row: Number(found['row']), service: String(found['service']), isClient: found['is_client'] === 1 };
  }

  put(spanId: string, { row, service, isClient }: KnownSpan): void {
    this.#sql.put.run(this.#trace, bytesOf(spanId), FIRST, row, service, isClient ? 1 : 0);
  }

  noteContent(spanId: string, content: string): boolean {
    return this.#sql.put.run(this.#trace, bytesOf(spanId), content, 0, '', 0).changes === 1;
  }

  wait(parentSpanId: string, { spanId, service, name, startNs, durationNs, isError }: WaitingChild): void {
    const ids = [bytesOf(parentSpanId), bytesOf(spanId)] as const;
    this.#sql.wait.run(this.#trace, ...ids, service, name, startNs, durationNs, isError ? 1 : 0);
  }

  meet(spanId: string): readonly WaitingChild[] {
    const rows = this.#sql.waiting.all(this.#trace, bytesOf(spanId));
    if (rows.length > 0) this.#sql.met.run(this.#trace, bytesOf(spanId));
    return rows.map(childOf);
  }

  earliestWaiting(): WaitingChild | undefined {
    const row = this.#sql.earliest.get(this.#trace);
    return row === undefined ? undefined : childOf(row);
  }
}

function prepareAll(database: DatabaseSync) {
  const bigints = (sql: string): StatementSync => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  };
  return {
    get: database.prepare(
      `SELECT row, service, is_client FROM known_span WHERE trace = ? AND span = ? AND content = '${FIRST}'`,
    ),
    put: database.prepare('INSERT OR IGNORE INTO known_span VALUES (?, ?, ?, ?, ?, ?)'),
    wait: database.prepare('INSERT INTO waiting_span VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    waiting: bigints('SELECT * FROM waiting_span WHERE trace = ? AND parent = ?'),
    met: database.prepare('DELETE FROM waiting_span WHERE trace = ? AND parent = ?'),
    earliest: bigints('SELECT * FROM waiting_span WHERE trace = ? ORDER BY start_ns, span LIMIT 1'),
  };
}

function childOf(row: Record<string, unknown>): WaitingChild {
  return {
    spanId: Buffer.from(row['span'] as Uint8Array).toString('latin1'),
    service: String(row['service']),
    name: String(row['name']),
    startNs: row['start_ns'] as bigint,
    durationNs: Number(row['duration_ns']),
    isError: row['is_error'] === 1n,
  };
}

const bytesOf = (spanId: string): Buffer => Buffer.from(spanId, 'latin1');
