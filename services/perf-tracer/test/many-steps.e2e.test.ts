// A tag with far more steps than fit in the memory that docker-compose.yml gives the service.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { FinishedTrace, TraceSummary } from '@tracelab/contracts/perf-tracer';
import { openDatabase } from '@tracelab/database';
import { databaseUrl, ServiceProcess } from '@tracelab/test-stack';
import { sql } from 'kysely';
import { migrations } from '../src/traces/traces.schema.ts';

jest.setTimeout(60_000);

const [TRACES, STEPS] = [200, 2_000];

let service: ServiceProcess;
beforeAll(async () => {
  const url = await databaseUrl('many_steps');
  const database = await openDatabase({ url, migrations });
  await database.query(db =>
    sql`
      insert into traces (key_hash, tag_hash, tag, trace_id, clock_id, started_monotonic_ns, started_wall_ns,
        last_ns, untracked_ns, step_count, ended_ns, end_order, tag_order)
      select sha256(number::text::bytea), sha256('"many"'), '"many"', to_json(number::text)::text, 'clock', 0, 0,
        ${STEPS}::bigint, 0, ${STEPS}::int, ${STEPS}::bigint, number, 1
      from generate_series(1, ${TRACES}::int) as number`.execute(db),
  );
  for (let from = 1; from <= TRACES; from += 20) {
    await database.query(db =>
      sql`
        insert into steps (trace, position, name, is_tracked, at_ns, duration_ns)
        select id, position, '"step"', true, position, 1
        from traces, generate_series(1, ${STEPS}::int) as position
        where end_order between ${from}::int and ${from}::int + 19`.execute(db),
    );
  }
  await database.close();
  service = await ServiceProcess.start({
    service: 'perf-tracer',
    nodeArgs: ['--max-old-space-size=80'],
    env: { DATABASE_URL: url },
  });
});
afterAll(() => service.stop());

test('is listed whole, in order', async () => {
  const answer = await fetch(`${service.url}/api/traces/many`);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const listed = (await answer.json()) as FinishedTrace[];
  expect(listed.map(({ trace_id }) => trace_id)).toEqual(Array.from({ length: TRACES }, (_, i) => String(i + 1)));
  expect(listed.every(({ steps }) => steps.length === STEPS)).toBe(true);
});

test('is summarized', async () => {
  const { total, steps } = (await (await fetch(`${service.url}/api/traces/many/summary`)).json()) as TraceSummary;
  expect(total.count).toBe(TRACES);
  expect(steps.map(({ step_name, count }) => ({ step_name, count }))).toEqual([
    { step_name: 'step', count: TRACES * STEPS },
  ]);
});
