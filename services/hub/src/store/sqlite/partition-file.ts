import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { StoreFile } from '../trace-store.ts';

/** "TRLB"; says whose file it is. */
const APPLICATION_ID = 0x54524c42;
/** A file of another version is set aside, not migrated: telemetry is not worth a migration's risk. */
const VERSION = 2;
const NAME = /^spans-(\d{8})\.db$/;
/** A partition is these files. */
const SUFFIXES = ['', '-wal', '-shm'] as const;

const SCHEMA = `
  CREATE TABLE origin (id INTEGER PRIMARY KEY, resource BLOB NOT NULL, scope BLOB NOT NULL, service TEXT NOT NULL, spans INTEGER NOT NULL) STRICT;
  CREATE TABLE operation (id INTEGER PRIMARY KEY, service TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL) STRICT;
  CREATE TABLE key_set (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, keys TEXT NOT NULL, spans INTEGER NOT NULL) STRICT;
  CREATE TABLE trace (
    id INTEGER PRIMARY KEY, trace_id BLOB NOT NULL UNIQUE, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
    duration_ns INTEGER NOT NULL, spans INTEGER NOT NULL, errors INTEGER NOT NULL, orphans INTEGER NOT NULL,
    root_start_ns INTEGER, root_span BLOB, root_service TEXT NOT NULL, root_name TEXT NOT NULL, services TEXT NOT NULL
  ) STRICT;
  CREATE INDEX trace_by_start ON trace (start_ns, trace_id);
  CREATE INDEX trace_by_duration ON trace (duration_ns, trace_id);
  CREATE INDEX trace_by_spans ON trace (spans, trace_id);
  CREATE TABLE known_span (
    trace INTEGER, span BLOB, content TEXT, row INTEGER NOT NULL, service TEXT NOT NULL, is_client INTEGER NOT NULL,
    PRIMARY KEY (trace, span, content)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE waiting_span (
    trace INTEGER NOT NULL, parent BLOB NOT NULL, span BLOB NOT NULL, service TEXT NOT NULL, name TEXT NOT NULL,
    start_ns INTEGER NOT NULL, duration_ns INTEGER NOT NULL, is_error INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX waiting_by_parent ON waiting_span (trace, parent);
  CREATE INDEX waiting_by_start ON waiting_span (trace, start_ns, span);
  CREATE TABLE page (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE chunk (
    first INTEGER PRIMARY KEY, trace INTEGER NOT NULL, page INTEGER NOT NULL, at INTEGER NOT NULL, spans INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX chunk_by_trace ON chunk (trace);
  CREATE TABLE block (id INTEGER PRIMARY KEY, start_min_ns INTEGER NOT NULL, start_max_ns INTEGER NOT NULL) STRICT;
  CREATE TABLE operation_bucket (
    start_ms INTEGER, operation INTEGER, calls INTEGER NOT NULL, errors INTEGER NOT NULL, durations TEXT NOT NULL,
    PRIMARY KEY (start_ms, operation)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE edge_bucket (
    start_ms INTEGER, parent TEXT, child TEXT, kind TEXT, calls INTEGER NOT NULL, errors INTEGER NOT NULL,
    durations TEXT NOT NULL, PRIMARY KEY (start_ms, parent, child, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE attribute (key TEXT, text TEXT, spans INTEGER NOT NULL, PRIMARY KEY (key, text)) STRICT, WITHOUT ROWID;
  CREATE TABLE fact (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE VIRTUAL TABLE term USING fts5 (terms, content='', columnsize=0, detail=none, tokenize='ascii');
  INSERT INTO term (term, rank) VALUES ('hashsize', 4000000);
`;

/** A file that is not a partition of this version, or is damaged. */
export class UnreadablePartition extends Error {
  readonly code = 'UnreadablePartition';
}

/** A partition that opened well turned out to be damaged. */
export class DamagedPartition extends UnreadablePartition {
  readonly partition: string;

  constructor(partition: string, cause: unknown) {
    super(`${partition} is damaged`, { cause });
    this.partition = partition;
  }
}

export function partitionName(sequence: number): string {
  return `spans-${String(sequence).padStart(8, '0')}.db`;
}

export function sequenceOf(name: string): number {
  return Number(NAME.exec(name)?.[1]);
}

/** Names of partitions, oldest first. */
export function listPartitions(directory: string): string[] {
  return readdirSync(directory)
    .filter(name => NAME.test(name))
    .sort();
}

export function partitionFile(directory: string, name: string): StoreFile {
  const sizes = SUFFIXES.map(suffix => statSync(join(directory, name + suffix), { throwIfNoEntry: false })?.size ?? 0);
  return { name, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

export function unlinkPartition(directory: string, name: string): void {
  for (const suffix of SUFFIXES) rmSync(join(directory, name + suffix), { force: true });
}

/** Renames a file that cannot be read, so that it is out of the way and can be looked at. Returns the new name. */
export function setAside(directory: string, name: string, nowMs: number): string {
  const aside = `${name}.set-aside-${nowMs}`;
  for (const suffix of SUFFIXES) {
    const path = join(directory, name + suffix);
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) renameSync(path, join(directory, aside + suffix));
  }
  return aside;
}

/** Opens a partition for writing, making it when it is new. Throws UnreadablePartition. */
export function openForWriting(directory: string, name: string, cacheKilobytes: number): DatabaseSync {
  const path = join(directory, name);
  const isNew = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readBigInts: false });
    database.exec(`PRAGMA busy_timeout = 2000`);
    if (isNew) create(database);
    verify(database);
    // A killed process loses nothing that was committed; only a machine that loses power may lose the last commits.
    database.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000; PRAGMA cache_size = -${cacheKilobytes}`,
    );
    return database;
  } catch (error) {
    database?.close();
    throw unreadable(name, error);
  }
}

/** Opens a partition that another thread writes. */
export function openForReading(directory: string, name: string, cacheKilobytes: number): DatabaseSync {
  try {
    const database = new DatabaseSync(join(directory, name), { readOnly: true });
    database.exec(`PRAGMA busy_timeout = 2000; PRAGMA cache_size = -${cacheKilobytes}`);
    return database;
  } catch (error) {
    throw unreadable(name, error);
  }
}

function create(database: DatabaseSync): void {
  database.exec('PRAGMA page_size = 4096; PRAGMA journal_mode = WAL');
  database.exec(`BEGIN; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}; COMMIT`);
}

function verify(database: DatabaseSync): void {
  const { application_id: id } = database.prepare('PRAGMA application_id').get() ?? {};
  const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {};
  if (id !== APPLICATION_ID) throw new UnreadablePartition('it is not a trace file');
  if (version !== VERSION) throw new UnreadablePartition(`its version is ${String(version)}, not ${VERSION}`);
  for (const table of ['trace', 'chunk', 'page', 'block']) database.prepare(`SELECT max(rowid) FROM ${table}`).get();
  database.prepare(`SELECT rowid FROM term WHERE term MATCH 'e' LIMIT 1`).get();
}

const CORRUPT_CODES = new Set([11, 26]);

/** Whether SQLite says that the file itself is bad, which trying again does not mend. */
export function isCorruption(error: unknown): boolean {
  if (error instanceof UnreadablePartition) return true;
  return CORRUPT_CODES.has(((error as { errcode?: number }).errcode ?? 0) & 0xff);
}

/** Does something with a partition; throws DamagedPartition when its file turns out to be bad. */
export function orDamaged<Result>(name: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw isCorruption(error) ? new DamagedPartition(name, error) : error;
  }
}

function unreadable(name: string, error: unknown): unknown {
  if (!isCorruption(error)) return error;
  return new UnreadablePartition(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
}
