// A reader written from the original MCP server's contract alone: it knows nothing of our code.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { run, temporaryDirectory } from './traced-process.ts';

type Row = Record<string, unknown>;

function originalRead(path: string): Row[] {
  const rows: Row[] = [];
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    if (line.trim() === '') continue;
    try {
      rows.push(JSON.parse(line.trim()) as Row);
    } catch {
      // The original drops such lines without a word.
    }
  }
  return rows;
}

/** What the original's dashboard makes of a log: it looks at EXIT events alone, by class and method. */
function originalDashboard(rows: readonly Row[]) {
  const methods = new Map<string, { totalCalls: number; exceptions: number; micros: number }>();
  for (const row of rows.filter(({ event }) => event === 'EXIT')) {
    const key = `${String(row['class'])}.${String(row['method'])}`;
    const entry = methods.get(key) ?? { totalCalls: 0, exceptions: 0, micros: 0 };
    entry.totalCalls++;
    entry.micros += Number(row['durationMicros']);
    if (row['exception']) entry.exceptions++;
    methods.set(key, entry);
  }
  return methods;
}

test('the original reader and dashboard understand a log written for them', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  await run('steps.cjs', [], {
    env: {
      FLOWTRACE_LOGFILE: log,
      FLOWTRACE_COMPAT: 'mcp',
      FLOWTRACE_TIMESTAMP_UNIT: 'ms',
      FLOWTRACE_SEGMENT_THRESHOLD: '100',
    },
  });
  const rows = originalRead(log);
  const methods = originalDashboard(rows);
  expect(methods.get('steps.riskyFunction')).toMatchObject({ totalCalls: 1, exceptions: 1 });
  expect(methods.get('Account.deposit')).toMatchObject({ totalCalls: 1, exceptions: 0 });
  expect([...methods.keys()].some(key => key.includes('undefined'))).toBe(false);
  const years = rows.map(({ timestamp }) => new Date(Number(timestamp)).getFullYear());
  expect(new Set(years)).toEqual(new Set([new Date().getFullYear()]));
  const timeline = rows.toSorted((a, b) => Number(a['timestamp']) - Number(b['timestamp']));
  expect(timeline[0]).toMatchObject({ event: 'ENTER' });
  const truncated = rows.find(row => Boolean(row['truncatedFields']) && Boolean(row['fullLogFile']));
  const full = JSON.parse(readFileSync(join(dirname(log), String(truncated?.['fullLogFile'])), 'utf8')) as Row;
  expect(full['timestamp']).toBe(truncated?.['timestamp']);
}, 30_000);
