import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Child } from './child-process.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

// Whole processes start here, on machines that may have other work.
jest.setTimeout(30_000);

let backend: OtlpReceiver;
beforeEach(async () => {
  backend = await new OtlpReceiver().listen();
});
afterEach(() => backend.close());

test('the preload traces by the variables of OpenTelemetry and prints nothing', async () => {
  const child = new Child('ending.ts', {
    args: ['end'],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl,
      OTEL_SERVICE_NAME: 'by-otel',
      OTEL_RESOURCE_ATTRIBUTES: 'team=blue,service.name=by-resource,service.instance.id=pod%2D1,host.name=node-7',
      SERVICE_NAME: 'not-this',
    },
  });
  expect(await child.ended()).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  expect(new Set(backend.spans.map(({ service }) => service))).toEqual(new Set(['by-otel']));
  expect(backend.spans[0]?.resource).toMatchObject({
    team: 'blue',
    'service.instance.id': 'pod-1',
    'host.name': 'node-7',
    'telemetry.distro.name': 'tracelab',
  });
  expect([...backend.types]).toEqual(['application/x-protobuf']);
});

test('the variables of the seed work: service, host, port and environment', async () => {
  const child = new Child('ending.ts', {
    args: ['end'],
    env: {
      SERVICE_NAME: 'by-seed',
      JAEGER_HOST: '127.0.0.1',
      JAEGER_PORT: String(backend.port),
      ENVIRONMENT: 'staging',
    },
  });
  expect(await child.ended()).toMatchObject({ code: 0, stderr: '' });
  expect(backend.spans[0]?.service).toBe('by-seed');
  expect(backend.spans[0]?.resource).toMatchObject({ 'deployment.environment.name': 'staging' });
});

test.each(['exit', 'end'])(
  'spans go as JSON where the variables say so, also those sent at the last moment of %s',
  async how => {
    const child = new Child('ending.ts', {
      args: [how],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    });
    await child.ended();
    expect(backend.spans.length).toBeGreaterThan(0);
    expect([...backend.types]).toEqual(['application/json']);
  },
);

test.each(['exit', 'end'])('credentials go with the spans of %s as they are written', async how => {
  const child = new Child('ending.ts', {
    args: [how],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl,
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic dXNlcjpwYXNz==',
    },
  });
  await child.ended();
  expect([...backend.credentials]).toEqual(['Basic dXNlcjpwYXNz==']);
});

test('over gRPC spans go where the settings say', async () => {
  let connections = 0;
  const server = createServer(socket => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const port = String((server.address() as AddressInfo).port);
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TIMEOUT: '500' };
  await new Child('ending.ts', {
    args: ['end'],
    env: { ...env, JAEGER_HOST: '127.0.0.1', JAEGER_PORT: port },
  }).ended();
  server.close();
  expect(connections).toBeGreaterThan(0);
});

test('with a configuration file, whose metrics are its own, there is no text of them', async () => {
  const file = fileURLToPath(new URL('fixtures/sdk.yaml', import.meta.url));
  const { code, stdout, stderr } = await new Child('metrics.ts', { env: { OTEL_CONFIG_FILE: file } }).ended();
  expect({ code, printed: stdout.split('\n').at(-1) }).toEqual({ code: 0, printed: '""' });
  expect(stderr).toMatch(/^tracing: OTEL_CONFIG_FILE describes .* metrics text/);
});

describe('what would be missed in silence is told once, with the remedy', () => {
  test('a library loaded before tracing', async () => {
    const child = new Child('late-start.ts', {
      isTraced: false,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl },
    });
    const { code, stdout, stderr } = await child.ended();
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'function true\n' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^tracing: pg was loaded before .*--import/)]);
  });

  test('a backend that is not there, and a variable that is none', async () => {
    const child = new Child('ending.ts', {
      args: ['end'],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
        TRACING_DETAIL: 'everything',
        OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      },
    });
    const { code, stderr } = await child.ended();
    expect(code).toBe(0);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^tracing: TRACING_DETAIL is none of route, pipeline, full/),
      expect.stringMatching(/^tracing: spans do not reach http:\/\/127\.0\.0\.1:9\/v1\/traces .*JAEGER_HOST/),
    ]);
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost' }, /^tracing: OTEL_EXPORTER_OTLP_ENDPOINT is no address/],
    [{ JAEGER_HOST: 'my host' }, /^tracing: JAEGER_HOST with JAEGER_PORT is no address/],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '0' }, /^tracing: OTEL_EXPORTER_OTLP_TIMEOUT is below 1/],
  ])('a setting that cannot be meant, which does not stop the program: %j', async (env, told) => {
    const { code, stdout, stderr } = await new Child('ending.ts', { args: ['exit'], env }).ended();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(told);
  });

  test('LOG_LEVEL=error keeps warnings quiet, and OTEL_SDK_DISABLED everything', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl };
    const quiet = new Child('ending.ts', { args: ['end'], env: { ...env, LOG_LEVEL: 'error', TRACING_DETAIL: 'x' } });
    expect((await quiet.ended()).stderr).toBe('');
    const received = backend.spans.length;
    const off = new Child('ending.ts', { args: ['end'], env: { ...env, OTEL_SDK_DISABLED: 'true' } });
    expect(await off.ended()).toMatchObject({ code: 0, stderr: '' });
    expect(backend.spans).toHaveLength(received);
  });
});

test('another library of the stock bundle is traced on request', async () => {
  const child = new Child('ending.ts', {
    args: ['end'],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl, OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'mongodb,pg,http' },
  });
  expect(await child.ended()).toMatchObject({ code: 0, stderr: '' });
  expect(backend.spans).toHaveLength(50);
});
