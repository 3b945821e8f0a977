import { afterEach, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { traceToMemory } from '../../test/memory-tracing.ts';
import type { MemoryTracing } from '../../test/memory-tracing.ts';
import { registerServerSpans } from '../fastify/index.ts';
import { withSpan } from '../index.ts';
import type { Sampling } from './sampling.ts';

let memory: MemoryTracing | undefined;
let app: FastifyInstance | undefined;
const sampled = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const unsampled = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

afterEach(async () => {
  await app?.close();
  await memory?.tracing.shutdown();
});

function serve(sampling: Sampling): FastifyInstance {
  memory = traceToMemory({ clients: [], sampling });
  app = Fastify();
  registerServerSpans(app);
  app.get('/health', () => 'ok');
  app.get('/orders/:id', () => withSpan('work', () => 'ok'));
  app.get('/fail', () => {
    withSpan('failing', () => {
      throw new Error('broken');
    });
  });
  app.get('/slow', () => withSpan('waiting', () => new Promise(resolve => setTimeout(resolve, 60, 'ok'))));
  return app;
}

async function ask(path: string, headers: Record<string, string> = {}): Promise<void> {
  await app?.inject({ url: path, headers });
  // The span ends with `close`, which inject emits after its answer.
  await new Promise(resolve => setTimeout(resolve, 10));
}

const seen = async () => (await memory?.spans())?.map(({ name }) => name);

test('a ratio of 0 exports nothing, yet a caller who samples decides', async () => {
  serve({ ratio: 0 });
  await ask('/orders/1');
  expect(await seen()).toEqual([]);
  await ask('/orders/1', { traceparent: sampled });
  expect(await seen()).toEqual(['work', 'GET /orders/:id']);
});

test('a caller who does not sample is followed too', async () => {
  serve({ ratio: 1 });
  await ask('/orders/1', { traceparent: unsampled });
  expect(await seen()).toEqual([]);
});

test('rules by route come before the ratio, the first that fits decides', async () => {
  serve({
    ratio: 0,
    routes: [
      { route: '/orders/*', method: 'post', ratio: 0 },
      { route: '/orders/*', ratio: 1 },
    ],
  });
  await ask('/health');
  await ask('/orders/1');
  expect(await seen()).toEqual(['work', 'GET /orders/:id']);
});

test('about the given share of new traces is exported, whole', async () => {
  serve({ ratio: 0.5 });
  for (let i = 0; i < 200; i++) await app?.inject({ url: '/orders/1' });
  await ask('/health');
  const names = (await seen()) ?? [];
  const orders = names.filter(name => name === 'GET /orders/:id').length;
  expect(orders).toBeGreaterThan(50);
  expect(orders).toBeLessThan(150);
  expect(names.filter(name => name === 'work')).toHaveLength(orders);
});

describe('what is kept although it was not sampled', () => {
  test('a failed request, whole, and why', async () => {
    serve({ ratio: 0, keep: { errors: true } });
    await ask('/orders/1');
    await ask('/fail');
    expect(await seen()).toEqual(['failing', 'GET /fail']);
    expect((await memory?.spans())?.at(-1)?.attributes).toMatchObject({ 'tracelab.kept': 'error' });
  });

  test('a slow request', async () => {
    serve({ ratio: 0, keep: { errors: false, slowMs: 50 } });
    await ask('/orders/1');
    await ask('/fail');
    await ask('/slow');
    expect(await seen()).toEqual(['waiting', 'GET /slow']);
  });

  test.each([
    ['first', 10, 40],
    ['last', 40, 10],
  ])('a failed request of a trace that has another here, which ends %s', async (_, okMs, failingMs) => {
    const fastify = serve({ ratio: 0, keep: { errors: true } });
    const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
    const step = (ms: number) => withSpan('step', () => wait(ms).then(() => withSpan('inner', () => 'ok')));
    fastify.get('/ok', () => step(okMs));
    fastify.get('/failing', async () => {
      await step(failingMs);
      throw new Error('broken');
    });
    const early = ask('/ok', { traceparent: unsampled });
    await wait(2);
    await Promise.all([early, ask('/failing', { traceparent: unsampled })]);
    expect(await memory?.shapes()).toEqual(['SERVER GET /failing! [step [inner]]']);
    await ask('/fail', { traceparent: unsampled });
    expect(await seen()).toHaveLength(5);
  });

  test('within a bound: the oldest undecided request gives way', async () => {
    serve({ ratio: 0, keep: { maxSpans: 10 } });
    await withSpan('long request', async () => {
      withSpan('early', () => undefined);
      for (let i = 0; i < 50; i++) {
        await withSpan(`other ${i}`, { isRoot: true }, async () => {
          for (let n = 0; n < 12; n++) withSpan(`step ${n}`, () => undefined);
          await Promise.resolve();
        });
      }
      throw new Error('at the end');
    }).catch(() => undefined);
    // Its spans were given up when the buffer was full, and it knows no more than that.
    expect(await seen()).toEqual([]);
  });
});
