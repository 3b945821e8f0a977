// Every line of the tables of faults names a test that is there.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const [, page = ''] = readFileSync('docs/seeds/auto-agent.md', 'utf8').split("# Its faults, and others'");
const suites = new Map(
  [...page.matchAll(/\*\*([a-z]+)\*\*\s+`([^`]+)`/g)].map(([, name = '', file = '']) => [name, file]),
);
const rows = page
  .split('\n')
  .filter(line => line.startsWith('| ') && !/^\| (?:fault|-)/.test(line))
  .map(line => {
    const [what = '', held = ''] = line
      .slice(2, -2)
      .split(' | ')
      .map(cell => cell.trim());
    return { what, held };
  });

test('there are faults of the original and of others', () => {
  expect(rows.length).toBeGreaterThan(40);
});

describe.each(rows)('$what', ({ held }) => {
  test('is held by a test that exists', () => {
    const [, suite = '', name = ''] = /^([a-z]+): (.+)$/.exec(held) ?? [];
    const source = readFileSync(suites.get(suite) ?? '', 'utf8').replaceAll('\\', '');
    expect(["'", '"', '`'].some(quote => source.includes(`${quote}${name}${quote}`))).toBe(true);
  });
});
