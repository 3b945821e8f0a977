import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, jest } from '@jest/globals';
import { type EndpointDefinition } from '@tracelab/contracts/endpoint';
import { Problem, type ProblemType } from '@tracelab/contracts/problem';
import { createApplication, endpointsOf } from '@tracelab/service-kit';
import { ask, ServiceProcess, Shop } from '@tracelab/test-stack';
import { AppModule } from '../src/app.module.ts';
import { loadConfig } from '../src/config.ts';
import type { OpenApiDocument, Operation } from '../src/docs/open-api.ts';
import { errorsOf } from '../src/docs/responses.ts';
import { extend } from '../src/extend.ts';
import { passedOnEndpoints } from '../src/perf-tracer/perf-tracer.relay.ts';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const shop = await Shop.start();
const perfTracer = await ServiceProcess.start({ service: 'perf-tracer', env: {} });
const config = loadConfig({
  USER_URL: shop.user.url,
  ORDER_URL: shop.order.url,
  PAYMENT_URL: shop.payment.url,
  PERF_TRACER_URL: perfTracer.url,
  LOG_LEVEL: 'silent',
});
const app = await createApplication(AppModule.with(config), config);
const routes: string[] = [];
app
  .getHttpAdapter()
  .getInstance()
  .addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push(`${each} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
extend(app);
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
afterAll(async () => {
  await app.close();
  await perfTracer.stop();
  await shop.stop();
});

const document: OpenApiDocument = (await ask(`${url}/docs-json`)).body;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
);
const endpointOf = (name: string): EndpointDefinition => {
  const found = [...endpointsOf(app), ...passedOnEndpoints].find(
    ({ definition: { method, path } }) => `${method} ${path}` === name,
  );
  if (found === undefined) throw new Error(`${name} is not served`);
  return found.definition;
};

// What is shown, ended and given back is what an example made before.
const FIRST = ['POST /payments', ...['start', 'step', 'steps', 'end'].map(each => `POST /api/tracing/${each}`)];
const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : name.endsWith('/refund') ? 9 : 8);
const membersOf = (types: readonly ProblemType[], code: string) => types.find(type => type.code === code)?.members;

describe('the document', () => {
  test('has every route that is served, and no other', () => {
    // Prometheus reads /metrics: text, and no operation of the shop.
    const served = routes.filter(route => !/^(HEAD|OPTIONS) | \/(docs|metrics)|\*$/.test(route));
    expect(operations.map(({ name }) => name).sort()).toEqual(served.sort());
  });

  test.each([
    'GET /',
    'GET /health',
    'GET /users/{user_id}',
    'POST /users',
    'GET /orders/{order_id}',
    'POST /orders',
    'POST /payments',
    'GET /payments/{payment_id}',
    'GET /demo/full-flow/{user_id}',
  ])('has %s', name => {
    expect(operations.map(operation => operation.name)).toContain(name);
  });

  test('names no operation twice, and nothing that is not there', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const text = JSON.stringify(document);
    const referred = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
    expect(text).not.toContain('#/$defs/');
    expect(document.openapi).toBe('3.1.1');
  });
});

function expectErrorBodies(endpoint: EndpointDefinition, { responses }: Operation): void {
  const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  for (const [, { content }] of failures) endpoint.errorBody?.parse(content['application/json']?.example);
  const told = failures.map(([, { description }]) => description).join();
  for (const { code } of errorsOf(endpoint)) expect(told).toContain(code);
}

describe.each(operations)('$name', ({ name, path, operation }) => {
  const endpoint = endpointOf(name);
  const examplesIn = (place: string) =>
    Object.fromEntries(operation.parameters.filter(each => each.in === place).map(each => [each.name, each.example]));
  const asText = (values: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, `${value as number}`]])),
    );

  test('declares the parameters of its path, with examples that its contract accepts', () => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    expect(Object.keys(examplesIn('path'))).toEqual(inPath);
    for (const parameter of operation.parameters) {
      if (parameter.in === 'path') expect(parameter).toMatchObject({ required: true, example: expect.anything() });
    }
    endpoint.params?.parse(asText(examplesIn('path')));
    endpoint.query?.parse(asText(examplesIn('query')));
  });

  test('says whether an Idempotency-Key is heeded', () => {
    expect(Object.keys(examplesIn('header'))).toEqual(endpoint.takesIdempotencyKey ? ['Idempotency-Key'] : []);
  });

  test('has an example of its body that its contract accepts', () => {
    expect(operation.requestBody === undefined).toBe(endpoint.body === undefined);
    endpoint.body?.parse(operation.requestBody?.content['application/json']?.example);
  });

  test('has an example of its answer that its contract accepts', () => {
    const { content } = operation.responses[endpoint.status ?? 200] ?? {};
    endpoint.response.parse(content?.['application/json']?.example);
  });

  test('has every problem that it can answer with, under its status, with an example', () => {
    if (endpoint.errorBody !== undefined) {
      expectErrorBodies(endpoint, operation);
      return;
    }
    const found = Object.entries(operation.responses).flatMap(([status, { content, description }]) =>
      Object.entries(content['application/problem+json']?.examples ?? {}).map(([code, { value }]) => {
        const problem = Problem.parse(value);
        expect({ status: String(problem.status), code: problem.code }).toEqual({ status, code });
        expect(description).toContain(code);
        membersOf(errorsOf(endpoint), code)?.parse(value);
        endpoint.failure?.parse(value);
        return code;
      }),
    );
    const told = errorsOf(endpoint).filter(
      type => !(endpoint.alsoAnswers ?? []).includes(type.kind === 'unavailable' ? 503 : 0),
    );
    expect(found.sort()).toEqual(told.map(({ code }) => code).sort());
    for (const { code } of endpoint.errors ?? []) expect(found).toContain(code);
  });
});

describe('trying it out with the examples', () => {
  const send = ({ path, name, operation }: { path: string; name: string; operation: Operation }) => {
    const valueOf = (parameter: string) => String(operation.parameters.find(each => each.name === parameter)?.example);
    const query = operation.parameters.filter(each => each.in === 'query' && each.example !== undefined);
    const search = new URLSearchParams(query.map((each): [string, string] => [each.name, String(each.example)]));
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => valueOf(parameter));
    const body = operation.requestBody?.content['application/json']?.example;
    return ask(`${url}${filled}?${search.toString()}`, {
      method: name.split(' ')[0] ?? 'GET',
      ...(body === undefined ? {} : { body }),
      headers: operation.parameters.some(each => each.in === 'header')
        ? { 'idempotency-key': valueOf('Idempotency-Key') }
        : {},
    });
  };

  const inOrder = operations.toSorted((a, b) => rank(a.name) - rank(b.name));
  test.each(inOrder)('$name succeeds on a new shop, as documented', async each => {
    const { status, body } = await send(each);
    const endpoint = endpointOf(each.name);
    expect({ status, body }).toEqual({ status: endpoint.status ?? 200, body: endpoint.response.parse(body) });
  });
});

describe('the page', () => {
  let html: string;
  beforeAll(async () => {
    html = await (await fetch(`${url}/docs`)).text();
  });
  const addresses = () => [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);

  test('is served with all it needs, from here alone', async () => {
    expect(addresses().filter(address => /swagger-ui(-bundle|-init)?\.(js|css)$/.test(address))).toHaveLength(3);
    for (const address of addresses()) {
      expect(address).toMatch(/^\.\/docs\//);
      const response = await fetch(new URL(address, `${url}/docs`));
      expect({ address, status: response.status }).toEqual({ address, status: 200 });
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(200);
    }
  });

  test('runs under the same strict policy as everything else', async () => {
    const policyOf = async (path: string) => (await fetch(url + path)).headers.get('content-security-policy');
    const policy = await policyOf('/docs');
    expect(policy).toBe(await policyOf('/health'));
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("default-src 'self'");
    // A script in the page itself would be blocked.
    expect([...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>/g)]).toEqual([]);
  });

  test('shows the very document that /docs-json gives, and asks nobody else about it', async () => {
    const script = await (await fetch(`${url}/docs/swagger-ui-init.js`)).text();
    const shown: Record<string, unknown>[] = [];
    const window: { location: object; onload?: () => void } = { location: { search: '', origin: url } };
    const bundle = Object.assign((options: Record<string, unknown>) => shown.push(options), {
      presets: {},
      plugins: {},
    });
    runInNewContext(`${script}\nwindow.onload();`, { window, SwaggerUIBundle: bundle, SwaggerUIStandalonePreset: {} });
    expect(JSON.parse(JSON.stringify(shown[0]?.spec))).toEqual(document);
    expect(shown[0]?.validatorUrl).toBeNull();
  });

  test.each(['/docs/nothing.js', '/docs/../package.json', '/docs/%2e%2e/package.json', '/docs-yaml'])(
    'gives nothing at %s',
    async path => {
      expect((await ask(url + path)).status).toBe(404);
    },
  );
});
