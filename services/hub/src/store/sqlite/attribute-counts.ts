import { type Attribute, type Span, textOf } from '@tracelab/trace-model';
import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import { BatchDecoder } from '../../otlp/decode-span.ts';
import { COLUMNS, SPAN_LENGTH, type TraceBatch } from '../../otlp/trace-batch.ts';

/** Distinct values kept of one key: enough to choose from, too few for ids to fill the file. */
const MAX_VALUES = 200;
const MAX_TEXT = 256;
/** Spans looked at between two flushes; a sample is all that suggestions need when spans come by the thousand. */
const MAX_SPANS = 300;
/** A larger one is not looked at: its texts would be too long to choose from. */
const MAX_SPAN_BYTES = 64 * 1024;

/** Every attribute of a span, wherever it stands, each text of a key once. */
export function allAttributes(span: Span): Map<string, Set<string>> {
  const texts = new Map<string, Set<string>>();
  const note = ({ key, value }: Attribute) => {
    const known = texts.get(key);
    if (known === undefined) texts.set(key, new Set([textOf(value)]));
    else known.add(textOf(value));
  };
  span.attributes.forEach(note);
  span.resource.attributes.forEach(note);
  span.scope.attributes.forEach(note);
  for (const { attributes } of span.events) attributes.forEach(note);
  for (const { attributes } of span.links) attributes.forEach(note);
  return texts;
}

/** Counts the values of attributes for suggestions: bounded by key, by text and by time. */
export class AttributeCounts {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #distinct = new Map<string, number>();
  readonly #has: StatementSync;
  readonly #add: StatementSync;
  readonly #note: StatementSync;
  #room = MAX_SPANS;
  #isPartial = false;

  constructor(database: DatabaseSync) {
    this.#has = database.prepare('SELECT 1 FROM attribute WHERE key = ? AND text = ?');
    this.#add = database.prepare(
      'INSERT INTO attribute VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET spans = spans + excluded.spans',
    );
    this.#note = database.prepare('INSERT OR IGNORE INTO fact VALUES (?, 1)');
    for (const row of database.prepare('SELECT key, count(*) AS count FROM attribute GROUP BY key').iterate()) {
      this.#distinct.set(String(row['key']), Number(row['count']));
    }
  }

  count(batch: TraceBatch, row: number): void {
    const sizeBytes = batch.table[row * COLUMNS + SPAN_LENGTH] as number;
    if (this.#room === 0 || sizeBytes > MAX_SPAN_BYTES) {
      this.#isPartial = true;
      return;
    }
    this.#room--;
    for (const [key, texts] of allAttributes(new BatchDecoder(batch).span(row))) {
      const counts = this.#counts.get(key) ?? new Map<string, number>();
      this.#counts.set(key, counts);
      for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }

  flush(): void {
    this.#room = MAX_SPANS;
    if (this.#isPartial) this.#note.run('sampled');
    this.#isPartial = false;
    for (const [key, counts] of this.#counts) {
      for (const [text, spanCount] of counts) this.#flushOne(key, text, spanCount);
    }
    this.#counts.clear();
  }

  #flushOne(key: string, text: string, spanCount: number): void {
    const distinct = this.#distinct.get(key) ?? 0;
    const isKnown = distinct > 0 && this.#has.get(key, text) !== undefined;
    if (!isKnown && (distinct >= MAX_VALUES || text.length > MAX_TEXT)) {
      this.#note.run(`partial ${key}`);
      return;
    }
    this.#add.run(key, text, spanCount);
    if (!isKnown) this.#distinct.set(key, distinct + 1);
  }
}
