import { createHash } from 'node:crypto';
import type { Database } from '@tracelab/database';
import { type Kysely, type Selectable, sql } from 'kysely';
import { ArrivalOrder } from './arrival-order.ts';
import {
  type Advance,
  type FinishedTrace,
  keyOf,
  type RunningTrace,
  type StepRecord,
  type TraceName,
} from './trace.ts';
import type { TracesSchema } from './traces.schema.ts';
import { type Advanced, TracesStore } from './traces.store.ts';
import { Turns } from './turns.ts';

type Row = Selectable<TracesSchema['traces']>;
type Size = Pick<Row, 'id' | 'step_count'>;
/** Name, is tracked, at, duration. */
type StepRow = readonly [string, boolean, string, string];

// Fewer than the pool has connections, so that a crowd waits here, and not for a connection, which soon is a failure.
const CONCURRENT_WRITES = 8;

// What is read at a time: little enough for a small heap and for the time that a statement may take.
const ROWS_AT_ONCE = 5_000;

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const keyHash = (name: TraceName): Buffer => hash(keyOf(name));
const tagHash = (tag: string): Buffer => hash(JSON.stringify(tag));

/** Traces in Postgres: they survive any end of the process, and several processes may share them. */
export class PostgresStore extends TracesStore {
  override readonly dependencies;
  readonly #database: Database<TracesSchema>;
  readonly #tracesPerTag: number;
  readonly #order = new ArrivalOrder();
  readonly #turns = new Turns(CONCURRENT_WRITES);

  constructor(database: Database<TracesSchema>, tracesPerTag: number) {
    super();
    this.#database = database;
    this.#tracesPerTag = tracesPerTag;
    this.dependencies = [database];
  }

  override start(trace: RunningTrace): Promise<boolean> {
    return this.#inTurn(trace, async () => {
      for (let isReplaced = false; ; isReplaced = true) {
        if (await this.#database.query(db => insert(db, trace))) return isReplaced;
        await this.#drop(trace);
      }
    });
  }

  override advance(name: TraceName, operation: (trace: RunningTrace) => Advance): Promise<Advanced | undefined> {
    return this.#inTurn(name, async () => {
      for (;;) {
        const row = await this.#database.query(db => findRunning(db, name));
        if (row === undefined) return undefined;
        const advance = operation(runningOf(row));
        if (await this.#database.query(db => save(db, row, advance))) return this.#advanced(row, advance);
      }
    });
  }

  override async running(limit: number): Promise<RunningTrace[]> {
    const rows = await this.#database.query(db =>
      db.selectFrom('traces').selectAll().where('ended_ns', 'is', null).orderBy('id', 'desc').limit(limit).execute(),
    );
    return rows.reverse().map(runningOf);
  }

  override drop(name: TraceName): Promise<void> {
    return this.#inTurn(name, () => this.#drop(name));
  }

  override async tags(): Promise<string[]> {
    const { rows } = await this.#database.query(db =>
      sql<{ tag: string }>`
        select min(tag) as tag from traces where ended_ns is not null
        group by tag_hash order by min(tag_order)`.execute(db),
    );
    return rows.map(({ tag }) => JSON.parse(tag) as string);
  }

  override async finished(tag: string): Promise<AsyncIterable<FinishedTrace>> {
    const latest = await this.#database.query(db =>
      db
        .selectFrom('traces')
        .select(['id', 'step_count'])
        .where('tag_hash', '=', tagHash(tag))
        .where('ended_ns', 'is not', null)
        .orderBy('end_order', 'desc')
        .limit(this.#tracesPerTag)
        .execute(),
    );
    return this.#read(latest.reverse());
  }

  override async deleteFinished(tag: string): Promise<void> {
    await this.#database.query(db =>
      db.deleteFrom('traces').where('tag_hash', '=', tagHash(tag)).where('ended_ns', 'is not', null).execute(),
    );
  }

  override async expire({ finishedTtlMs, activeTtlMs }: { finishedTtlMs: number; activeTtlMs: number }): Promise<void> {
    await this.#database.query(db =>
      sql`
        delete from traces where touched_at < now() - interval '1 millisecond' *
          case when ended_ns is null then ${activeTtlMs}::float8 else ${finishedTtlMs}::float8 end`.execute(db),
    );
    await this.#database.query(db =>
      sql`
        delete from traces using (
          select id, row_number() over (partition by tag_hash order by end_order desc) as place
          from traces where ended_ns is not null) as ranked
        where traces.id = ranked.id and ranked.place > ${this.#tracesPerTag}`.execute(db),
    );
  }

  override close(): Promise<void> {
    return this.#database.close();
  }

  async *#read(traces: readonly Size[]): AsyncGenerator<FinishedTrace> {
    for (const ids of portions(traces)) {
      const { rows } = await this.#database.query(db =>
        sql<Row & { steps: readonly StepRow[] }>`
          select traces.*, ${stepsOf} as steps from traces
          where id = any(${ids}::bigint[]) order by end_order`.execute(db),
      );
      for (const row of rows)
        yield { ...runningOf(row), endNs: BigInt(row.ended_ns ?? 0), steps: row.steps.map(stepOf) };
    }
  }

  #inTurn<Result>(name: TraceName, work: () => Promise<Result>): Promise<Result> {
    return this.#order.run(keyOf(name), () => this.#turns.run(work));
  }

  async #drop(name: TraceName): Promise<void> {
    await this.#database.query(db =>
      db.deleteFrom('traces').where('key_hash', '=', keyHash(name)).where('ended_ns', 'is', null).execute(),
    );
  }

  async #advanced({ id }: Row, { trace, added, endNs }: Advance): Promise<Advanced> {
    if (endNs === undefined) return { trace, added, finished: undefined };
    // An ended trace changes no more, so its steps may be read after the fact.
    const steps = trace.stepCount === added.length ? added : await this.#stepsOf(id);
    return { trace, added, finished: { ...trace, endNs, steps } };
  }

  async #stepsOf(trace: string): Promise<StepRecord[]> {
    const rows = await this.#database.query(db =>
      db.selectFrom('steps').selectAll().where('trace', '=', trace).orderBy('position').execute(),
    );
    return rows.map(row => stepOf([row.name, row.is_tracked, row.at_ns, row.duration_ns]));
  }
}

/** The ids of traces that are read together; one that is larger than a portion is one by itself. */
function* portions(traces: readonly Size[]): Generator<string[]> {
  let ids: string[] = [];
  let rows = 0;
  for (const { id, step_count } of traces) {
    rows += 1 + step_count;
    if (rows > ROWS_AT_ONCE && ids.length > 0) {
      yield ids;
      [ids, rows] = [[], 1 + step_count];
    }
    ids.push(id);
  }
  if (ids.length > 0) yield ids;
}

const stepsOf = sql`coalesce((
  select json_agg(json_build_array(name, is_tracked, at_ns::text, duration_ns::text) order by position)
  from steps where trace = traces.id), '[]')`;

function stepOf([name, isTracked, atNs, durationNs]: StepRow): StepRecord {
  return { name: JSON.parse(name) as string, isTracked, atNs: BigInt(atNs), durationNs: BigInt(durationNs) };
}

function runningOf(row: Row): RunningTrace {
  return {
    tag: JSON.parse(row.tag) as string,
    id: JSON.parse(row.trace_id) as string | null,
    start: {
      clockId: row.clock_id,
      monotonicNs: BigInt(row.started_monotonic_ns),
      wallNs: BigInt(row.started_wall_ns),
    },
    lastNs: BigInt(row.last_ns),
    untrackedNs: BigInt(row.untracked_ns),
    stepCount: row.step_count,
  };
}

/** False where one of that name runs. */
async function insert(db: Kysely<TracesSchema>, trace: RunningTrace): Promise<boolean> {
  const { rows } = await sql`
    insert into traces (key_hash, tag_hash, tag, trace_id, clock_id, started_monotonic_ns, started_wall_ns,
      last_ns, untracked_ns, step_count)
    values (${keyHash(trace)}, ${tagHash(trace.tag)}, ${JSON.stringify(trace.tag)}, ${JSON.stringify(trace.id)},
      ${trace.start.clockId}, ${trace.start.monotonicNs}, ${trace.start.wallNs}, 0, 0, 0)
    on conflict (key_hash) where ended_ns is null do nothing
    returning id`.execute(db);
  return rows.length > 0;
}

function findRunning(db: Kysely<TracesSchema>, name: TraceName): Promise<Row | undefined> {
  return db
    .selectFrom('traces')
    .selectAll()
    .where('key_hash', '=', keyHash(name))
    .where('ended_ns', 'is', null)
    .executeTakeFirst();
}

/** All of the advance in one statement, or nothing: false, where the trace is no longer as it was read. */
async function save(db: Kysely<TracesSchema>, row: Row, { trace, added, endNs }: Advance): Promise<boolean> {
  const { rows } = await sql`
    with moved as (
      update traces set
        last_ns = ${trace.lastNs}, untracked_ns = ${trace.untrackedNs}, step_count = ${trace.stepCount},
        touched_at = now() ${endNs === undefined ? sql`` : ended(row, endNs)}
      where traces.id = ${row.id} and step_count = ${row.step_count} and ended_ns is null
      returning traces.id
    ), kept as (
      insert into steps (trace, position, name, is_tracked, at_ns, duration_ns)
      select moved.id, ${row.step_count} + step.place, step.name, step.is_tracked, step.at_ns, step.duration_ns
      from moved, unnest(
        ${added.map(({ name }) => JSON.stringify(name))}::text[], ${added.map(({ isTracked }) => isTracked)}::boolean[],
        ${added.map(({ atNs }) => atNs)}::bigint[], ${added.map(step => step.durationNs)}::bigint[]
      ) with ordinality as step (name, is_tracked, at_ns, duration_ns, place)
    )
    select id from moved`.execute(db);
  return rows.length > 0;
}

const ended = ({ tag_hash }: Row, endNs: bigint) => sql`,
  ended_ns = ${endNs}, end_order = numbered.number, tag_order = coalesce((
    select min(tag_order) from traces as earlier
    where earlier.tag_hash = ${tag_hash} and earlier.ended_ns is not null), numbered.number)
  from (select nextval('trace_end_order') as number) as numbered`;
