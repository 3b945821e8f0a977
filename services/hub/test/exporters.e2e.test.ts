import { expect, test } from '@jest/globals';
import { type Span } from '@tracelab/trace-model';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { decodeBatch } from '../src/otlp/decode-span.ts';
import { startTestHub } from './start-test-hub.ts';

const run = promisify(execFile);
const SENDER = join(import.meta.dirname, 'fixtures/send-with-sdk.ts');

// The SDK runs in a process of its own, as it does for a user.
test('OpenTelemetry’s exporters deliver the same trace as JSON, as protobuf and compressed', async () => {
  const hub = await startTestHub();
  const delivered: Span[][] = [];
  for (const [protocol, compression] of [
    ['json', 'none'],
    ['json', 'gzip'],
    ['protobuf', 'none'],
    ['protobuf', 'gzip'],
  ] as const) {
    const { stdout } = await run(process.execPath, [SENDER, `${hub.hub.otlpUrl}/v1/traces`, protocol, compression]);
    const batch = await hub.hub.store.trace(stdout.trim());
    delivered.push(batch === undefined ? [] : decodeBatch(batch));
  }
  const [first = [], ...others] = delivered.map(withoutIds);
  expect(first).toHaveLength(2);
  expect(first.map(({ name, kind, status }) => [name, kind, status.code])).toEqual([
    ['GET /orders', 'server', 'unset'],
    ['charge', 'client', 'error'],
  ]);
  expect(first[0]?.attributes.find(({ key }) => key === 'ratio')?.value).toEqual({ type: 'double', value: 0.5 });
  for (const other of others) expect(other).toEqual(first);
  await hub.close();
}, 60_000);

/** Ids and the process id differ from run to run; all else is the same, times included. */
function withoutIds(spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return sorted.map(span => ({
    ...span,
    traceId: '',
    spanId: '',
    parentSpanId: span.parentSpanId === '' ? '' : 'parent',
    events: span.events.map(event => ({ ...event, timeNs: 0n })),
  }));
}
