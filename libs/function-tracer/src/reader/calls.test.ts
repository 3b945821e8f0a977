import { expect, test } from '@jest/globals';
import { callsOf } from './calls.ts';
import type { LogRow } from './log-row.ts';

const START = 1_700_000_000_000_000;

interface Ids {
  readonly id: number;
  readonly parentId?: number;
}

const row = (event: string, at: number, method: string, ids: Ids): LogRow => ({
  event,
  timestamp: START + at,
  module: 'app',
  class: 'app',
  method,
  thread: 'main',
  pid: 1,
  ...ids,
});

const tree = (rows: readonly LogRow[]) =>
  callsOf(rows)
    .filter(({ parent }) => parent === undefined)
    .map(({ method, children }) => [method, ...children.map(child => child.method)].join(' '));

const run = (at: number, outer: string, inner: string) => [
  row('ENTER', at, outer, { id: 1 }),
  row('ENTER', at + 1, inner, { id: 2, parentId: 1 }),
  row('EXIT', at + 2, inner, { id: 2, parentId: 1 }),
  row('EXIT', at + 3, outer, { id: 1 }),
];

test('runs that have the same process id are kept apart', () => {
  const rows = [...run(0, 'a', 'b'), ...run(10, 'c', 'd'), ...run(20, 'e', 'f')];
  expect(tree(rows)).toEqual(['a b', 'c d', 'e f']);
});

test('a parent that is written after its child is found, in its own run', () => {
  const late = (at: number, outer: string, inner: string) => [
    row('ENTER', at + 1, inner, { id: 2, parentId: 1 }),
    row('EXCEPTION', at + 2, inner, { id: 2, parentId: 1 }),
    row('ENTER', at, outer, { id: 1 }),
    row('EXCEPTION', at + 3, outer, { id: 1 }),
  ];
  expect(tree([...late(0, 'a', 'b'), ...late(10, 'c', 'd'), ...run(20, 'e', 'f')])).toEqual(['a b', 'c d', 'e f']);
});

test('a call whose parent is missing is not given to a later run', () => {
  const orphan = row('ENTER', 0, 'orphan', { id: 7, parentId: 1 });
  expect(tree([orphan, ...run(10, 'a', 'b')])).toEqual(['orphan', 'a b']);
});

test('calls without ids are matched by thread and name', () => {
  const rows = run(0, 'a', 'b').map(each => ({ ...each, id: undefined, parentId: undefined }));
  expect(tree(rows)).toEqual(['a b']);
});
