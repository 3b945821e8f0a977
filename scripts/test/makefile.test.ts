import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';

const MAKEFILE = fileURLToPath(new URL('../../Makefile', import.meta.url));
const folder = temporaryFolder('makefile');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const make = (target: string, env: Readonly<Record<string, string>> = {}) =>
  execFileSync('make', ['-f', MAKEFILE, target], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } });

test('clean-data removes the data folder alone, whatever its name', () => {
  for (const name of ['My', 'My Data', '.tracelab']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'file'), '');
  }
  make('clean-data', { TRACELAB_DATA: join(folder, 'My Data') });
  expect(readdirSync(folder).sort()).toEqual(['.tracelab', 'My']);
  make('clean-data', { TRACELAB_DATA: '' });
  expect(readdirSync(folder)).toEqual(['My']);
});
