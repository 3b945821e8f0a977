import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Child } from './child-process.ts';
import type { Ended } from './child-process.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

// Whole processes start here, on machines that may have other work.
jest.setTimeout(30_000);

type Ending = 'SIGINT' | 'SIGTERM' | 'end' | 'exit' | 'reject' | 'throw';

const matrix = (['SIGTERM', 'SIGINT', 'exit', 'throw', 'reject', 'end'] as const).flatMap(ending =>
  (['none', 'own'] as const).map(handlers => [ending, handlers] as const),
);

let backend: OtlpReceiver;

beforeEach(async () => {
  backend = await new OtlpReceiver().listen();
});
afterEach(() => backend.close());

interface Traced {
  readonly endpoint: string;
  readonly limitMs: number;
}

async function run(ending: Ending, handlers: string, traced: Traced | undefined): Promise<Ended> {
  const isSignal = ending === 'SIGTERM' || ending === 'SIGINT';
  const child = new Child('ending.ts', {
    args: [isSignal ? 'signal' : ending, handlers],
    isTraced: traced !== undefined,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: traced?.endpoint ?? '',
      // Longer than the program lives: what arrives was sent by the shutdown.
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      TRACING_SHUTDOWN_LIMIT_MS: String(traced?.limitMs ?? 0),
      TRACING_EXIT_LIMIT_MS: String(traced?.limitMs ?? 0),
      OTEL_EXPORTER_OTLP_TIMEOUT: String(traced?.limitMs ?? 0),
    },
  });
  if (isSignal) {
    await child.printed(/ready/);
    child.kill(ending);
  }
  return child.ended();
}

const outcome = ({ code, signal }: Ended) => ({ code, signal });

describe.each(matrix)('%s, handlers: %s', (ending, handlers) => {
  test('ends as without tracing and loses no finished span', async () => {
    const [traced, untraced] = await Promise.all([
      run(ending, handlers, { endpoint: backend.baseUrl, limitMs: 20_000 }),
      run(ending, handlers, undefined),
    ]);
    expect(outcome(traced)).toEqual(outcome(untraced));
    expect(new Set(backend.spans.map(({ name }) => name)).size).toBe(50);
    // Each span once: what was under way at the end is not sent a second time when it has arrived.
    expect(backend.spans).toHaveLength(50);
    expect(traced.stderr.includes('tracing:')).toBe(false);
  });

  test('ends the same with a backend that is silent or absent', async () => {
    backend.behaviour = 'silent';
    const [silent, absent, untraced] = await Promise.all([
      run(ending, handlers, { endpoint: backend.baseUrl, limitMs: 400 }),
      run(ending, handlers, { endpoint: 'http://127.0.0.1:9', limitMs: 400 }),
      run(ending, handlers, undefined),
    ]);
    expect([outcome(silent), outcome(absent)]).toEqual([outcome(untraced), outcome(untraced)]);
  });
});

// Whether something is unsent decides what is left for the process to do once it has closed.
test.each([
  ['SIGTERM', 'again', 51],
  ['SIGINT', 'again', 51],
  ['SIGTERM', 'again quietly', 50],
  ['SIGINT', 'again quietly', 50],
] as const)('an application that closes and sends itself %s %s ends by it', async (signal, handlers, spans) => {
  const [traced, untraced] = await Promise.all([
    run(signal, handlers, { endpoint: backend.baseUrl, limitMs: 20_000 }),
    run(signal, handlers, undefined),
  ]);
  expect(outcome(untraced)).toEqual({ code: null, signal });
  expect(outcome(traced)).toEqual({ code: null, signal });
  expect(backend.spans).toHaveLength(spans);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a program that leaves it to whoever else listens', async signal => {
  const [traced, untraced] = await Promise.all([
    run(signal, 'cleaning', { endpoint: backend.baseUrl, limitMs: 20_000 }),
    run(signal, 'cleaning', undefined),
  ]);
  expect(outcome(untraced)).toEqual({ code: null, signal });
  expect(outcome(traced)).toEqual({ code: null, signal });
  expect(backend.spans).toHaveLength(50);
});

test('a signal that comes before the application listens is told to it', async () => {
  const traced = await run('SIGTERM', 'late', { endpoint: backend.baseUrl, limitMs: 20_000 });
  expect(outcome(traced)).toEqual({ code: 7, signal: null });
  expect(backend.spans).toHaveLength(50);
});

test('a query whose error nobody hears ends the program', async () => {
  const [traced, untraced] = await Promise.all([
    new Child('unheard-error.ts', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl } }).ended(),
    new Child('unheard-error.ts', { isTraced: false }).ended(),
  ]);
  expect({ ...outcome(traced), stdout: traced.stdout }).toEqual({ ...outcome(untraced), stdout: '' });
  expect(backend.spans.map(({ name, status }) => [name, status])).toEqual([
    ['caller', 0],
    ['SELECT', 2],
  ]);
});

test('a second signal ends the process at once', async () => {
  backend.behaviour = 'silent';
  const child = new Child('ending.ts', {
    args: ['signal', 'none'],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl, TRACING_SHUTDOWN_LIMIT_MS: '60000' },
  });
  await child.printed(/ready/);
  child.kill('SIGTERM');
  await new Promise(resolve => setTimeout(resolve, 100));
  child.kill('SIGTERM');
  expect(outcome(await child.ended(5_000))).toEqual({ code: null, signal: 'SIGTERM' });
});
