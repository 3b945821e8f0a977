import { serviceNameOf } from '@tracelab/trace-model';
import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import { readResource } from '../../otlp/decode-span.ts';
import { ProtobufCursor } from '../../otlp/protobuf-cursor.ts';
import {
  COLUMNS,
  RESOURCE_AT,
  RESOURCE_LENGTH,
  SCOPE_AT,
  SCOPE_LENGTH,
  type TraceBatch,
} from '../../otlp/trace-batch.ts';
import { numberTerm, ORIGIN, SERVICE, TermHash, TermList } from './term.ts';

/** A resource and scope that spans came from, with what every span of it has in the index. */
export interface Origin {
  readonly id: number;
  readonly service: string;
  readonly terms: string;
  spanCount: number;
}

export interface Operation {
  readonly id: number;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
}

export interface KeySet {
  readonly id: number;
  spanCount: number;
}

/** What stands for a service's name in the index. */
export function serviceTerm(service: string): string {
  const hash = new TermHash();
  hash.reset();
  hash.text(service);
  const list = new TermList();
  list.hash(SERVICE, hash);
  return list.toString();
}

/** The texts that many spans of a partition share, each stored once and known by number. */
export class Dictionaries {
  readonly #origins = new Map<string, Origin>();
  readonly #operations = new Map<string, Operation>();
  readonly #keySets = new Map<number, KeySet>();
  readonly #touchedOrigins = new Set<Origin>();
  readonly #touchedKeySets = new Set<KeySet>();
  readonly #insertOrigin: StatementSync;
  readonly #insertOperation: StatementSync;
  readonly #insertKeySet: StatementSync;
  readonly #countOrigin: StatementSync;
  readonly #countKeySet: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insertOrigin = database.prepare('INSERT INTO origin VALUES (?, ?, ?, ?, 0)');
    this.#insertOperation = database.prepare('INSERT INTO operation VALUES (?, ?, ?, ?)');
    this.#insertKeySet = database.prepare('INSERT INTO key_set VALUES (?, ?, ?, 0)');
    this.#countOrigin = database.prepare('UPDATE origin SET spans = ? WHERE id = ?');
    this.#countKeySet = database.prepare('UPDATE key_set SET spans = ? WHERE id = ?');
    this.#load(database);
  }

  /** Of a span in a batch. */
  originAt({ bytes, table }: TraceBatch, row: number): Origin {
    const first = row * COLUMNS;
    const part = (at: number, length: number) =>
      bytes.subarray(table[first + at], (table[first + at] as number) + (table[first + length] as number));
    return this.#origin(part(RESOURCE_AT, RESOURCE_LENGTH), part(SCOPE_AT, SCOPE_LENGTH));
  }

  #origin(resource: Uint8Array, scope: Uint8Array): Origin {
    const key = originKey(resource, scope);
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    const service = serviceNameOf(readResource(new ProtobufCursor(resource)).attributes);
    const id = this.#origins.size + 1;
    this.#insertOrigin.run(id, resource, scope, service);
    return this.#keepOrigin(key, { id, service, spanCount: 0 });
  }

  operation(service: string, name: string, kind: number): Operation {
    const key = `${kind}${service}\u0000${name}`;
    const known = this.#operations.get(key);
    if (known !== undefined) return known;
    const operation = { id: this.#operations.size + 1, service, name, kind };
    this.#insertOperation.run(operation.id, service, name, kind);
    this.#operations.set(key, operation);
    return operation;
  }

  /** `keysOf` is asked only for a set that is new. */
  keySet(hash: number, keysOf: () => readonly string[]): KeySet {
    const known = this.#keySets.get(hash);
    if (known !== undefined) return known;
    const keySet = { id: this.#keySets.size + 1, spanCount: 0 };
    this.#insertKeySet.run(keySet.id, hash, JSON.stringify(keysOf()));
    this.#keySets.set(hash, keySet);
    return keySet;
  }

  countSpan(origin: Origin, keySet: KeySet): void {
    origin.spanCount++;
    keySet.spanCount++;
    this.#touchedOrigins.add(origin);
    this.#touchedKeySets.add(keySet);
  }

  flush(): void {
    for (const { id, spanCount } of this.#touchedOrigins) this.#countOrigin.run(spanCount, id);
    for (const { id, spanCount } of this.#touchedKeySets) this.#countKeySet.run(spanCount, id);
    this.#touchedOrigins.clear();
    this.#touchedKeySets.clear();
  }

  #keepOrigin(key: string, row: Omit<Origin, 'terms'>): Origin {
    const origin = { ...row, terms: `${numberTerm(ORIGIN, row.id)} ${serviceTerm(row.service)}` };
    this.#origins.set(key, origin);
    return origin;
  }

  #load(database: DatabaseSync): void {
    for (const row of database.prepare('SELECT * FROM origin').iterate()) {
      const { id, resource, scope, service, spans } = row as unknown as OriginRow;
      this.#keepOrigin(originKey(resource, scope), { id, service, spanCount: spans });
    }
    for (const row of database.prepare('SELECT * FROM operation').iterate()) {
      const operation = { ...row } as unknown as Operation;
      this.#operations.set(`${operation.kind}${operation.service}\u0000${operation.name}`, operation);
    }
    for (const row of database.prepare('SELECT id, hash, spans FROM key_set').iterate()) {
      const { id, hash, spans } = row as unknown as { id: number; hash: number; spans: number };
      this.#keySets.set(hash, { id, spanCount: spans });
    }
  }
}

interface OriginRow {
  readonly id: number;
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  readonly service: string;
  readonly spans: number;
}

function originKey(resource: Uint8Array, scope: Uint8Array): string {
  return `${resource.length}:${Buffer.from(resource).toString('latin1')}${Buffer.from(scope).toString('latin1')}`;
}
