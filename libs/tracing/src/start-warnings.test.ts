import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { secondApi } from './start-warnings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracing-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function install(version: string): Promise<void> {
  const api = join(folder, 'node_modules', '@opentelemetry', 'api');
  await mkdir(api, { recursive: true });
  await writeFile(join(api, 'package.json'), JSON.stringify({ name: '@opentelemetry/api', version, main: 'index.js' }));
  await writeFile(join(api, 'index.js'), '');
}

test('an application with another API is told which one, and what to do', async () => {
  await install('1.9.1');
  expect(secondApi(join(folder, 'main.js'))).toMatch(/two copies .* 1\.9\.1 in .*overrides/);
});

test('an application without the API has nothing to be told', () => {
  expect(secondApi(join(folder, 'main.js'))).toBeUndefined();
});
