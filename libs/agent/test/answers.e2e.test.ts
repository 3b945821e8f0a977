import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { OtlpReceiver, Program, autoAgent, fixture, shapesOf } from './traced-program.ts';

// Whole processes start here, on machines that may have other work.
jest.setTimeout(60_000);

let backend: OtlpReceiver;
let folder: string;
beforeEach(async () => {
  backend = await new OtlpReceiver().listen();
  folder = await mkdtemp(join(tmpdir(), 'agent-'));
});
afterEach(async () => {
  await backend.close();
  await rm(folder, { recursive: true });
});

const express = ['node', fixture('express-app.cjs')];
const auto = (...args: readonly string[]) =>
  new Program([process.execPath, fixture('../../bin/auto-agent.js'), ...args]).ended();

test('--debug says in the words of the seed what is intercepted and instrumented, and prints the spans', async () => {
  const program = new Program(express, { flags: ['--debug', '--exporter', 'none'] });
  await fetch(await program.url());
  const { stdout, stderr } = await program.stop();
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
  for (const line of [
    /- auto-agent - INFO - Starting Auto-Instrumentation Agent v0\.1\.0\n/,
    /- auto-agent - INFO - Running command: node /,
    /- auto-agent - DEBUG - Intercepting module: express\n/,
    /- auto-agent - DEBUG - Instrumented express\n/,
    /^\{"span":"GET \/","kind":"SERVER"/m,
  ])
    expect(stderr).toMatch(line);
});

test('one summary at exit says what was patched, made, dropped and exported', async () => {
  const program = new Program(express, { flags: ['--summary', '--endpoint', backend.baseUrl] });
  await fetch(`${await program.url()}/calls`);
  const { stderr } = await program.stop();
  expect(stderr).toMatch(
    /^auto-agent: node .*express-app\.cjs \(process \d+\)\n {2}patched: express\n {2}spans: 5 made, 5 exported to .* \(otlp\), 0 dropped, 0 failed\n$/,
  );
});

test('a program that makes no span is told why', async () => {
  const { stderr } = await new Program(['node', '-e', '0'], { flags: ['--summary', '--exporter', 'none'] }).ended();
  expect(stderr).toMatch(/no spans: nothing was received or called/);
});

test('status asks a running program, and says where there is none', async () => {
  const program = new Program(express, { flags: ['--endpoint', backend.baseUrl] });
  await fetch(await program.url());
  const { code, stdout } = await auto('status', String(program.process.pid));
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/patched: express\n {2}spans: 1 made/),
  });
  await program.stop();
  expect(await auto('status', String(program.process.pid))).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('There is no such process'),
  });
});

test('a user id without a name changes nothing: no word of it, and status answers', async () => {
  const env = { NODE_OPTIONS: `--require ${fixture('nameless-user.cjs')}` };
  const program = new Program(express, { flags: ['--exporter', 'none'], env });
  await program.url();
  expect(await auto('status', String(program.process.pid))).toMatchObject({ code: 0 });
  expect(await program.stop()).toMatchObject({ signal: 'SIGTERM', stderr: '' });
});

test('the control page changes sampling and ignored paths while the program runs, and is no span itself', async () => {
  const program = new Program(express, {
    flags: ['--control', '0', '--endpoint', backend.baseUrl, '--ignore-path', '/'],
    env: { OTEL_BSP_SCHEDULE_DELAY: '20' },
  });
  const url = await program.url();
  for (let tries = 0; tries < 500 && !program.stderr.includes('control page at'); tries++)
    await new Promise(resolve => setTimeout(resolve, 10));
  const [control = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(program.stderr) ?? [];
  const change = (settings: unknown, headers = {}) =>
    fetch(`${control}/settings`, { method: 'PUT', body: JSON.stringify(settings), headers });
  expect(await (await fetch(control)).text()).toContain('<title>auto-agent</title>');
  await fetch(url);
  await fetch(`${url}/users/1/posts/1`);
  expect((await change({ ignorePaths: ['/users/*'] })).status).toBe(200);
  await fetch(url);
  await fetch(`${url}/users/1/posts/1`);
  expect((await change({ sampleRate: 0, ignorePaths: [] })).status).toBe(200);
  await fetch(url);
  expect((await change({ sampleRate: 2 })).status).toBe(422);
  expect((await change({ sampleRate: 1 }, { origin: 'https://elsewhere.example' })).status).toBe(403);
  expect(await (await fetch(`${control}/status`)).json()).toMatchObject({
    sampling: { sampleRate: 0, ignorePaths: [] },
  });
  await program.stop();
  expect(backend.spans.map(({ name }) => name)).toEqual(['GET /users/:user/posts/:post', 'GET /']);
});

describe('exporters', () => {
  test('file: OTLP JSON, a batch a line, also when the program calls process.exit', async () => {
    const file = join(folder, 'spans.jsonl');
    const { code } = await new Program(['node', fixture('ending.cjs'), 'exit'], {
      flags: ['--exporter', `file:${file}`],
    }).ended();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const spans = lines.flatMap(line =>
      (JSON.parse(line) as { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] }).resourceSpans.flatMap(
        ({ scopeSpans }) => scopeSpans.flatMap(scope => scope.spans),
      ),
    );
    expect({ code, spans: spans.length }).toEqual({ code: 3, spans: 2 });
  });

  test('console: one line of JSON each on standard error', async () => {
    const { stdout, stderr } = await new Program(['node', fixture('ending.cjs'), 'end'], {
      flags: ['--exporter', 'console'],
    }).ended();
    expect(stdout).toBe('');
    expect(
      stderr
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as { kind: string }).kind)
        .sort(),
    ).toEqual(['CLIENT', 'SERVER']);
  });

  test('none: nothing is sent, and nothing said', async () => {
    const { stderr } = await new Program(['node', fixture('ending.cjs'), 'end'], {
      flags: ['--exporter', 'none', '--endpoint', backend.baseUrl],
    }).ended();
    expect({ stderr, requests: backend.requests }).toEqual({ stderr: '', requests: 0 });
  });

  test('zipkin: its JSON, version 2', async () => {
    const bodies: string[] = [];
    const zipkin = createServer((request, response) => {
      let body = '';
      request.on('data', chunk => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(`${request.url ?? ''} ${body}`);
        response.writeHead(202).end();
      });
    });
    await new Promise<void>(resolve => zipkin.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(zipkin.address() as AddressInfo).port}`;
    await new Program(['node', fixture('ending.cjs'), 'end'], {
      flags: ['--exporter', 'zipkin', '--endpoint', endpoint, '--service-name', 'z'],
    }).ended();
    zipkin.close();
    const [path = '', json = ''] = bodies[0]?.split(/ (.*)/s) ?? [];
    expect(path).toBe('/api/v2/spans');
    expect(JSON.parse(json)).toContainEqual(
      expect.objectContaining({ kind: 'SERVER', name: 'GET', localEndpoint: { serviceName: 'z' } }),
    );
  });
});

test('a library is switched off by its name', async () => {
  const program = new Program(express, { flags: ['--disable', 'express,undici', '--endpoint', backend.baseUrl] });
  await fetch(`${await program.url()}/calls`);
  await program.stop();
  expect(backend.spans.filter(({ kind }) => kind === 3)).toHaveLength(1);
});

test('OTEL_CONFIG_FILE rules where spans go and as whose, its switched off libraries give none, and the agent says so', async () => {
  const file = join(folder, 'otel.yaml');
  await writeFile(file, configFile(`${backend.baseUrl}/v1/traces`));
  const program = new Program(express, {
    flags: ['--summary', '--endpoint', 'http://127.0.0.1:9'],
    env: { OTEL_CONFIG_FILE: file },
  });
  await fetch(`${await program.url()}/calls`);
  await backend.waitFor(4);
  const { stderr } = await program.stop();
  // Without undici the call by fetch begins a trace of its own; the one by http goes on.
  expect(shapesOf(backend.spans).sort()).toEqual([
    'SERVER GET /calls [CLIENT GET [SERVER GET /]]',
    'SERVER GET /users/:user/posts/:post',
  ]);
  expect(new Set(backend.spans.map(({ service }) => service))).toEqual(new Set(['from-the-file']));
  expect(stderr).toContain('--sample-rate and --ignore-path are not used');
  expect(stderr).toContain('  spans: made and sent as ');
});

const configFile = (endpoint: string) => `file_format: "1.0"
resource:
  attributes:
    - name: service.name
      value: from-the-file
propagator:
  composite_list: tracecontext
tracer_provider:
  processors:
    - batch:
        schedule_delay: 20
        exporter:
          otlp_http:
            endpoint: ${endpoint}
instrumentation/development:
  js:
    undici:
      enabled: false
`;

test('the doctor says each finding with its remedy and ends with 1; nothing wrong is 0', async () => {
  const env = { AUTO_AGENT_ENDPOINT: backend.baseUrl };
  const doctor = (more: Readonly<Record<string, string>>) =>
    new Program([process.execPath, autoAgent, 'doctor', folder], { env: { ...env, ...more } }).ended();
  expect(await doctor({})).toMatchObject({ code: 0, stdout: 'auto-agent: nothing wrong was found\n' });
  expect(await doctor({ AUTO_AGENT_SAMPLE_RATE: '0' })).toMatchObject({
    code: 1,
    stdout: 'SAMPLING_OFF: the sample rate is 0, so no trace is kept. Give a share above 0.\n',
  });
});

test('bad settings are told and clamped, and the program runs', async () => {
  const { code, stderr } = await new Program(['node', fixture('ending.cjs'), 'exit'], {
    flags: ['--sample-rate', 'lots', '--exporter', 'carrier-pigeon', '--endpoint', 'http://[', '--control', '-1'],
    env: {
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      JAEGER_HOST: '127.0.0.1',
      JAEGER_PORT: '9',
      TRACING_EXIT_LIMIT_MS: '100',
    },
  }).ended();
  expect(code).toBe(3);
  for (const fault of [
    /sample rate of lots/,
    /exporter carrier-pigeon is none of/,
    /endpoint is no address/,
    /control port/,
  ])
    expect(stderr).toMatch(fault);
});

test('--functions records the functions that ran inside each request, joined to its server span, and the program still ends by its signal', async () => {
  const file = join(folder, 'functions.jsonl');
  const program = new Program(express, {
    flags: ['--functions', '--endpoint', backend.baseUrl],
    env: { FLOWTRACE_LOGFILE: file },
  });
  await fetch(`${await program.url()}/users/1/posts/2`);
  expect(await program.stop()).toMatchObject({ signal: 'SIGTERM' });
  const [span] = backend.spans;
  const events = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  expect(span?.name).toBe('GET /users/:user/posts/:post');
  const [request] = events.filter(({ event }) => event === 'HTTP_REQUEST');
  const ofRequest = events.filter(({ request_id }) => request_id === request?.['request_id']);
  const ids = { trace_id: span?.traceId, span_id: span?.spanId };
  expect(ids.trace_id).toMatch(/^[\da-f]{32}$/);
  expect(ofRequest.map(({ event, trace_id, span_id }) => ({ event, trace_id, span_id }))).toEqual([
    { event: 'HTTP_REQUEST' },
    { event: 'ENTER', ...ids },
    { event: 'EXIT', ...ids },
    { event: 'HTTP_RESPONSE', ...ids },
  ]);
});

test('--functions: a signal that the program handles reaches it once', async () => {
  const program = new Program(['node', fixture('handled-signal.cjs')], {
    flags: ['--functions', '--exporter', 'none'],
    env: { FLOWTRACE_LOGFILE: join(folder, 'handled.jsonl') },
  });
  await program.printed(/ready/);
  expect(await program.stop()).toMatchObject({ code: 5, stderr: '' });
});

test('export resumes when the backend comes back', async () => {
  const { port } = backend;
  await backend.close();
  const program = new Program(express, {
    flags: ['--endpoint', `http://127.0.0.1:${port}`],
    env: { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_EXPORTER_OTLP_TIMEOUT: '200' },
  });
  const url = await program.url();
  await fetch(url);
  for (let tries = 0; tries < 500 && !program.stderr.includes('do not reach'); tries++)
    await new Promise(resolve => setTimeout(resolve, 10));
  backend = await new OtlpReceiver().listen(port);
  await fetch(`${url}/users/1/posts/1`);
  expect((await backend.waitFor(1)).map(({ name }) => name)).toEqual(['GET /users/:user/posts/:post']);
  const { stderr } = await program.stop();
  expect(stderr).toMatch(/do not reach .*takes spans again; 1 spans were lost/s);
});
