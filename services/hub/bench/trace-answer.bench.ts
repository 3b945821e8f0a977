// What a trace of 5,000 spans costs on its way out: node --conditions=@tracelab/source bench/trace-answer.bench.ts
import { JsonBytes, writeOtlp } from '@tracelab/trace-model';
import { stdout } from 'node:process';

import { checkTraces } from '../src/otlp/check-traces.ts';
import { BatchDecoder, decodeBatch } from '../src/otlp/decode-span.ts';
import { envelopeOfTraces, PART_BYTES } from '../src/query/query-answers.ts';
import { ToldSpans } from '../src/query/told-spans.ts';
import { TraceTemplate } from './trace-template.ts';

const ROUNDS = 60;

const template = new TraceTemplate({ traceCount: 1, spansPerTrace: 5000, seed: 3 });
const traceId = template.stamp(BigInt(Date.now()) * 1_000_000n);
const { batch } = checkTraces(Buffer.from(template.bytes));
const times = new Map<string, number[]>();
const cpu = new Map<string, number>();

for (let round = 0; round < ROUNDS; round++) {
  timed('heads alone', () => new BatchDecoder(batch).heads());
  timed('decoding alone', () => decodeBatch(batch));
  timed('all of v3', () => {
    const json = new JsonBytes();
    taken(json, writeOtlp(json, new ToldSpans(batch, false)));
  });
  timed('all of v1', () => {
    const spans = new ToldSpans(batch, false).byStart();
    const json = new JsonBytes();
    taken(json, envelopeOfTraces([{ traceId, spans }])(json));
  });
}
for (const [name, own] of times) {
  own.sort((left, right) => left - right);
  const at = (quantile: number) => (own[Math.floor(quantile * own.length)] ?? 0).toFixed(1).padStart(5);
  const cpuMs = ((cpu.get(name) ?? 0) / ROUNDS).toFixed(1).padStart(5);
  stdout.write(`${name.padEnd(16)} p10 ${at(0.1)} ms   p50 ${at(0.5)} ms   CPU ${cpuMs} ms\n`);
}

function taken(json: JsonBytes, steps: Iterator<void>): void {
  while (steps.next().done !== true) if (json.length > PART_BYTES) json.take();
}

function timed(name: string, step: () => unknown): void {
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  step();
  const known = times.get(name) ?? [];
  times.set(name, known);
  known.push(performance.now() - startedMs);
  const { user, system } = process.cpuUsage(before);
  cpu.set(name, (cpu.get(name) ?? 0) + (user + system) / 1000);
}
