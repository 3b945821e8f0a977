import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { LocalPostgres, LocalRedis, findRedis, freePort } from '@tracelab/local-servers';
import { build } from 'esbuild';
import { MongoServer } from './mongo-server.ts';
import { OtlpReceiver, Program, fixture, shapesOf } from './traced-program.ts';
import type { ReceivedSpan } from './traced-program.ts';

// Whole processes start here, on machines that may have other work.
jest.setTimeout(60_000);

const redisBinary = findRedis(process.env['PATH'] ?? '');
if (redisBinary === undefined) process.stderr.write('no redis-server on PATH: ioredis, redis and BullMQ are not run\n');
// No server of theirs comes by npm, so a machine without one cannot run these three.
const needsRedis = redisBinary === undefined ? test.skip : test;

let folder: string;
let data: string;
let postgres: LocalPostgres;
let redis: LocalRedis | undefined;
let mysql: Program;
let mysqlPort: string;
let mongo: MongoServer;
let target: OtlpReceiver;

beforeAll(async () => {
  // Beside the fixtures, so that what they require is found.
  folder = await mkdtemp(join(fileURLToPath(new URL('.', import.meta.url)), 'required-'));
  data = await mkdtemp(join(tmpdir(), 'agent-pg-'));
  mysql = new Program(['node', fixture('mysql-server.mjs')]);
  mongo = await new MongoServer().listen();
  target = await new OtlpReceiver().listen();
  [postgres, redis, mysqlPort] = await Promise.all([
    LocalPostgres.start({ directory: data, isDurable: false }),
    redisBinary === undefined ? undefined : LocalRedis.start(redisBinary),
    mysql.url().then(url => new URL(url).port),
    build({
      entryPoints: [
        'pg',
        'postgres',
        'redis',
        'ioredis',
        'mongodb',
        'mysql2',
        'better-sqlite3',
        'bullmq',
        'kafkajs',
        'pino',
        'winston',
      ].map(name => fixture(`libraries/${name}.mjs`)),
      outdir: folder,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      packages: 'external',
      format: 'cjs',
      platform: 'node',
      logLevel: 'silent',
    }),
  ]);
});
afterAll(async () => {
  mongo.close();
  await Promise.all([postgres.stop(), redis?.stop(), mysql.stop(), target.close()]);
  for (const each of [folder, data]) await rm(each, { recursive: true, force: true });
});

interface Visit {
  readonly answer: string;
  readonly shapes: readonly string[];
  readonly spans: readonly ReceivedSpan[];
  readonly sent: string;
  readonly stderr: string;
}

/** One request to a program that uses a library, and every span that came of it. */
async function visit(file: string, args: readonly string[] = []): Promise<Visit> {
  const backend = await new OtlpReceiver().listen();
  const program = new Program(['node', file, ...args], { flags: ['--summary', '--endpoint', backend.baseUrl] });
  const answer = await (await fetch(await program.url())).text();
  const { stderr } = await program.stop();
  await backend.close();
  return { answer, shapes: shapesOf(backend.spans), spans: backend.spans, sent: backend.text, stderr };
}

/** The same for a program that imports the library and for one that requires it. */
async function visitBoth(name: string, args: readonly string[] = []): Promise<readonly Visit[]> {
  const both = [fixture(`libraries/${name}.mjs`), join(folder, `${name}.cjs`)];
  return Promise.all(both.map(file => visit(file, args)));
}

test.each([
  [
    'pg',
    () => [postgres.url('postgres')],
    '["Tom","42P01"]',
    'SERVER GET [CLIENT SELECT, CLIENT BEGIN, CLIENT SELECT nowhere!, CLIENT ROLLBACK]',
  ],
  [
    'postgres',
    () => [postgres.url('postgres')],
    '["Tom","42P01"]',
    'SERVER GET [CLIENT CREATE cats, CLIENT SELECT pg_catalog.pg_type, CLIENT SELECT, CLIENT SELECT nowhere!]',
  ],
  [
    'mysql2',
    () => [mysqlPort],
    '["Tom","ER_NO_SUCH_TABLE"]',
    'SERVER GET [CLIENT SELECT cats, CLIENT SELECT nowhere!]',
  ],
  [
    'better-sqlite3',
    () => [],
    '["Tom","Ada","SQLITE_CONSTRAINT_PRIMARYKEY"]',
    'SERVER GET [CLIENT INSERT cats, CLIENT INSERT cats, CLIENT SELECT cats, CLIENT INSERT cats!]',
  ],
  [
    'mongodb',
    () => [`mongodb://127.0.0.1:${mongo.port}/?directConnection=true`],
    '["Tom",13]',
    'SERVER GET [CLIENT insert cats, CLIENT find cats, CLIENT delete cats!]',
  ],
  ['kafkajs', () => ['127.0.0.1:9'], '["KafkaJSError"]', 'SERVER GET [PRODUCER send cats!]'],
])(
  '%s: one span for each call below its request, imported or required, and no literal in it',
  async (name, args, answer, shape) => {
    for (const visited of await visitBoth(name, args())) {
      expect(visited.answer).toBe(answer);
      expect(visited.shapes).toEqual([shape]);
      expect(visited.sent).not.toContain('secret');
      expect(visited.stderr).toContain(`  patched: ${name}\n`);
    }
  },
);

test.each([
  ['node:sqlite', ['2067', '275', '1811', '1', '1', '1', '1'], ': constraint failed'],
  [
    'better-sqlite3',
    [
      ...['UNIQUE', 'CHECK', 'TRIGGER'].map(kind => `SQLITE_CONSTRAINT_${kind}`),
      ...Array<string>(4).fill('SQLITE_ERROR'),
    ],
    '',
  ],
])(
  '%s: a call that failed tells its code and the reason, and nothing of the data',
  async (library, codes, otherwise) => {
    const { answer, spans, sent } = await visit(fixture('libraries/sqlite-failures.mjs'), [library]);
    expect(answer).toBe('[]');
    const reasons = [
      ': UNIQUE constraint failed: cats.name',
      ': CHECK constraint failed',
      otherwise,
      ': syntax error',
      ': no such column',
      ': unrecognized token',
      ': no such table',
    ];
    const failed = spans.filter(({ kind }) => kind === 3);
    expect([...sent.matchAll(/"message":"([^"]*)"/g)].map(([, message]) => message)).toEqual(
      codes.map((code, index) => `SQLite error ${code}${reasons[index] ?? ''}`),
    );
    expect(failed.map(({ attributes }) => attributes['db.response.status_code'])).toEqual(codes);
    expect(failed.map(({ attributes }) => attributes['db.query.text'])).toEqual([
      'insert into cats (name) values (?)',
      'insert into cats (name, age) values (?, -?)',
      'delete from cats',
      // Where SQLite cannot read a statement, nobody knows what in it is data.
      'INSERT cats',
      'SELECT cats',
      'SELECT cats',
      'select * from nowhere',
    ]);
    expect(sent).not.toContain('secret');
  },
);

needsRedis.each([
  ['ioredis', '["secret","ReplyError"]', ['SERVER GET [CLIENT SET, CLIENT EVAL, CLIENT LPUSH!, CLIENT GET]']],
  [
    'redis',
    '["secret","Error"]',
    ['CLIENT redis-connect', 'SERVER GET [CLIENT redis-SET, CLIENT redis-EVAL, CLIENT redis-LPUSH!, CLIENT redis-GET]'],
  ],
])('%s: one span for each command, imported or required, and no value in it', async (name, answer, shapes) => {
  for (const visited of await visitBoth(name, [redis?.url ?? ''])) {
    expect(visited.answer).toBe(answer);
    expect(visited.shapes).toEqual(shapes);
    expect(visited.sent).not.toContain('secret');
    expect(visited.stderr).toContain(`  patched: ${name}\n`);
  }
});

needsRedis('BullMQ: the worker goes on in the trace of who added the job, and nothing of the job is told', async () => {
  for (const { answer, shapes, sent, spans } of await visitBoth('bullmq', [String(redis?.port)])) {
    expect(answer).toBe('["SECRET"]');
    expect(shapes).toHaveLength(1);
    expect(shapes[0]).toMatch(
      /^SERVER GET \[PRODUCER add letters\.letter \[CLIENT \w+, CONSUMER process letters \[.*\]\], CLIENT \w+\]$/,
    );
    expect(spans.find(({ kind }) => kind === 5)?.attributes).toMatchObject({
      'messaging.system': 'bullmq',
      'bullmq.queue.name': 'letters',
      'bullmq.job.name': 'letter',
    });
    expect(sent.toLowerCase()).not.toContain('secret');
  }
});

test('Prisma: what its driver adapter asks is seen once, by the driver below it', async () => {
  const { answer, shapes, stderr } = await visit(fixture('libraries/prisma.mjs'), [postgres.url('postgres')]);
  expect(answer).toBe('[[["Tom"]]]');
  expect(shapes).toEqual(['SERVER GET [CLIENT SELECT]']);
  expect(stderr).toContain('  patched: pg\n');
});

test.each([['pino'], ['winston']])('%s: each line has the ids of its span', async name => {
  for (const { stderr, spans } of await visitBoth(name)) {
    const line = stderr.split('\n').find(one => one.includes('inside')) ?? '{}';
    const { traceId, spanId } = spans[0] ?? {};
    expect(JSON.parse(line)).toMatchObject({ trace_id: traceId, span_id: spanId });
  }
});

describe('HTTP', () => {
  test('fetch, undici and http calls are one span each, also where nobody answers', async () => {
    const { answer, shapes, sent } = await visit(fixture('libraries/clients.mjs'), [
      target.baseUrl,
      `127.0.0.1:${await freePort()}`,
    ]);
    expect(JSON.parse(answer)).toEqual([200, 200, 200, 'ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']);
    const calls = [...Array<string>(3).fill('CLIENT GET'), ...Array<string>(4).fill('CLIENT GET!')];
    expect(shapes).toEqual([`SERVER GET [${calls.join(', ')}]`]);
    expect(sent).not.toContain('secret');
  });

  test('both ends of HTTPS are one span each', async () => {
    const backend = await new OtlpReceiver().listen();
    const flags = ['--endpoint', backend.baseUrl];
    const ended = await new Program(['node', fixture('libraries/https.mjs')], { flags }).ended();
    await backend.close();
    expect(ended).toMatchObject({ code: 0, stdout: 'inner\n', stderr: '' });
    expect(shapesOf(backend.spans)).toEqual(['CLIENT GET [SERVER GET [CLIENT GET [SERVER GET]]]']);
  });
});
