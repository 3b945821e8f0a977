import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { withPreload } from '../src/cli/child-environment.ts';
import { OtlpReceiver, Program, exampleFile, fixture, registerFile, shapesOf } from './traced-program.ts';

// Whole processes start here, on machines that may have other work.
jest.setTimeout(60_000);

let backend: OtlpReceiver;
beforeEach(async () => {
  backend = await new OtlpReceiver().listen();
});
afterEach(() => backend.close());

const start = (command: readonly string[], flags: readonly string[] = [], cwd?: string) =>
  new Program(command, { flags: ['--service-name', 'program', '--endpoint', backend.baseUrl, ...flags], cwd });

const get = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();

async function visit(program: Program, paths: readonly string[]): Promise<string[]> {
  const url = await program.url();
  for (const path of paths) await get(`${url}${path}`);
  await get(`${url}/echo`, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });
  await program.stop();
  return shapesOf(backend.spans);
}

const paths = ['/', '/users/1/posts/2?token=x', '/broken', '/absent', '/calls'];
/** What Express makes of these, whatever it is packed in. */
const expressShapes = [
  'SERVER GET /',
  'SERVER GET /users/:user/posts/:post',
  'SERVER GET /broken!',
  'SERVER GET',
  'SERVER GET /calls [CLIENT GET [SERVER GET /users/:user/posts/:post], CLIENT GET [SERVER GET /]]',
  'SERVER POST /echo',
];

test('CommonJS Express: every request is one span, named by its route, mounted routers included', async () => {
  expect(await visit(start(['node', fixture('express-app.cjs')]), paths)).toEqual(expressShapes);
  const [, post] = backend.spans;
  expect(post).toMatchObject({
    service: 'program',
    attributes: {
      'http.route': '/users/:user/posts/:post',
      'url.path': '/users/1/posts/2',
      'url.query': 'token=[redacted]',
    },
  });
});

test('Express at the pipeline level shows its middlewares and handlers below the request', async () => {
  const [root = ''] = await visit(start(['node', fixture('express-app.cjs')], ['--detail', 'pipeline']), ['/']);
  expect(root).toBe('SERVER GET / [middleware - jsonParser, request handler]');
});

test('ESM Fastify: every request is one span by its own hooks, on every address it listens on', async () => {
  const program = new Program(['node', fixture('fastify-app.mjs')], {
    flags: ['--endpoint', backend.baseUrl],
    env: { HOST: 'localhost' },
  });
  expect(await visit(program, paths)).toEqual([
    'SERVER GET /',
    'SERVER GET /users/:user/posts/:post',
    'SERVER GET /broken!',
    'SERVER GET',
    'SERVER GET /calls [CLIENT GET [SERVER GET /users/:user/posts/:post]]',
    'SERVER POST /echo',
  ]);
});

test('Fastify: health checks and metrics are traced like everything else, unless their routes are named', async () => {
  const watched = ['/health', '/healthplans/7', '/metrics'];
  expect(await visit(start(['node', fixture('fastify-app.mjs')]), watched)).toEqual([
    'SERVER GET /health',
    'SERVER GET /healthplans/:id',
    'SERVER GET /metrics',
    'SERVER POST /echo',
  ]);
  backend.spans.length = 0;
  const env = { AUTO_AGENT_ENDPOINT: backend.baseUrl, TRACING_IGNORE_ROUTES: '/health,/metrics' };
  expect(await visit(new Program(['node', fixture('fastify-app.mjs')], { flags: [], env }), watched)).toEqual([
    'SERVER GET /healthplans/:id',
    'SERVER POST /echo',
  ]);
});

test('Fastify behind a plain server: one span per request, by the route', async () => {
  expect(await visit(start(['node', fixture('fastify-routing.mjs')]), ['/users/1', '/absent'])).toEqual([
    'SERVER GET /users/:user [CLIENT GET! [SERVER GET /broken!]]',
    'SERVER GET',
    'SERVER POST /echo',
  ]);
});

describe('Nest 11 on Express, CommonJS', () => {
  const cats = ['/cats/7', '/cats/broken/always', '/cats/x'];

  test('at the route level one span per request', async () => {
    const shapes = await visit(start(['node', exampleFile('nest-11-app/src/main.cjs')]), cats);
    expect(shapes).toEqual([
      'SERVER GET /cats/:id',
      'SERVER GET /cats/broken/always!',
      'SERVER GET /cats/:id',
      'SERVER POST',
    ]);
    const thrown = backend.spans.map(({ events }) => events.map(({ attributes }) => attributes['exception.message']));
    expect(thrown).toEqual([[], ['No cat can be had'], [], []]);
  });

  test('at the pipeline level its guard, interceptor and handler', async () => {
    const program = start(
      ['node', exampleFile('nest-11-app/src/main.cjs')],
      ['--detail', 'pipeline', '--disable', 'express'],
    );
    const [first] = await visit(program, cats);
    expect(first).toBe(
      'SERVER GET /cats/:id [OpenGuard.canActivate, PassingInterceptor.intercept, ParseIntPipe.transform, CatsController.one, PassingInterceptor.intercept]',
    );
  });
});

test('Nest 12 on Fastify, ESM: one span per request, and at the pipeline level its handler below', async () => {
  const program = ['node', fixture('../../bench/fixtures/nest-app.mjs')];
  expect((await visit(start(program), ['/users/1/posts/2']))[0]).toBe('SERVER GET /users/:user/posts/:post');
  backend.spans.length = 0;
  expect((await visit(start(program, ['--detail', 'pipeline']), ['/users/1/posts/2']))[0]).toBe(
    'SERVER GET /users/:user/posts/:post [UsersController.one]',
  );
});

test('a bundle of Express has named server spans and client spans', async () => {
  const folder = await mkdtemp(join(fileURLToPath(new URL('.', import.meta.url)), 'bundle-'));
  try {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [fixture('express-app.cjs')],
      bundle: true,
      platform: 'node',
      outfile: join(folder, 'bundle.cjs'),
      logLevel: 'silent',
    });
    const shapes = await visit(start(['node', join(folder, 'bundle.cjs')]), paths);
    expect(shapes).toEqual(expressShapes);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a request that the program emits with more arguments is traced, and has them', async () => {
  const program = start(['node', fixture('emits-more.cjs')]);
  expect(await get(await program.url())).toBe('blue');
  await program.stop();
  expect(shapesOf(backend.spans)).toEqual(['SERVER GET']);
});

test('an answer that breaks off is a failure, a caller who leaves is none', async () => {
  const program = start(['node', fixture('breaking-off.cjs')]);
  const url = await program.url();
  await expect(get(`${url}/cut`)).rejects.toThrow();
  await expect(get(`${url}/left`, { signal: AbortSignal.timeout(300) })).rejects.toThrow();
  await backend.waitFor(2);
  await program.stop();
  expect(shapesOf(backend.spans)).toEqual(['SERVER GET!', 'SERVER GET']);
  const told = backend.spans.map(({ attributes }) => [
    attributes['error.type'],
    attributes['http.response.status_code'],
  ]);
  expect(told).toEqual([
    ['response_cut_off', 200],
    ['client_disconnected', undefined],
  ]);
});

test('each process of a cluster makes its own spans', async () => {
  const program = start(['node', fixture('cluster-app.cjs')]);
  const url = await program.url();
  const answers = new Set<string>();
  for (let n = 0; n < 20; n++) answers.add(await get(url, { headers: { connection: 'close' } }));
  await backend.waitFor(20);
  await program.stop();
  expect(answers.size).toBe(2);
  expect(shapesOf(backend.spans)).toEqual(Array.from({ length: 20 }, () => 'SERVER GET'));
});

test('a worker thread makes spans, and the trace goes on in the main thread', async () => {
  const { code, stdout } = await start(['node', fixture('worker-app.cjs')]).ended();
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'worker ended with 0\n' });
  expect(shapesOf(backend.spans)).toEqual(['CLIENT GET [SERVER GET]']);
});

test('an npm script: npm itself is left alone', async () => {
  const { code, stdout, stderr } = await start(
    ['npm', 'start', '--silent'],
    ['--debug'],
    fixture('npm-project'),
  ).ended();
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'worker ended with 0\n' });
  expect(shapesOf(backend.spans)).toEqual(['CLIENT GET [SERVER GET]']);
  expect(new Set(stderr.match(/Agent v[\d.]+ in process \d+/g)).size).toBe(1);
});

test.each([
  ['ProcessContainerFork.js', (file: string) => ({ pm_exec_path: file })],
  ['ProcessContainer.js', (file: string) => ({ pm2_env: JSON.stringify({ pm_exec_path: file }) })],
])('the program that pm2 loads into its %s is traced, by its own name', async (container, envOf) => {
  const folder = await mkdtemp(join(tmpdir(), 'pm2-'));
  try {
    const pm2 = join(folder, 'node_modules/pm2');
    await mkdir(join(pm2, 'lib'), { recursive: true });
    await writeFile(join(pm2, 'package.json'), '{"name":"pm2"}');
    await writeFile(join(folder, 'package.json'), '{"name":"@zoo/cats"}');
    const file = join(folder, 'main.cjs');
    await writeFile(file, `process.argv[2] = 'end'; require(${JSON.stringify(fixture('ending.cjs'))})`);
    await writeFile(join(pm2, 'lib', container), `require(${JSON.stringify(file)})`);
    const env = { AUTO_AGENT_ENDPOINT: backend.baseUrl, ...envOf(file) };
    await new Program(['node', join(pm2, 'lib', container)], { flags: [], env }).ended();
    expect(backend.spans[0]?.service).toBe('cats');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a TypeScript file run natively, with node:sqlite below its requests', async () => {
  const program = start(['node', fixture('native-types.ts')]);
  expect(await visit(program, ['/a'])).toEqual(['SERVER GET [CLIENT SELECT cats]', 'SERVER POST [CLIENT SELECT cats]']);
  const query = backend.spans.find(({ kind }) => kind === 3);
  expect(query?.attributes).toMatchObject({
    'db.system.name': 'sqlite',
    'db.query.text': 'SELECT name FROM cats WHERE id = ? AND name <> ?',
    'db.namespace': ':memory:',
  });
});

test('a shell script, and the caller who comes with a trace of its own', async () => {
  const program = start(['sh', '-c', `exec node "${fixture('fastify-app.mjs')}"`]);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await get(`${await program.url()}/calls`, { headers: { traceparent } });
  await program.stop();
  expect(new Set(backend.spans.map(({ traceId }) => traceId))).toEqual(new Set(['a'.repeat(32)]));
  expect(backend.spans.some(({ parentSpanId }) => parentSpanId === 'b'.repeat(16))).toBe(true);
});

test.each([['--import'], ['--require']])('node %s of the preload does the same, and twice is once', async flag => {
  const program = new Program(['node', flag, registerFile, '--import', registerFile, fixture('fastify-app.mjs')], {
    env: { AUTO_AGENT_ENDPOINT: backend.baseUrl },
  });
  expect(await visit(program, ['/'])).toEqual(['SERVER GET /', 'SERVER POST /echo']);
});

test('a path with spaces and quotes in it works in NODE_OPTIONS', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'a "b" \\ c-'));
  try {
    const file = join(folder, 'preload.cjs');
    await writeFile(file, 'globalThis.isLoaded = true');
    const { stdout } = spawnSync(process.execPath, ['-p', 'isLoaded'], {
      encoding: 'utf8',
      env: { NODE_OPTIONS: withPreload('--no-warnings', file) },
    });
    expect(stdout).toBe('true\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
