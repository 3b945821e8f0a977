import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const page = readFileSync('docs/compatibility.md', 'utf8');
const files = new Map(
  [...page.matchAll(/\*\*([a-z ]+)\*\*\s+`([^`]+\.test\.ts)`/g)].map(([, name = '', file = '']) => [name, file]),
);

const rowsOf = (heading: string): string[][] =>
  (page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter(line => line.startsWith('| '))
    .slice(2)
    .map(line =>
      line
        .slice(2, -2)
        .split(' | ')
        .map(cell => cell.trim()),
    );

const namesIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(['"`])((?:(?!\1)[^\\\n]|\\.)+)\1/g)].map(([, , name = '']) =>
    name.replaceAll('\\', ''),
  );

describe.each([
  ['Kept', 3],
  ['Deliberately different', 4],
  ['Spans, kept', 3],
  ['Spans, deliberately different', 4],
])('%s', (heading, columns) => {
  const rows = rowsOf(heading).map(row => ({ what: row[0] ?? '', row }));

  test('has rows', () => {
    expect(rows.length).toBeGreaterThan(14);
  });

  test.each(rows)('$what names a test that exists', ({ row }) => {
    expect(row).toHaveLength(columns);
    const [, suite = '', name = ''] = /^([a-z ]+): (.+)$/.exec(row.at(-1) ?? '') ?? [];
    const file = files.get(suite);
    expect(file).toBeDefined();
    expect(namesIn(file ?? '')).toContain(name);
  });
});
