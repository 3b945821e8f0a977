import { afterAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { traceToMemory } from '../test/memory-tracing.ts';
import { counter, histogram, metricsText, withSpan } from './index.ts';

// Made before the start, as a module's constants are.
const orders = counter('orders.created', { description: 'Orders created.', unit: '{order}' });
const amounts = histogram('order.amount', { unit: 'USD' });
const memory = traceToMemory({ clients: [] });
afterAll(() => memory.tracing.shutdown());

test('business metrics are in the text, with their attributes', async () => {
  orders.add();
  orders.add(2, { kind: 'express' });
  amounts.record(12.5);
  const text = await metricsText();
  expect(text).toMatch(/^# HELP orders_created_total Orders created\.$/m);
  expect(text).toMatch(/^orders_created_total\{[^}]*kind="express"[^}]*\} 2$/m);
  expect(text).toMatch(/^order_amount_count\S* 1$/m);
});

test('a delay of the event loop is told, however soon after a look at the metrics, and without the interval', async () => {
  await metricsText();
  await sleep(250);
  expect(delayOf(await metricsText(), 'min')).toBeLessThan(0.09);
  const until = performance.now() + 400;
  while (performance.now() < until);
  await sleep(10);
  const after = await metricsText();
  expect(delayOf(after, 'max')).toBeGreaterThan(0.25);
  expect(after.match(/^nodejs_eventloop_delay_max/gm)).toHaveLength(1);
});

function delayOf(text: string, figure: string): number {
  return Number(new RegExp(`^nodejs_eventloop_delay_${figure}\\S* (.+)$`, 'm').exec(text)?.[1]);
}

test('so are the runtime and the health of the export', async () => {
  withSpan('work', () => undefined);
  await memory.tracing.flush();
  const text = await metricsText();
  expect(text).toMatch(/^v8js_memory_heap_used\S* \d/m);
  expect(text).toMatch(/^otel_sdk_processor_span_queue_size\S* 0$/m);
  expect(text).toMatch(/^otel_sdk_processor_span_queue_capacity\S* 2048$/m);
  expect(text).toMatch(/^otel_sdk_exporter_span_exported_total\{otel_component_type="\w+"[^}]*\} 1$/m);
  expect(text).toMatch(/^otel_sdk_exporter_span_exported_total\{[^}]*error_type="queue_full"[^}]*\} 0$/m);
});
