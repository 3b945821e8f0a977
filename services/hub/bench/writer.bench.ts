// What a span costs the writer, alone in one thread, to be run with --cpu-prof: node --conditions=@tracelab/source bench/writer.bench.ts
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkTraces } from '../src/otlp/check-traces.ts';
import { StoreWriter } from '../src/store/sqlite/store-writer.ts';
import { TraceTemplate } from './trace-template.ts';

const ROUNDS = 600;
const COMMIT_EVERY = 5;
const MB = 1024 ** 2;

const directory = await mkdtemp(join(tmpdir(), 'hub-writer-'));
const templates = Array.from(
  { length: 40 },
  (_, seed) => new TraceTemplate({ traceCount: 50, spansPerTrace: 10, seed }),
);
const writer = new StoreWriter({ directory, memoryBytes: 256 * MB, diskBytes: 4096 * MB });
const spent = { check: 0, write: 0, commit: 0 };
let spans = 0;

function timed(step: keyof typeof spent, run: () => void): void {
  const { user, system } = process.cpuUsage();
  run();
  const after = process.cpuUsage();
  spent[step] += after.user - user + after.system - system;
}

for (let round = 0; round < ROUNDS; round++) {
  const template = templates[round % templates.length] as TraceTemplate;
  template.stamp(BigInt(Date.now()) * 1_000_000n);
  const bytes = Buffer.from(template.bytes);
  timed('check', () => checkTraces(bytes));
  const { batch } = checkTraces(bytes);
  timed('write', () => writer.write(batch));
  spans += template.spanCount;
  if (round % COMMIT_EVERY === 0) {
    timed('commit', () => {
      writer.commit();
    });
  }
}
writer.commit();
for (const [step, micros] of Object.entries(spent)) {
  process.stdout.write(`${step.padEnd(8)}${(micros / spans).toFixed(2)} µs of CPU a span\n`);
}
writer.close();
await rm(directory, { recursive: true });
