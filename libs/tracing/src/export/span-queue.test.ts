import { beforeEach, expect, test } from '@jest/globals';
import { ExportResultCode } from '@opentelemetry/core';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Outlet } from './outlet.ts';
import { SpanQueue } from './span-queue.ts';

let batches: string[][];
let packed: string[];
let told: unknown[];
let queue: SpanQueue<string>;

const outlet: Outlet<string> = {
  pack: ({ name }) => {
    if (name === 'unwritable') throw new RangeError('too deep');
    packed.push(name);
    return name;
  },
  export: (spans, done) => {
    batches.push(spans);
    done({ code: ExportResultCode.SUCCESS });
  },
  bodyOf: () => undefined,
  contentType: '',
  shutdown: () => Promise.resolve(),
};

beforeEach(() => {
  batches = [];
  packed = [];
  told = [];
  const watcher = {
    exportFailed: (error: Error | undefined) => told.push(error?.message),
    exportSucceeded: () => undefined,
    spansDropped: () => told.push('dropped'),
  };
  queue = new SpanQueue(outlet, { capacity: 100, batchSize: 90, delayMs: 10_000 }, watcher);
});

function work(...names: string[]): void {
  const exporter = {
    export: (spans: ReadableSpan[]) => {
      for (const span of spans) queue.add(span);
    },
    shutdown: () => Promise.resolve(),
  };
  const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('test');
  for (const name of names) tracer.startSpan(name).end();
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => String(i));

test('a span that cannot be written is lost and counted, and what made it goes on', async () => {
  work('one', 'unwritable', 'two');
  await queue.forceFlush();
  expect(batches).toEqual([['one', 'two']]);
  expect(told).toEqual(['too deep']);
  expect(queue.stats).toMatchObject({ exported: 2, failed: 1, queued: 0 });
});

test('of those alone nothing is sent', async () => {
  work('unwritable');
  await queue.forceFlush();
  expect(batches).toEqual([]);
  expect(queue.stats).toMatchObject({ exported: 0, failed: 1, queued: 0 });
});

test('spans are written many at a time, and counted from their end', () => {
  work(...numbered(70));
  expect(packed).toHaveLength(64);
  expect(queue.stats.queued).toBe(70);
});

test('a full batch goes at once, written or not', async () => {
  work(...numbered(90));
  expect(batches).toEqual([numbered(90)]);
  await queue.forceFlush();
  expect(queue.stats).toMatchObject({ exported: 90, queued: 0 });
});

test('what is taken unsent has the latest spans too, in the order of their ends', () => {
  work(...numbered(70));
  expect(queue.takeUnsent()).toEqual(numbered(70));
  expect(queue.stats.queued).toBe(0);
});

test('the queue is full by all that wait in it', () => {
  queue = new SpanQueue(
    outlet,
    { capacity: 3, batchSize: 90, delayMs: 10_000 },
    { exportFailed: () => undefined, exportSucceeded: () => undefined, spansDropped: () => told.push('dropped') },
  );
  work(...numbered(5));
  expect(queue.stats).toMatchObject({ queued: 3, dropped: 2 });
  expect(told).toEqual(['dropped', 'dropped']);
});
