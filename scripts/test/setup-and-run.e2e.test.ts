// The whole of `scripts/setup-and-run.sh` on free ports, used as the older agent's README says, and ended as by Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';

// A trace backend and an application start here, on machines that may have other work.
jest.setTimeout(90_000);

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(new URL('../../docs/seeds/auto-agent.md', import.meta.url), 'utf8');
const commands = readme.split('\n').filter(line => line.startsWith('curl '));
const folder = temporaryFolder('setup-and-run');

let script: ChildProcess;
let output = '';
let application: string;
let traces: string;

beforeAll(async () => {
  const [port, hubPort, otlpPort] = [await freePort(), await freePort(), await freePort()];
  application = `http://localhost:${port}`;
  traces = `http://localhost:${hubPort}`;
  // A group of its own, as a terminal gives one to each command.
  script = spawn(`${root}scripts/setup-and-run.sh`, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      SKIP_SETUP: '1',
      PORT: String(port),
      HUB_PORT: String(hubPort),
      HUB_OTLP_PORT: String(otlpPort),
      TRACELAB_DATA: folder,
      FAILURE_RATE: '0',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  });
  for (const stream of [script.stdout, script.stderr]) stream?.on('data', chunk => (output += String(chunk)));
  for (let tries = 0; tries < 600 && !output.includes('Sample Nest App at'); tries++) await pause(100);
});
afterAll(() => {
  if (groupOf(script).length > 0) process.kill(-(script.pid ?? 0), 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** The processes of the script's group that are still there, by their command lines. */
function groupOf({ pid = 0 }: ChildProcess): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(id => {
      const [group, command] = [fieldOf(id, 'stat'), fieldOf(id, 'cmdline')];
      return Number(group.split(') ')[1]?.split(' ')[2]) === pid && command !== '' ? command.replaceAll('\0', ' ') : [];
    });
}

function fieldOf(id: string, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

function run(command: string): unknown {
  const { stdout } = spawnSync('sh', ['-c', command.replace('http://localhost:8000', application)], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout);
}

test("the older README's commands work as they stand", () => {
  expect(output).toContain(`traces       ${traces}`);
  expect(commands).toHaveLength(6);
  const [created, users, item, items, weather, operation] = commands.map(run);
  expect(created).toMatchObject({ id: 1, username: 'testuser', email: 'test@example.com' });
  expect(users).toMatchObject([{ id: 1 }]);
  expect(item).toMatchObject({ title: 'Test Item', priority: 3, owner_id: 1 });
  expect(items).toMatchObject([{ title: 'Test Item' }]);
  expect(weather).toMatchObject({ city: 'London' });
  expect(operation).toMatchObject({
    message: 'Complex operation completed',
    results: { database: { users_count: 1 } },
  });
});

interface Traces {
  readonly data: readonly { readonly spans: readonly { readonly operationName: string }[] }[];
}

test('the backend shows them, with what they did', async () => {
  const wanted = ['POST /users', 'GET /weather/:city', 'GET /complex-operation', 'SELECT users'];
  let seen = new Set<string>();
  for (let tries = 0; tries < 100 && !wanted.every(name => seen.has(name)); tries++) {
    await pause(100);
    const { data } = (await (await fetch(`${traces}/api/traces?service=sample-app&limit=50`)).json()) as Traces;
    seen = new Set(data.flatMap(({ spans }) => spans.map(({ operationName }) => operationName)));
  }
  expect([...seen]).toEqual(expect.arrayContaining(wanted));
});

test('SIGTERM ends all of it, and no process is left', async () => {
  expect(groupOf(script).length).toBeGreaterThan(2);
  const ended = new Promise(resolve => script.once('close', resolve));
  script.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(groupOf(script)).toEqual([]);
});
