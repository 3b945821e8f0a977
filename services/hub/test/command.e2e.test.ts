import { expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { loadConfig } from '../src/config.ts';
import { startHub, stopHub } from './hub-process.ts';

// Processes are started, on machines that have other things to do.
jest.setTimeout(60_000);

const MAIN = join(import.meta.dirname, '../src/main.ts');
const run = promisify(execFile);
const hubCommand = (...args: string[]) => run(process.execPath, ['--conditions=@tracelab/source', MAIN, ...args]);

test('--help names every option with its variable and default', async () => {
  const { stdout } = await hubCommand('--help');
  for (const word of [
    '--data DIR',
    'HUB_DATA',
    '--memory SIZE',
    '--disk SIZE',
    '--port PORT',
    '--otlp-port PORT',
    '(16686)',
    '(4318)',
  ]) {
    expect(stdout).toContain(word);
  }
});

test('wrong settings are all named at once, and nothing starts', async () => {
  const failed = hubCommand('--memory', 'much', '--port', '99999');
  await expect(failed).rejects.toMatchObject({ code: 1 });
  const { stderr, stdout } = await failed.catch((error: unknown) => error as { stderr: string; stdout: string });
  expect(stderr).toContain('HUB_MEMORY');
  expect(stderr).toContain('HUB_PORT');
  expect(stderr).not.toContain('    at ');
  expect(stdout).toBe('');
  await expect(hubCommand('--colour', 'red')).rejects.toMatchObject({ code: 1 });
});

test('when well it prints its three addresses and nothing else, and ends cleanly', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hub-command-'));
  const hub = await startHub(['--data', directory]);
  expect(hub.queryUrl).toMatch(/^http:\/\/localhost:\d+$/);
  expect(hub.otlpUrl).toMatch(/^http:\/\/localhost:\d+\/v1\/traces$/);
  expect((await fetch(`${hub.queryUrl}/health`)).status).toBe(200);
  expect(await stopHub(hub)).toBe(0);
  await rm(directory, { recursive: true });
});

test('flags go before the environment, sizes are powers of 1024, defaults are local', () => {
  expect(
    loadConfig(['--disk', '1.5GB', '--port', '1'], { HUB_PORT: '2', HUB_CORS_ORIGINS: 'http://a, http://b' }),
  ).toMatchObject({
    store: 'sqlite',
    diskBytes: 1.5 * 1024 ** 3,
    memoryBytes: 256 * 1024 ** 2,
    queryPort: 1,
    otlpPort: 4318,
    host: '127.0.0.1',
    corsOrigins: ['http://a', 'http://b'],
    acknowledge: 'memory',
  });
});
