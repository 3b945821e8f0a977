import { type Generated, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A 64-bit integer: too wide for a number, so it comes as text. */
type Int8 = string;

export interface TracesSchema {
  readonly traces: {
    readonly id: Generated<Int8>;
    /** SHA-256 of tag and id: an index entry holds less than a tag may. */
    readonly key_hash: Buffer;
    readonly tag_hash: Buffer;
    /** JSON, because Postgres keeps neither NUL nor half a surrogate pair in text. */
    readonly tag: string;
    readonly trace_id: string;
    readonly clock_id: string;
    readonly started_monotonic_ns: Int8;
    readonly started_wall_ns: Int8;
    readonly last_ns: Int8;
    readonly untracked_ns: Int8;
    readonly step_count: number;
    /** Null while the trace runs, like the two orders. */
    readonly ended_ns: Int8 | null;
    readonly end_order: Int8 | null;
    /** The end_order of the tag's first trace; each later one inherits it, so it outlives the first. */
    readonly tag_order: Int8 | null;
    readonly touched_at: Generated<Date>;
  };
  readonly steps: {
    readonly trace: Int8;
    readonly position: number;
    readonly name: string;
    readonly is_tracked: boolean;
    readonly at_ns: Int8;
    readonly duration_ns: Int8;
  };
}

export const migrations: Record<string, Migration> = {
  '0001-traces': {
    async up(db) {
      await sql`create sequence trace_end_order`.execute(db);
      await sql`
        create table traces (
          id bigint primary key generated always as identity,
          key_hash bytea not null,
          tag_hash bytea not null,
          tag text not null,
          trace_id text not null,
          clock_id text not null,
          started_monotonic_ns bigint not null,
          started_wall_ns bigint not null,
          last_ns bigint not null,
          untracked_ns bigint not null,
          step_count integer not null,
          ended_ns bigint,
          end_order bigint,
          tag_order bigint,
          touched_at timestamptz not null default now(),
          check ((ended_ns is null) = (end_order is null) and (ended_ns is null) = (tag_order is null))
        )`.execute(db);
      await sql`create unique index traces_running on traces (key_hash) where ended_ns is null`.execute(db);
      await sql`create index traces_finished on traces (tag_hash, end_order) where ended_ns is not null`.execute(db);
      await sql`create index traces_touched on traces (touched_at)`.execute(db);
      await sql`
        create table steps (
          trace bigint not null references traces on delete cascade,
          position integer not null,
          name text not null,
          is_tracked boolean not null,
          at_ns bigint not null,
          duration_ns bigint not null,
          primary key (trace, position)
        )`.execute(db);
    },
  },
};
