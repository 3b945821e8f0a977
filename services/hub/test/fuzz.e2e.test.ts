import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { checkTraces } from '../src/otlp/check-traces.ts';
import { decodeBatch } from '../src/otlp/decode-span.ts';
import { protobufFromJson } from '../src/otlp/json-to-protobuf.ts';
import { MalformedPayload } from '../src/otlp/malformed-payload.ts';
import type { TraceBatch } from '../src/otlp/trace-batch.ts';
import { faultOfAnswer, PayloadMutator } from './mutate-payload.ts';
import { startTestHub } from './start-test-hub.ts';

test('10,000 hostile bodies are refused as malformed, or what is left of them can be decoded', () => {
  const mutator = new PayloadMutator(1);
  let decoded = 0;
  for (let count = 0; count < 10_000; count++) {
    const { body, headers } = mutator.next();
    if (headers['content-encoding'] !== undefined) continue;
    const bytes = Buffer.from(body);
    let batch: TraceBatch;
    try {
      batch = checkTraces(headers['content-type'] === 'application/json' ? protobufFromJson(bytes) : bytes).batch;
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedPayload);
      continue;
    }
    // Past the check nothing may throw: the threads behind it trust what it let through.
    decoded += decodeBatch(batch).length;
  }
  expect(decoded).toBeGreaterThan(0);
  expect(({} as { x?: number }).x).toBeUndefined();
}, 60_000);

test('the hub answers 1,500 hostile bodies and zip bombs with a 4xx or a success, and is well afterwards', async () => {
  const hub = await startTestHub({ acknowledge: 'memory', maxDecompressedBytes: 4 * 1024 * 1024 });
  const mutator = new PayloadMutator(2);
  const bomb = {
    body: gzipSync(Buffer.alloc(32 * 1024 * 1024)),
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
  };
  for (let round = 0; round < 100; round++) {
    const payloads = [...Array.from({ length: 15 }, () => mutator.next()), ...(round % 10 === 0 ? [bomb] : [])];
    const statuses = await Promise.all(
      payloads.map(async ({ body, headers }) => {
        // A busy machine may ask to come back later; that is no answer to the body.
        for (;;) {
          const answer = await hub.post('/v1/traces', body, headers);
          await answer.arrayBuffer();
          if (answer.status !== 503) return answer.status;
          await sleep(50);
        }
      }),
    );
    expect(statuses.map(faultOfAnswer).filter(fault => fault !== undefined)).toEqual([]);
  }
  expect((await hub.get('/health')).status).toBe(200);
  expect((await hub.hub.store.statistics()).unstorableCount).toBe(0);
  expect((await hub.get('/api/hub/search?text=v')).status).toBe(200);
  await hub.close();
}, 60_000);
