import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { loadTracingConfig } from './config.ts';

const withEnv = (env: Record<string, string>) => loadTracingConfig({}, env);

describe('the endpoint comes from', () => {
  test.each([
    [{}, 'http://localhost:4318/v1/traces'],
    [{ JAEGER_HOST: 'jaeger' }, 'http://jaeger:4318/v1/traces'],
    [{ JAEGER_HOST: 'jaeger', JAEGER_PORT: '4400' }, 'http://jaeger:4400/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }, 'http://collector:4318/v1/traces'],
    [{ OTLP_ENDPOINT: 'http://seed:1/v1/traces' }, 'http://seed:1/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a/x', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://b' }, 'http://a/x'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, 'http://localhost:4318/v1/traces'],
  ])('%j', (env, endpoint) => {
    expect(withEnv(env).endpoint).toBe(endpoint);
  });
});

describe('over gRPC it comes from', () => {
  test.each([
    [{}, 'http://localhost:4317'],
    [{ JAEGER_HOST: 'jaeger' }, 'http://jaeger:4317'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4400/' }, 'http://collector:4400'],
    [{ OTLP_ENDPOINT: 'https://seed:1/v1/traces' }, 'https://seed:1'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector:4317' }, 'collector:4317'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'unix:///run/otel.sock' }, 'unix:///run/otel.sock'],
  ])('%j', (env, endpoint) => {
    const config = withEnv({ ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect([config.endpoint, config.faults]).toEqual([endpoint, []]);
  });

  test('the option, before all of them', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://b' };
    expect(loadTracingConfig({ endpoint: 'http://a:1/v1/traces' }, env).endpoint).toBe('http://a:1');
  });

  test("neither what is no address, nor Jaeger's port for HTTP", () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTLP_ENDPOINT: 'my host', JAEGER_PORT: '4318' };
    const { endpoint, faults } = withEnv(env);
    expect(endpoint).toBe('http://localhost:4317');
    expect(faults).toEqual([
      expect.stringMatching(/^OTLP_ENDPOINT is no address/),
      expect.stringContaining('Set JAEGER_PORT=4317'),
    ]);
  });
});

describe('what is no address is told, and the next one used:', () => {
  const standard = 'http://localhost:4318/v1/traces';
  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost' }, 'OTEL_EXPORTER_OTLP_ENDPOINT', standard],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT', standard],
    [{ OTLP_ENDPOINT: '//collector', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://b' }, 'OTLP_ENDPOINT', 'http://b/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://a' }, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', standard],
    [{ JAEGER_HOST: 'my host' }, 'JAEGER_HOST', standard],
    [{ JAEGER_PORT: '99999' }, 'JAEGER_PORT', standard],
  ])('%j', (env, name, used) => {
    const { endpoint, faults } = withEnv(env);
    expect(endpoint).toBe(used);
    expect(faults).toEqual([expect.stringMatching(new RegExp(`${name}.* is no address`))]);
  });

  test('an option too', () => {
    const { endpoint, faults } = loadTracingConfig({ endpoint: 'collector:4318' }, { JAEGER_HOST: 'jaeger' });
    expect(endpoint).toBe('http://jaeger:4318/v1/traces');
    expect(faults).toEqual([expect.stringMatching(/^endpoint is no address/)]);
  });
});

test.each(['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'OTEL_BSP_MAX_QUEUE_SIZE', 'OTEL_EXPORTER_OTLP_TIMEOUT'])(
  '%s below 1 is told and not used',
  name => {
    const { faults, ...config } = withEnv({ [name]: '0.5' });
    const { faults: none, ...standard } = withEnv({});
    expect(config).toEqual(standard);
    expect([none, faults]).toEqual([[], [expect.stringMatching(new RegExp(`^${name} is below 1`))]]);
  },
);

test("the seed's Thrift port is no OTLP port: told, and the right one used", () => {
  const { endpoint, faults } = withEnv({ JAEGER_HOST: 'jaeger', JAEGER_PORT: '14268' });
  expect(endpoint).toBe('http://jaeger:4318/v1/traces');
  expect(faults).toEqual([expect.stringContaining('Set JAEGER_PORT=4318')]);
});

test('options win over OpenTelemetry, which wins over the seed, which wins over package.json', () => {
  const env = { OTEL_SERVICE_NAME: 'otel', SERVICE_NAME: 'seed' };
  expect(loadTracingConfig({ serviceName: 'option' }, env).serviceName).toBe('option');
  expect(withEnv(env).serviceName).toBe('otel');
  expect(withEnv({ OTEL_RESOURCE_ATTRIBUTES: 'a=b,service.name=resource', SERVICE_NAME: 'seed' }).serviceName).toBe(
    'resource',
  );
  expect(withEnv({ SERVICE_NAME: 'seed' }).serviceName).toBe('seed');
  expect(withEnv({}).serviceName).not.toBe('');
});

test('what OTEL_RESOURCE_ATTRIBUTES says is decoded, wins over the seed and package.json, and gives way to options', () => {
  const env = {
    OTEL_RESOURCE_ATTRIBUTES:
      'service.name=my%20shop, service.version = 9.9.9 ,deployment.environment.name=prod,team=a%3Db=c,odd=%E0',
    SERVICE_NAME: 'seed',
    SERVICE_VERSION: '1.0.0',
    NODE_ENV: 'test',
  };
  const seed = withEnv(env);
  expect(seed).toMatchObject({ serviceName: 'my shop', serviceVersion: '9.9.9', environment: 'prod', faults: [] });
  expect(seed.inheritedResource).toMatchObject({ team: 'a=b=c', odd: '%E0' });
  expect(loadTracingConfig({ serviceVersion: '2', environment: 'qa' }, env)).toMatchObject({
    serviceVersion: '2',
    environment: 'qa',
  });
  expect(withEnv({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod' }).environment).toBe('prod');
  const { inheritedResource, faults } = withEnv({ OTEL_RESOURCE_ATTRIBUTES: 'team=a,broken,=b,service.name=' });
  expect(inheritedResource).toEqual({ team: 'a' });
  expect(faults).toEqual([expect.stringContaining('Write name=value')]);
});

describe('the name and version of package.json are those of', () => {
  const [, entry = ''] = process.argv;
  afterEach(() => {
    process.argv[1] = entry;
  });

  test.each([
    ['the nearest one that has a name', { 'dist/package.json': '{"type":"module"}' }],
    ['the nearest one that can be read', { 'dist/package.json': '{' }],
  ])('%s', (_, more) => {
    const folder = mkdtempSync(join(tmpdir(), 'tracing-'));
    mkdirSync(join(folder, 'dist'));
    const files = { 'package.json': '{"name":"@shop/orders","version":"2.1.0"}', ...more };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    process.argv[1] = join(folder, 'dist', 'main.js');
    expect(withEnv({})).toMatchObject({ serviceName: 'orders', serviceVersion: '2.1.0' });
    rmSync(folder, { recursive: true });
  });
});

test('a wrong value is told and its default used', () => {
  const { detail, foldAfter, faults } = withEnv({ TRACING_DETAIL: 'all', TRACING_FOLD_AFTER: 'many' });
  expect([detail, foldAfter]).toEqual(['route', 20]);
  expect(faults).toHaveLength(2);
});

test.each([
  [{}, 'warn'],
  [{ LOG_LEVEL: 'INFO' }, 'warn'],
  [{ LOG_LEVEL: 'error' }, 'error'],
  [{ LOG_LEVEL: 'silent' }, 'none'],
  [{ DEBUG: 'true', LOG_LEVEL: 'error' }, 'debug'],
  [{ DEBUG: 'express:*' }, 'warn'],
  [{ OTEL_LOG_LEVEL: 'NONE', DEBUG: '1' }, 'none'],
])('%j lets tracing itself say %s', (env, level) => {
  expect(withEnv(env).diagnosticsLevel).toBe(level);
});

test.each([
  [{}, ['/health', '/health/*', '/healthz', '/metrics']],
  [{ TRACING_IGNORE_ROUTES: '/ping, /internal/*' }, ['/ping', '/internal/*']],
  [{ TRACING_IGNORE_ROUTES: 'none' }, []],
])('%j leaves the routes %j without spans', (env, routes) => {
  expect(withEnv(env).ignoredRoutes).toEqual(routes);
  expect(loadTracingConfig({ ignoredRoutes: [] }, env).ignoredRoutes).toEqual([]);
});

test('headers are read as the specification writes them', () => {
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=two%20words,broken,Authorization=Basic dXNlcjpwYXNz==',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2',
  };
  expect(withEnv(env).headers).toEqual({ a: '2', b: 'two words', Authorization: 'Basic dXNlcjpwYXNz==' });
});

test('every variable that is read is in the README, and every option', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const readme = read('../README.md');
  const source = read('./config.ts');
  const variables = [...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+|DEBUG|ENVIRONMENT)'/g)].map(([, name = '']) => name);
  expect(variables.length).toBeGreaterThan(25);
  expect(variables.filter(name => !readme.includes(`\`${name}`))).toEqual([]);
  const options = /interface TracingOptions \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const names = [...options.matchAll(/readonly (\w+)\?:/g)].map(([, name = '']) => name);
  const undocumented = names.filter(name => name !== 'exporter' && !new RegExp(`\\| \`${name}\` +\\|`).test(readme));
  expect(undocumented).toEqual([]);
});
