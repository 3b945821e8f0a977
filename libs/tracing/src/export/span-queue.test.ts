import { expect, test } from '@jest/globals';
import { ExportResultCode } from '@opentelemetry/core';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Outlet } from './outlet.ts';
import { SpanQueue } from './span-queue.ts';

const outlet: Outlet<string> = {
  pack: ({ name }) => {
    if (name === 'unwritable') throw new RangeError('too deep');
    return name;
  },
  export: (spans, done) => {
    sent.push(...spans);
    done({ code: ExportResultCode.SUCCESS });
  },
  bodyOf: () => undefined,
  contentType: '',
  shutdown: () => Promise.resolve(),
};
const sent: string[] = [];

test('a span that cannot be written is lost and counted, and what made it goes on', async () => {
  const told: unknown[] = [];
  const watcher = {
    exportFailed: (error: Error | undefined) => told.push(error?.message),
    exportSucceeded: () => undefined,
    spansDropped: () => undefined,
  };
  const queue = new SpanQueue(outlet, { capacity: 10, batchSize: 5, delayMs: 10_000 }, watcher);
  const exporter = {
    export: (spans: ReadableSpan[]) => {
      for (const span of spans) queue.add(span);
    },
    shutdown: () => Promise.resolve(),
  };
  const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('test');
  for (const name of ['one', 'unwritable', 'two']) tracer.startSpan(name).end();
  await queue.forceFlush();
  expect(sent).toEqual(['one', 'two']);
  expect(told).toEqual(['too deep']);
  expect(queue.stats).toMatchObject({ exported: 2, failed: 1, queued: 0 });
});
