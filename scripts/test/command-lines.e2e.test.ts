import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { runScript } from '../smoke/run-script.ts';
import { KnownServer } from './known-server.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder('command-lines');
let server: KnownServer;
beforeAll(async () => {
  server = await KnownServer.start(() => ({}));
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['run.ts', 'health.ts', 'demo.ts'])('%s', script => {
  test('--help tells what it is for, and does nothing', async () => {
    const { code, stdout, stderr } = await runScript(script, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: make /);
  });

  test('refuses a flag that there is not, in words', async () => {
    const { code, stdout, stderr } = await runScript(script, ['--bogus']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--bogus'.*\nTry --help\.\n$/);
  });
});

test('health ends with 1 where nothing is up, status with 0', async () => {
  const names = ['GATEWAY', 'USER', 'ORDER', 'PAYMENT', 'PERF_TRACER', 'HUB'];
  const env = Object.fromEntries(
    await Promise.all(names.map(async name => [`${name}_PORT`, String(await freePort())])),
  );
  const health = await runScript('health.ts', [], { env });
  expect(health.code).toBe(1);
  expect(health.stdout.match(/down {2}not available/g)).toHaveLength(6);
  expect((await runScript('health.ts', ['--status'], { env })).code).toBe(0);
});

test.each(['--timeout', '--duration', '--ramp-up', '--warmup', '--think'])(
  '%s longer than a timer can be is refused, not cut to a millisecond',
  async flag => {
    const { code, stderr } = await runScript('load-test.ts', ['--url', server.url, flag, '3000000']);
    expect(code).toBe(2);
    expect(stderr).toContain(`${flag} 3000000: expected at most 1000000`);
  },
);

describe.each([
  ['load-test.ts', '--html'],
  ['load-test.ts', '--json'],
  ['traffic.ts', '--json'],
])('%s', (script, flag) => {
  test.each([
    [join(ROOT, 'package.json/report'), 'a file is where a folder should be'],
    [folder, 'it is a folder'],
  ])(`says before it sends anything that ${flag} %s cannot be written`, async (file, reason) => {
    const asked = server.asked.length;
    const { code, stderr } = await runScript(script, ['--url', server.url, flag, file]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${flag} ${file}: cannot be written, ${reason}\nTry --help.\n`,
    });
    expect(server.asked).toHaveLength(asked);
  });
});

test('a report goes into a folder that is made for it', async () => {
  const file = join(folder, 'new/report.json');
  await runScript('traffic.ts', ['--url', server.url, '--mode', 'demo', '--pause', '0', '--json', file]);
  expect(existsSync(file)).toBe(true);
});

test('where nothing was sent no report is left', async () => {
  const file = join(folder, 'none/report.json');
  const nobody = `http://127.0.0.1:${await freePort()}`;
  for (const script of ['load-test.ts', 'traffic.ts'])
    expect(await runScript(script, ['--url', nobody, '--json', file])).toMatchObject({ code: 3 });
  expect(existsSync(file)).toBe(false);
});

test('a report goes into a named pipe', async () => {
  const [pipe, file] = [join(folder, 'pipe'), join(folder, 'from-pipe.json')];
  rmSync(pipe, { force: true });
  execFileSync('bash', ['-c', `mkfifo ${pipe}`]);
  const reader = spawn('bash', ['-c', `cat ${pipe} > ${file}`]);
  const read = once(reader, 'close');
  await runScript('traffic.ts', ['--url', server.url, '--mode', 'demo', '--pause', '0', '--json', pipe]);
  await read;
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ url: server.url });
});

test('a reader that has read enough ends it without a word', async () => {
  const command = `node --conditions=@tracelab/source scripts/traffic.ts --mode demo --pause 0.1 --url ${server.url} | head -1`;
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>(resolve => {
    execFile('bash', ['-c', command], { cwd: ROOT }, (_, stdout, stderr) => {
      resolve({ stdout, stderr });
    });
  });
  expect({ stdout, stderr }).toEqual({ stdout: `URL: ${server.url}\n`, stderr: '' });
});
