import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, jest, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import { TypeCheck } from '../stack/type-check.ts';

// A pass takes a second or two, on machines that may have other work.
jest.setTimeout(60_000);

const SOUND = 'export const one = 1;\n';
const folder = temporaryFolder('type-check');
const told: string[] = [];

function project(name: string, source: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'index.ts'), source);
  const compilerOptions = { composite: true, outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo', types: [] };
  writeFileSync(join(place, 'tsconfig.build.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }));
  return place;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(resolve => setTimeout(resolve, 2));
}

const made = (file: string) => until(() => existsSync(join(first, 'dist', file)));
const hears = (pattern: RegExp) => until(() => told.some(line => pattern.test(line)));

const first = project('first', SOUND);
const check = new TypeCheck([first, project('second', 'export {};\n')], line => told.push(line));
const save = (source: string) => {
  writeFileSync(join(first, 'index.ts'), source);
  check.saved(first);
};

/** A save after tsc has read the file and before it has noted that: by its time, the file counts as compiled. */
async function saveDuringPass(source: string): Promise<void> {
  rmSync(join(first, 'dist'), { recursive: true, force: true });
  check.check();
  await made('index.js');
  writeFileSync(join(first, 'index.ts'), source);
  await made('.tsbuildinfo');
  check.saved(first);
}

beforeEach(() => {
  told.length = 0;
  writeFileSync(join(first, 'index.ts'), SOUND);
});
afterAll(() => {
  check.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('what is saved during a pass, when tsc has read the file, is checked too', async () => {
  await saveDuringPass(`export const one: number = 'early';\n`);
  check.check();
  await hears(/first\/index\.ts\(1,14\): error TS2322/);
});

test('so is what is saved after it, and once it is mended, that is told', async () => {
  save(`export const one = 1;\nexport const two: number = 'late';\n`);
  check.check();
  await hears(/first\/index\.ts\(2,14\)/);
  expect(told).toHaveLength(1);
  save(SOUND);
  check.check();
  await hears(/right again/);
});

test('after its end in the middle of a pass, the next one knows what was saved during it', async () => {
  await saveDuringPass(`export const one: number = 'last';\n`);
  check.stop();
  const next = new TypeCheck([first], line => told.push(line));
  next.check();
  await hears(/first\/index\.ts\(1,14\)/);
});

test.each([
  [
    'that ends by itself without a word',
    '#!/bin/sh\nkill -KILL $$\n',
    /^the types are not checked: tsc ended with SIGKILL\n$/,
  ],
  ['that is not there', '', /^the types are not checked: .*ENOENT; run `pnpm install`\n$/],
])('a tsc %s has not found the types right', (_, script, words) => {
  const commands = join(folder, 'commands');
  rmSync(commands, { recursive: true, force: true });
  mkdirSync(commands);
  if (script !== '') writeFileSync(join(commands, 'tsc'), script, { mode: 0o755 });
  const { stdout } = spawnSync(
    process.execPath,
    ['--conditions=@tracelab/source', '--input-type=module', '-e', ONE_PASS],
    {
      encoding: 'utf8',
      env: { ...process.env, PATH: commands },
    },
  );
  expect(stdout).toMatch(words);
});

const ONE_PASS = `
const { TypeCheck } = await import('${new URL('../stack/type-check.ts', import.meta.url).href}');
new TypeCheck([], line => console.log(line)).check();
`;
