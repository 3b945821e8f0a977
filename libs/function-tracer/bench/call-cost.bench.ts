// What a call costs: plain, rewritten with tracing off, on with names and times, on with arguments; sync and async.
// The application's thread's own CPU time counts: the writer works beside it. The sides take turns in short rounds; each round's events are written before the next one begins.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { runInThisContext } from 'node:vm';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyEdits, planRewrite } from '@tracelab/function-tracer/rewrite';
import { startTracing, stopTracing } from '@tracelab/function-tracer';
import { runtime } from '../src/runtime/global-runtime.ts';

const CALLS = 20_000;
const ROUNDS = 25;

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
  return applyEdits(SOURCE, only, index => String(first + index));
}

const SIDES = ['plain', 'off', 'on', 'args'] as const;
type Side = (typeof SIDES)[number];

async function measure(kind: 'sync' | 'async', works: Readonly<Record<Side, Work>>): Promise<Record<Side, number>> {
  const times: Record<Side, number[]> = { plain: [], off: [], on: [], args: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of SIDES) {
      if (side === 'plain' || side === 'off') runtime.pause();
      else runtime.on = side === 'on' ? 1 : 2;
      const before = process.threadCpuUsage();
      await works[side][kind](CALLS);
      const { user, system } = process.threadCpuUsage(before);
      times[side].push(((user + system) * 1000) / CALLS);
      runtime.pause();
      if (side === 'on' || side === 'args') await sleep(60);
    }
  }
  const median = (values: number[]) => values.slice(5).sort((a, b) => a - b)[Math.floor((values.length - 5) / 2)] ?? 0;
  return { plain: median(times.plain), off: median(times.off), on: median(times.on), args: median(times.args) };
}

startTracing({
  logfile: join(mkdtempSync(join(tmpdir(), 'bench-')), 'flow.jsonl'),
  bufferBytes: 64 * 1024 * 1024,
  aggregateHot: false,
  http: false,
});
const [plain, edited] = [compile(SOURCE), rewritten()];
const works = { plain, off: compile(edited), on: compile(edited), args: compile(edited) };
for (const kind of ['sync', 'async'] as const) {
  const { plain: base, off, on, args } = await measure(kind, works);
  const over = (value: number) => `${(value - base).toFixed(1)} ns`;
  process.stdout.write(
    `${kind}: plain ${base.toFixed(1)} ns a call; off +${over(off)}, on +${over(on)}, with arguments +${over(args)}\n`,
  );
}
stopTracing();
