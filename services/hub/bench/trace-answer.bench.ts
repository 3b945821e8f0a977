// What a trace of 5,000 spans costs on its way out, step by step: node --conditions=@tracelab/source bench/trace-answer.bench.ts
import { otlpBytesOf } from '@tracelab/trace-model';
import { stdout } from 'node:process';

import { checkTraces } from '../src/otlp/check-traces.ts';
import { decodeBatch } from '../src/otlp/decode-span.ts';
import { adjustSpans } from '../src/query/adjust-spans.ts';
import { jaegerTrace } from '../src/query/jaeger-trace.ts';
import { TraceTemplate } from './trace-template.ts';

const ROUNDS = 60;

const template = new TraceTemplate({ traceCount: 1, spansPerTrace: 5000, seed: 3 });
template.stamp(BigInt(Date.now()) * 1_000_000n);
const { batch } = checkTraces(Buffer.from(template.bytes));
const times = new Map<string, number[]>();

for (let round = 0; round < ROUNDS; round++) {
  const spans = timed('decode', () => decodeBatch(batch));
  const adjusted = timed('adjust', () => adjustSpans(spans));
  timed('v3: to bytes', () => otlpBytesOf(adjusted));
  const trace = timed('v1: shape', () => jaegerTrace(adjusted));
  timed('v1: to bytes', () => Buffer.from(JSON.stringify(trace)));
}
for (const [name, own] of times) {
  own.sort((left, right) => left - right);
  stdout.write(`${name.padEnd(16)} median ${(own[own.length >> 1] ?? 0).toFixed(1).padStart(5)} ms\n`);
}

function timed<Result>(name: string, step: () => Result): Result {
  const startedMs = performance.now();
  const result = step();
  const known = times.get(name);
  if (known === undefined) times.set(name, [performance.now() - startedMs]);
  else known.push(performance.now() - startedMs);
  return result;
}
