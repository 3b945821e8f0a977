// What a call costs: plain, rewritten with tracing off, on with names and times, on with arguments; sync and async.
// The sides take turns in rounds of a millisecond or two, too short for most to be interrupted on a busy machine, and the
// median of hundreds of them counts: a thread's CPU time is told in steps longer than that. The writer works beside it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { runInThisContext } from 'node:vm';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyEdits, numberFunctions, planRewrite } from '@tracelab/function-tracer/rewrite';
import { startTracing, stopTracing } from '@tracelab/function-tracer';
import { runtime } from '../src/runtime/global-runtime.ts';

const CALLS = 5_000;
const ROUNDS = 240;
const WARM_UP_ROUNDS = 40;
const ROUNDS_BETWEEN_RESTS = 20;

const SOURCE = `
function add(order, quantity) { const total = order.price * quantity; return total > 100 ? total - 1 : total; }
async function addLater(order, quantity) { await null; return order.price * quantity; }
return {
  sync(calls) { let sum = 0; const order = { id: 7, price: 3, name: 'book' }; for (let i = 0; i < calls; i++) sum += add(order, i); return sum; },
  async async(calls) { let sum = 0; const order = { id: 7, price: 3, name: 'book' }; for (let i = 0; i < calls; i++) sum += await addLater(order, i); return sum; },
};`;

interface Work {
  sync(calls: number): number;
  async(calls: number): Promise<number>;
}

function compile(source: string): Work {
  // The functions that do the calling are not what is measured.
  return runInThisContext(`(() => {${source}})()`) as Work;
}

function rewritten(): string {
  const plan = planRewrite('bench.js', SOURCE, 'commonjs');
  const only = plan.edits.filter(({ at }) => at < SOURCE.indexOf('return {'));
  const first = runtime.functions.add(
    plan.functions
      .slice(0, 2)
      .map(({ name, line, isAsync }) => ({ module: 'bench', owner: undefined, name, line, isAsync })),
  );
  return numberFunctions(applyEdits(SOURCE, only), first);
}

type Kind = 'sync' | 'async';
type Side = 'plain' | 'off' | 'on';

const original = compile(SOURCE);
const edited = rewritten();

/** Nanoseconds of a call, by side, in a session of its own: what is written of a call is the session's to say. */
async function measure(kind: Kind, captureArgs: boolean): Promise<Record<Side, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'call-cost-'));
  const logfile = join(folder, 'flow.jsonl');
  startTracing({ logfile, captureArgs, bufferBytes: 64 * 1024 * 1024, aggregateHot: false, http: false });
  const works: Record<Side, Work> = { plain: original, off: compile(edited), on: compile(edited) };
  const times: Record<Side, number[]> = { plain: [], off: [], on: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of ['plain', 'off', 'on'] as const) {
      if (side === 'on') runtime.resume();
      else runtime.pause();
      const before = performance.now();
      await works[side][kind](CALLS);
      times[side].push(((performance.now() - before) * 1e6) / CALLS);
    }
    runtime.pause();
    if (round % ROUNDS_BETWEEN_RESTS === 0) await sleep(20);
  }
  stopTracing();
  // Up to two gigabytes.
  rmSync(folder, { recursive: true });
  return { plain: median(times.plain), off: median(times.off), on: median(times.on) };
}

function median(values: readonly number[]): number {
  const counted = values.slice(WARM_UP_ROUNDS).toSorted((a, b) => a - b);
  return counted[Math.floor(counted.length / 2)] ?? 0;
}

for (const kind of ['sync', 'async'] as const) {
  const times = await measure(kind, false);
  const withArguments = await measure(kind, true);
  const over = (value: number) => `+${value.toFixed(1)} ns`;
  process.stdout.write(
    `${kind}: plain ${times.plain.toFixed(1)} ns a call; off ${over(times.off - times.plain)}, ` +
      `on ${over(times.on - times.plain)}, with arguments ${over(withArguments.on - withArguments.plain)}\n`,
  );
}
