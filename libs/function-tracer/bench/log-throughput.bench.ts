// How fast the log is written: events of one run, args and all, from the first call until the last line is on disk, with
// the writer thread and without it.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { startTracing, stopTracing } from '@tracelab/function-tracer';
import { applyEdits, numberFunctions, planRewrite } from '@tracelab/function-tracer/rewrite';
import { runtime } from '../src/runtime/global-runtime.ts';

const CALLS = 100_000;
const SOURCE = 'function add(order, quantity) { return order.price * quantity; }';

function rewritten(): (order: object, quantity: number) => number {
  const { edits, functions } = planRewrite('bench.js', SOURCE, 'commonjs');
  const first = runtime.functions.add(
    functions.map(({ name, line, isAsync }) => ({ module: 'bench', owner: undefined, name, line, isAsync })),
  );
  return runInThisContext(`(${numberFunctions(applyEdits(SOURCE, edits), first)})`) as never;
}

const add = rewritten();
for (const asyncLogging of [true, false, true, false]) {
  const folder = mkdtempSync(join(tmpdir(), 'throughput-'));
  const logfile = join(folder, 'flow.jsonl');
  startTracing({ logfile, asyncLogging, aggregateHot: false, http: false, whenFull: 'block' });
  const started = performance.now();
  for (let n = 0; n < CALLS; n++) add({ id: n, price: 3, name: 'book' }, n);
  const calledMs = performance.now() - started;
  stopTracing();
  const wholeMs = performance.now() - started;
  const lines = readFileSync(logfile, 'utf8').split('\n').length - 1;
  const megabytes = statSync(logfile).size / 1e6;
  rmSync(folder, { recursive: true });
  const way = asyncLogging ? 'writer thread' : 'synchronous';
  process.stdout.write(
    `${way}: ${lines} events, ${megabytes.toFixed(0)} MB; the program waited ${calledMs.toFixed(0)} ms, all written after ${wholeMs.toFixed(0)} ms: ${((lines / wholeMs) * 1000).toFixed(0)} events a second\n`,
  );
}
