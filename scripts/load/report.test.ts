import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { LoadReport } from './report.ts';

test('docs/load-testing.md explains every member of the report', () => {
  const text = readFileSync('docs/load-testing.md', 'utf8').split('## The JSON report')[1] ?? '';
  const unexplained = Object.keys(LoadReport.shape).filter(name => !text.includes(`\`${name}\``));
  expect(unexplained).toEqual([]);
});
