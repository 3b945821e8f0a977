import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { LoadReport } from '../load/report.ts';
import { KnownServer } from './known-server.ts';
import { runScript } from '../smoke/run-script.ts';

const folder = temporaryFolder('commands');
const file = (name: string) => join(folder, name);
let server: KnownServer;
let nowhere: string;

// The first /health is the check that somebody answers.
beforeAll(async () => {
  server = await KnownServer.start((path, index) => ({
    afterMs: 5,
    status: path === '/orders' && index % 2 === 0 ? 500 : 200,
  }));
  nowhere = `http://127.0.0.1:${await freePort()}`;
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const load = (...args: string[]) =>
  runScript('load-test.ts', ['--url', server.url, '--traces', nowhere, '--ramp-up', '0', '--think', '0', ...args]);

describe('the load test', () => {
  test('prints the lines of the demo that it grew from, and its own below', async () => {
    const { code, stdout } = await load('--users', '2', '--requests', '50');
    expect(code).toBe(0);
    const lines = stdout.trimStart().split('\n');
    expect(lines.slice(0, 3)).toEqual(['Load Test Results', '='.repeat(50), 'Total Requests: 100']);
    expect(lines[3]).toMatch(/^Total Time: \d+\.\d\ds$/);
    expect(lines[4]).toMatch(/^Requests\/sec: \d+\.\d\d$/);
    expect(lines[5]).toMatch(/^Error Rate: \d+\.\d\d%$/);
    expect(lines.slice(7, 9)).toEqual(['Response Times (seconds)', '-'.repeat(30)]);
    const times = ['Min', 'Max', 'Mean', 'Median', '95th percentile', '99th percentile'];
    times.forEach((name, at) => {
      expect(lines[9 + at]).toMatch(new RegExp(`^${name}: \\d+\\.\\d{3}s$`));
    });
    expect(lines[16]).toBe('Status Code Distribution');
    expect(lines[18]).toMatch(/^200: \d+ \(\d+\.\d%\)$/);
    expect(lines).toContain('Errors Encountered');
    expect(lines).toContain('Load test completed!');
  });

  test('says that no trace could be read where no backend answers, and links them all the same', async () => {
    const { code, stdout } = await load('--users', '1', '--requests', '10');
    expect(code).toBe(0);
    expect(stdout).toContain(`Traces could not be read: nothing answers at ${nowhere}`);
    expect(stdout).toMatch(new RegExp(`p99 .* ${nowhere}/trace/[0-9a-f]{32}`));
  });

  test('ends with 1 when a threshold is not met, and names the figure', async () => {
    const { code, stdout } = await load('--users', '2', '--requests', '20', '--thresholds', 'p50<5000,errors<1%');
    expect(code).toBe(1);
    expect(stdout).toContain('  ok    p50<5000');
    expect(stdout).toMatch(/ {2}FAIL {2}errors<1% {2}\(\d+(\.\d)? %\)/);
  });

  test('with --json - writes nothing else to stdout', async () => {
    const { stdout } = await load('--rate', '50', '--duration', '1', '--json', '-');
    const report = LoadReport.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ loop: 'open', requests: 50, settings: { ratePerSecond: 50, durationS: 1 } });
  });

  test('compares with an earlier report', async () => {
    const before = file('before.json');
    await load('--users', '2', '--requests', '60', '--json', before);
    const earlier = LoadReport.parse(JSON.parse(readFileSync(before, 'utf8')));
    const quicker = (latency: LoadReport['latency']) => ({
      ...latency,
      rows: latency.rows.map(row => ({ ...row, ms: 0.1, lowMs: 0.1, highMs: 0.1 })),
    });
    writeFileSync(before, JSON.stringify({ ...earlier, latency: quicker(earlier.latency) }));
    const { code, stdout } = await load('--users', '2', '--requests', '60', '--baseline', before);
    expect(code).toBe(0);
    expect(stdout).toContain(`Against the run of ${earlier.startedAt}`);
    expect(stdout).toMatch(/worse +all +p50 +100 µs → /);
  });

  test('after Ctrl-C prints what was done, and ends with 130', async () => {
    const before = server.asked.length;
    const ended = await runScript(
      'load-test.ts',
      [
        '--url',
        server.url,
        '--traces',
        nowhere,
        '--users',
        '2',
        '--ramp-up',
        '0',
        '--think',
        '0.1',
        '--duration',
        '60',
      ],
      { interruptWhen: () => server.asked.length > before + 10 },
    );
    expect(ended.code).toBe(130);
    expect(ended.stdout).toMatch(/Total Requests: [1-9]\d*/);
    expect(ended.stdout).toContain('Stopped early');
    expect(ended.tookMs).toBeLessThan(20_000);
  });

  test.each([
    [['--thresholds', 'p98<5'], '--thresholds p98<5: expected one of'],
    [['--users', '0'], '--users 0: expected at least 1'],
    [['--url', 'ftp://x'], '--url ftp://x: expected an address'],
    [['--baseline', '/no/such.json'], '--baseline /no/such.json: ENOENT'],
    [['--user', '5'], "Unknown option '--user'"],
  ])('refuses %j with 2, saying why', async (args, reason) => {
    const { code, stderr, stdout } = await runScript('load-test.ts', args);
    expect(stderr).toContain(reason);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test.each([['load-test.ts'], ['traffic.ts']])(
  '%s says within five seconds what to start where nothing listens',
  async script => {
    const { code, stderr, tookMs } = await runScript(script, ['--url', nowhere]);
    expect(code).toBe(3);
    expect(stderr).toContain(`Failed to connect to ${nowhere}: connection refused`);
    expect(stderr).toContain('make run');
    expect(stderr).toContain('make docker-up');
    expect(tookMs).toBeLessThan(5_000);
  },
);

test.each([['load-test.ts'], ['traffic.ts']])(
  '%s finds the gateway where make run was told to put it',
  async script => {
    const port = new URL(server.url).port;
    const args = ['--duration', '1', '--traces', nowhere, '--json', '-'];
    const { code, stdout, stderr } = await runScript(script, args, { env: { GATEWAY_PORT: port } });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`http://localhost:${port}`);
  },
);

test('a setting that makes no sense is told in words', async () => {
  const { code, stderr } = await runScript('traffic.ts', [], { env: { HUB_PORT: 'high' } });
  expect(code).toBe(2);
  expect(stderr).toBe('Invalid settings, fix these and start again:\n  HUB_PORT: expected a number\n');
});

describe('a stranger', () => {
  test.each([['load-test.ts'], ['traffic.ts']])('is not loaded by %s', async script => {
    for (const health of [{ status: 404 }, { body: '<html>' }, { body: '{"status":"ok"}' }]) {
      const stranger = await KnownServer.start(path => (path === '/health' ? health : {}));
      const { url } = stranger;
      const { code, stderr } = await runScript(script, ['--url', url]);
      stranger.stop();
      expect(code).toBe(3);
      expect(stderr).toContain(`Something else answers at ${url}`);
      expect(stranger.asked).toHaveLength(1);
    }
  });
});

test.each([['load-test.ts'], ['traffic.ts']])('%s --help tells every option', async script => {
  const { code, stdout } = await runScript(script, ['--help']);
  expect(code).toBe(0);
  const flags = [
    '--url',
    '--duration',
    '--json',
    '--seed',
    ...(script === 'traffic.ts'
      ? ['--mode', '--concurrent', '--rps']
      : [
          '--users',
          '--requests',
          '--ramp-up',
          '--rate',
          '--think',
          '--warmup',
          '--thresholds',
          '--html',
          '--baseline',
        ]),
  ];
  for (const flag of flags) expect(stdout).toContain(flag);
});

test('the demo traffic, stopped, counts nothing that it did not wait for, and does not say that it is completed', async () => {
  const slow = await KnownServer.start(path => ({ isSilent: path === '/demo/full-flow/3' }));
  const args = ['--mode', 'demo', '--pause', '0', '--url', slow.url, '--traces', nowhere];
  const { code, stdout } = await runScript('traffic.ts', args, { interruptWhen: () => slow.asked.length > 3 });
  slow.stop();
  expect(code).toBe(130);
  expect(stdout).toContain('Requests: 2, errors: 0');
  expect(stdout).toContain('Stopped early');
  expect(stdout).not.toMatch(/completed|not sent|cancelled/);
});

test('stress holds its rate and counts a 500 as an error', async () => {
  const broken = await KnownServer.start(path => ({ status: path === '/users/1' ? 500 : 200 }));
  const args = ['--mode', 'stress', '--url', broken.url, '--rps', '100', '--duration', '1.5', '--traces', nowhere];
  const { code, stdout } = await runScript('traffic.ts', args);
  broken.stop();
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(stdout)?.[1]);
  expect(code).toBe(0);
  expect(count('Total requests')).toBe(150);
  expect(count('Errors')).toBe(broken.asked.filter(({ path }) => path === '/users/1').length);
  expect(count('Errors')).toBeGreaterThan(10);
  expect(count('Successful') + count('Errors')).toBe(150);
  expect(stdout).toContain('Rate held: 100/s');
});
