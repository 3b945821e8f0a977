import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import type { Foreground } from '../smoke/foreground.ts';
import { CopiedWorkspace } from './copied-workspace.ts';
import { BIN, runDevOnCopy } from './run-dev-on-copy.ts';

// A whole system starts here, and the compiler beside it, on machines that may have other work.
jest.setTimeout(150_000);

const LIMIT_MS = 100_000;
const SERVICES = ['gateway', 'user', 'order', 'payment', 'perf-tracer'] as const;
const ERRORS = 'services/user/src/users/users.errors.ts';
const HEALTH = 'libs/service-kit/src/health/health.controller.ts';

interface TraceAnswer {
  readonly spans: readonly { readonly operationName: string }[];
}

const workspace = new CopiedWorkspace(temporaryFolder('run-dev'));
const original = workspace.read(ERRORS);
const saying = (words: string) => original.replace('not found', words);
let ports: Readonly<Record<string, number>>;
let run: Foreground;
let heard = 0;

beforeAll(async () => {
  const starting = runDevOnCopy(workspace);
  await Promise.race([starting, logged('user', 'listening on')]);
  workspace.save(ERRORS, saying('came too late'));
  ({ run, ports } = await starting);
  await told(/user restarted/);
});
beforeEach(() => {
  heard = run.output.length;
});
afterAll(async () => {
  await run.interrupt();
  workspace.remove();
});

async function logged(service: string, text: string): Promise<void> {
  const log = join(workspace.folder, '.tracelab/logs', `${service}.log`);
  while (!existsSync(log) || !readFileSync(log, 'utf8').includes(text)) await sleep(20);
}

const news = () => run.output.slice(heard);

async function heardFrom(pattern: RegExp): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  while (!pattern.test(news())) {
    if (performance.now() > limit) throw new Error(`${String(pattern)} is not told:\n${news()}`);
    await sleep(20);
  }
}

/** What has been told since the last time that somebody asked, once it matches. */
async function told(pattern: RegExp): Promise<string> {
  await heardFrom(pattern);
  const since = news();
  heard = run.output.length;
  return since;
}

const restarts = (text: string, service: string) => text.match(new RegExp(`^${service} restarted`, 'gm'))?.length ?? 0;

async function ask(service: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const port = ports[service.toUpperCase().replace('-', '_')];
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
  return (await response.json()) as Record<string, unknown>;
}

/** Of a trace, once it has a span of a database. */
async function spanNames(traceId: string): Promise<readonly string[]> {
  const limit = performance.now() + LIMIT_MS;
  let names: readonly string[] = [];
  while (!names.some(name => name.startsWith('SELECT')) && performance.now() < limit) {
    await sleep(100);
    const { data } = (await ask('hub', `/api/traces/${traceId}`)) as { data: TraceAnswer[] | null };
    names = (data?.[0]?.spans ?? []).map(({ operationName }) => operationName);
  }
  return names;
}

const refusal = async () => (await ask('user', '/users/999'))['detail'];

test('what was saved while the services started is served', async () => {
  expect(await refusal()).toBe('User 999 came too late');
});

test('a save restarts the service whose file it is, and no other', async () => {
  workspace.save(ERRORS, saying('is unknown'));
  const since = await told(/user restarted/);
  expect(await refusal()).toBe('User 999 is unknown');
  expect(SERVICES.filter(name => restarts(since, name) > 0)).toEqual(['user']);
});

test('what breaks the types is told by tsc, and served all the same', async () => {
  workspace.save(ERRORS, `${saying('has no type')}\nexport const count: number = 'one';\n`);
  const since = await told(/tsc .*users\.errors\.ts.*TS2322/);
  expect(restarts(since, 'user')).toBe(1);
  expect(await refusal()).toBe('User 999 has no type');
});

test('a save by an editor that replaces the file is seen, each time', async () => {
  for (const words of ['is not here', 'has left']) {
    workspace.saveByRename(ERRORS, saying(words));
    await told(/user restarted/);
    expect(await refusal()).toBe(`User 999 ${words}`);
  }
});

test('a syntax error is told, and what runs goes on until it is mended', async () => {
  workspace.save(ERRORS, `${saying('is lost')}\nclass {`);
  expect(await told(/cannot be read.*\n.*/)).toContain(ERRORS);
  // Another file of the same service would come up with the broken one.
  workspace.save('services/user/src/telemetry.ts', workspace.read('services/user/src/telemetry.ts'));
  expect(restarts(await told(/cannot be read/), 'user')).toBe(0);
  expect(await refusal()).toBe('User 999 has left');
  workspace.save(ERRORS, saying('is lost'));
  expect(restarts(await told(/user restarted/), 'user')).toBe(1);
  expect(await refusal()).toBe('User 999 is lost');
});

test('a new file is used, and a deleted one is not missed', async () => {
  workspace.save('services/user/src/users/words.ts', `export const words = 'has words';\n`);
  workspace.save(ERRORS, `import { words } from './words.ts';\n${saying('${words}')}`);
  await told(/user restarted/);
  expect(await refusal()).toBe('User 999 has words');
  workspace.save(ERRORS, saying('has none'));
  workspace.delete('services/user/src/users/words.ts');
  await told(/user restarted/);
  expect(await refusal()).toBe('User 999 has none');
});

test('a service that does not start with a change is told, and comes back with the next', async () => {
  workspace.save(ERRORS, `${original}\nthrow new Error('not today');\n`);
  expect(await told(/user does not start[^]*not today/)).toContain('users.errors.ts');
  await expect(refusal()).rejects.toThrow('fetch failed');
  workspace.save(ERRORS, saying('is back'));
  await told(/user restarted/);
  expect(await refusal()).toBe('User 999 is back');
});

test('a manifest that cannot be read ends nothing but what needs it', async () => {
  const manifest = 'services/user/package.json';
  const whole = workspace.read(manifest);
  workspace.save(manifest, '{');
  workspace.save(ERRORS, saying('has no manifest'));
  await told(/user (restarted|does not start)/);
  workspace.save(manifest, whole);
  workspace.save(ERRORS, saying('has one again'));
  await told(/user restarted/);
  expect(await refusal()).toBe('User 999 has one again');
});

test('a service that was prepared is traced as any other', async () => {
  workspace.save(ERRORS, saying('is traced'));
  await told(/user restarted/);
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
  await fetch(`http://127.0.0.1:${ports['USER']}/users/999`, { headers: { traceparent, connection: 'close' } });
  const names = await spanNames(traceparent.split('-')[1] ?? '');
  expect(names).toEqual(expect.arrayContaining(['GET /users/:user_id', 'SELECT users']));
});

test('a save in a lib restarts every service that uses it', async () => {
  workspace.replace(HEALTH, 'service: this.readiness.service', "service: 'the new lib'");
  await Promise.all(SERVICES.map(name => heardFrom(new RegExp(`^${name} restarted`, 'm'))));
  for (const name of SERVICES) expect(await ask(name, '/health')).toMatchObject({ service: 'the new lib' });
});

test('after its end the next build makes what was saved last', async () => {
  workspace.save(ERRORS, saying('is for later'));
  await told(/user restarted/);
  expect(await run.interrupt()).toBe(true);
  const build = spawnSync(join(BIN, 'tsc'), ['-b', 'services/user/tsconfig.build.json'], {
    cwd: workspace.folder,
    encoding: 'utf8',
  });
  expect(build.stdout).toBe('');
  expect(workspace.read('services/user/dist/users/users.errors.js')).toContain('is for later');
});
