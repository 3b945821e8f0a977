// What one @Span call costs: bare, with the API's startActiveSpan, with @Span, with withSpan, and with tracing never started.
//
//     node --conditions=@tracelab/source bench/span-call.bench.ts [rounds]
import { trace } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { Span, startTracing, withSpan } from '@tracelab/tracing';

const rounds = Number(process.argv[2] ?? 9);
const calls = 50_000;

class Work {
  done = 0;

  bare(): number {
    return ++this.done;
  }

  spanned(): number {
    return ++this.done;
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Work.prototype, 'spanned') as TypedPropertyDescriptor<() => number>;
Span('work')(Work.prototype, 'spanned', descriptor);
Object.defineProperty(Work.prototype, 'spanned', descriptor);

const work = new Work();
const cases: Readonly<Record<string, () => void>> = {
  'bare call': () => work.bare(),
  'bare startActiveSpan': () => {
    trace.getTracer('bench').startActiveSpan('work', span => {
      work.bare();
      span.end();
    });
  },
  withSpan: () => {
    withSpan('work', () => work.bare());
  },
  '@Span': () => work.spanned(),
};

async function nsPerCall(fn: () => void): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) {
    fn();
    // Lets the queue hand on what it has, as a process does between two requests.
    if (i % 500 === 499) await new Promise(resolve => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1e3) / calls;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function measure(): Promise<ReadonlyMap<string, number>> {
  const results = new Map<string, number[]>(Object.keys(cases).map(name => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, fn] of Object.entries(cases)) {
      const ns = await nsPerCall(fn);
      // The first two are for the compiler.
      if (round >= 0) results.get(name)?.push(ns);
    }
  }
  return new Map([...results].map(([name, values]) => [name, median(values)]));
}

const off = await measure();
// Takes the spans and forgets them: the cost of sending is the other benchmark's subject.
const forgetting: SpanExporter = {
  export: (_spans, done) => {
    done({ code: ExportResultCode.SUCCESS });
  },
  shutdown: () => Promise.resolve(),
};
startTracing({ serviceName: 'bench', exporter: forgetting, clients: [], handlesProcessEnd: false, metrics: false });
const on = await measure();

const rows = Object.keys(cases).map(name => [
  name,
  (off.get(name) ?? NaN).toFixed(0),
  (on.get(name) ?? NaN).toFixed(0),
]);
const table = [['call', 'tracing off, ns', 'tracing on, ns'], ['---', '---:', '---:'], ...rows];
process.stdout.write(`${table.map(row => `| ${row.join(' | ')} |`).join('\n')}\n`);
process.exit();
