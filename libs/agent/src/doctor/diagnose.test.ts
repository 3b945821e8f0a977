import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { diagnose } from './diagnose.ts';

let backend: Server;
let endpoint: string;
let status = 200;
let folder: string;

beforeAll(async () => {
  backend = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
});
afterAll(() => {
  backend.closeAllConnections();
  backend.close();
});
beforeEach(async () => {
  status = 200;
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  await put('package.json', healthy);
  await put('node_modules/fastify/package.json', { name: 'fastify', version: '5.12.0' });
  await put('node_modules/@opentelemetry/api/package.json', { name: '@opentelemetry/api', version: '1.10.0' });
  await put('dist/main.js', "import 'fastify';\n");
});
afterEach(() => rm(folder, { recursive: true }));

const healthy = {
  name: 'healthy',
  scripts: { start: 'auto-agent node dist/main.js' },
  dependencies: { fastify: '^5.0.0', '@tracelab/agent': '0.1.0' },
};

async function put(file: string, content: unknown): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
}

const codes = async (env: Readonly<Record<string, string>> = {}, nodeVersion = '24.21.0') => {
  const findings = await diagnose(folder, { env: { AUTO_AGENT_ENDPOINT: endpoint, ...env }, nodeVersion });
  for (const { message, remedy } of findings)
    expect([message.length, remedy.length].every(length => length > 5)).toBe(true);
  return findings.map(({ code }) => code);
};

test('a healthy project has nothing wrong', async () => {
  expect(await codes()).toEqual([]);
  expect(await codes({ AUTO_AGENT_SAMPLE_RATE: '0.1', OTEL_RESOURCE_ATTRIBUTES: 'team=blue,a=b%2C' })).toEqual([]);
});

test.each([
  ['SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }],
  ['EXPORTER_NONE', { OTEL_TRACES_EXPORTER: 'none' }],
  ['EXPORTER_UNKNOWN', { AUTO_AGENT_EXPORTER: 'jaeger' }],
  ['SAMPLING_OFF', { AUTO_AGENT_SAMPLE_RATE: '0' }],
  ['SAMPLING_OFF', { OTEL_TRACES_SAMPLER: 'always_off' }],
  ['SAMPLING_INVALID', { AUTO_AGENT_SAMPLE_RATE: '50' }],
  ['CONFIG_FILE_MISSING', { OTEL_CONFIG_FILE: '/nowhere/otel.yaml' }],
  ['RESOURCE_INVALID', { OTEL_RESOURCE_ATTRIBUTES: 'team blue' }],
  ['OTHER_AGENT', { NODE_OPTIONS: '--require dd-trace/init' }],
  ['ENDPOINT_INVALID', { AUTO_AGENT_ENDPOINT: '', OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }],
  ['ENDPOINT_INVALID', { AUTO_AGENT_ENDPOINT: 'http://[' }],
  ['ENDPOINT_UNREACHABLE', { AUTO_AGENT_ENDPOINT: 'http://127.0.0.1:9' }],
  ['WRONG_PROTOCOL', { AUTO_AGENT_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }],
  [
    'WRONG_PROTOCOL',
    {
      AUTO_AGENT_ENDPOINT: 'http://127.0.0.1:4318',
      AUTO_AGENT_EXPORTER: 'otlp-grpc',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    },
  ],
  ['WRONG_PORT', { AUTO_AGENT_ENDPOINT: 'http://127.0.0.1:16686' }],
])('finds %s in %j', async (code, env) => {
  expect(await codes(env as Record<string, string>)).toEqual([code]);
});

test.each([
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '{}/v1/traces', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '', OTLP_ENDPOINT: '{}/v1/traces', JAEGER_HOST: 'nowhere.invalid' }],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '', OTEL_EXPORTER_OTLP_ENDPOINT: '{}/' }],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '{}', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  [{ AUTO_AGENT_ENDPOINT: '{}', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9' }],
])('asks where spans will go by %j', async env => {
  const given = Object.entries(env).map(([name, value]) => [name, value.replace('{}', endpoint)]);
  expect(await codes({ AUTO_AGENT_ENDPOINT: '', ...(Object.fromEntries(given) as Record<string, string>) })).toEqual(
    [],
  );
});

test.each([
  [404, 'WRONG_PORT'],
  [401, 'ENDPOINT_REFUSES'],
  [503, 'ENDPOINT_REFUSES'],
])('an endpoint that answers %d is %s', async (answered, code) => {
  status = answered;
  expect(await codes()).toEqual([code]);
});

test.each([
  ['20.19.0', 'NODE_TOO_OLD'],
  ['22.14.0', 'NODE_TOO_OLD'],
  ['24.10.0', 'NO_SYNC_HOOKS'],
])('Node %s is %s', async (version, code) => {
  expect(await codes({}, version)).toEqual([code]);
});

test('two copies of the API, also deep in other packages', async () => {
  await put('node_modules/other/package.json', { name: 'other' });
  await put('node_modules/other/node_modules/@opentelemetry/api/package.json', { version: '1.4.0' });
  expect(await codes()).toEqual(['SEVERAL_APIS']);
});

test('two copies of the instrumentation package', async () => {
  await put('node_modules/@opentelemetry/instrumentation/package.json', { version: '0.301.0' });
  await put(
    'node_modules/.pnpm/@opentelemetry+instrumentation@0.200.0/node_modules/@opentelemetry/instrumentation/package.json',
    {
      version: '0.200.0',
    },
  );
  expect(await codes()).toEqual(['SEVERAL_SDKS']);
});

test('a bundled program', async () => {
  await put('dist/main.js', 'var __getOwnPropNames = Object.getOwnPropertyNames;\n// node_modules/express/index.js\n');
  expect(await codes()).toEqual(['BUNDLED']);
});

test('a start script without the agent, or with it after the program', async () => {
  await put('package.json', { ...healthy, scripts: { start: 'node dist/main.js' } });
  expect(await codes()).toEqual(['NOT_LOADED']);
  await put('package.json', { ...healthy, scripts: { start: 'node dist/main.js --import @tracelab/agent/register' } });
  expect(await codes()).toEqual(['NOT_LOADED']);
  await put('package.json', { ...healthy, scripts: { start: 'node --import @tracelab/agent/register dist/main.js' } });
  expect(await codes()).toEqual([]);
});

test.each([['{ "name": "broken", }'], ['null'], ['']])('a package.json that holds %j is told', async text => {
  await put('package.json', text);
  expect(await codes()).toEqual(['MANIFEST_INVALID']);
});

test('packages that no longer work', async () => {
  await put('package.json', {
    ...healthy,
    dependencies: { ...healthy.dependencies, '@opentelemetry/instrumentation-fastify': '0.40.0' },
  });
  expect(await codes()).toEqual(['OLD_INSTRUMENTATION']);
});

test('a version the agent does not know', async () => {
  await put('node_modules/fastify/package.json', { name: 'fastify', version: '3.29.0' });
  expect(await codes()).toEqual(['UNSUPPORTED_VERSION']);
});
