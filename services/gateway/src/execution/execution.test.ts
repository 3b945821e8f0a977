// Random programs of decorated functions against a reference interpreter that keeps its own tree by passing it along.
import { afterAll, describe, expect, test } from '@jest/globals';
import { recordExecution, Span, startTracing } from '@tracelab/tracing';
import fc from 'fast-check';
import { type DescribedCall, describedCalls } from './described-calls.ts';

const tracing = startTracing({
  serviceName: 'test',
  exporter: {
    export: (_spans, done) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- success; services know no OpenTelemetry
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  },
  handlesProcessEnd: false,
  metrics: false,
});
afterAll(() => tracing.shutdown());

/** A function: how it is written, what it calls and how, and whether it fails in the end (and its caller goes on). */
interface Program {
  readonly kind: 'sync' | 'async' | 'generator' | 'asyncGenerator';
  readonly calls: readonly Program[];
  readonly isParallel: boolean;
  readonly ticks: number;
  readonly fails: boolean;
}

interface Call {
  readonly name: string;
  readonly failed: boolean;
  readonly children: readonly Call[];
}

const { program } = fc.letrec<{ program: Program }>(tie => ({
  program: fc.record({
    kind: fc.constantFrom('sync', 'async', 'generator', 'asyncGenerator'),
    calls: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constant([]),
      fc.array(tie('program'), { maxLength: 4, depthIdentifier: 'calls' }),
    ),
    isParallel: fc.boolean(),
    ticks: fc.nat({ max: 3 }),
    fails: fc.boolean(),
  }),
}));

class Failed extends Error {}

const pause = async (ticks: number) => {
  for (let i = 0; i < ticks; i++) await new Promise<void>(resolve => setImmediate(resolve));
};

/** Names programs by their place, so that equal names mean the same call. */
const nameOf = (path: readonly number[]) => `f${path.join('.')}`;

// A class made for each function, since the decorator is for methods.
function decorated(name: string, body: (this: unknown) => unknown): () => unknown {
  const descriptor: TypedPropertyDescriptor<() => unknown> = { value: body, writable: true, configurable: true };
  Span(name, { description: name })(Object, name, descriptor);
  return descriptor.value as () => unknown;
}

async function callAll(program: Program, path: readonly number[]): Promise<void> {
  const calls = program.calls.map((each, i) => () => run(each, [...path, i]).catch(() => undefined));
  if (program.isParallel) await Promise.all(calls.map(call => call()));
  else for (const call of calls) await call();
}

/** Runs the program with every function decorated. */
async function run(program: Program, path: readonly number[]): Promise<void> {
  const name = nameOf(path);
  const finish = () => {
    if (program.fails) throw new Failed(name);
  };
  switch (program.kind) {
    case 'sync':
      decorated(name, finish)();
      return;
    case 'generator': {
      const generator = decorated(name, function* () {
        yield 1;
        finish();
      });
      Array.from(generator() as Iterable<number>);
      return;
    }
    case 'asyncGenerator': {
      const generator = decorated(name, async function* () {
        await pause(program.ticks);
        yield 1;
        await callAll(program, path);
        finish();
      });
      for await (const ticks of generator() as AsyncIterable<number>) await pause(ticks);
      return;
    }
    case 'async':
      await decorated(name, async () => {
        await pause(program.ticks);
        await callAll(program, path);
        finish();
      })();
  }
}

/** What the program does, read off its text: sync functions call nobody. */
function interpret(program: Program, path: readonly number[] = [0]): Call {
  const isCaller = program.kind === 'async' || program.kind === 'asyncGenerator';
  const children = isCaller ? program.calls.map((each, i) => interpret(each, [...path, i])) : [];
  return { name: nameOf(path), failed: program.fails, children };
}

const byName = (a: Call, b: Call) => a.name.localeCompare(b.name);
const callOf = ({ node, children }: DescribedCall): Call => ({
  name: node.name,
  failed: node.error !== undefined,
  children: children.map(callOf).sort(byName),
});
const sorted = ({ children, ...call }: Call): Call => ({ ...call, children: children.map(sorted).sort(byName) });

const record = (one: Program) =>
  recordExecution(async recorded => {
    await run(one, [0]).catch(() => undefined);
    return describedCalls(recorded()?.roots ?? []);
  });

const flat = (calls: readonly DescribedCall[]): DescribedCall[] =>
  calls.flatMap(call => [call, ...flat(call.children)]);

describe('random programs', () => {
  test('give the tree that a reference interpreter gives, with an order for each call and a time', async () => {
    await fc.assert(
      fc.asyncProperty(program, async one => {
        const calls = await record(one);
        expect(calls.map(callOf)).toEqual([sorted(interpret(one))]);
        const all = flat(calls);
        expect(all.map(({ order }) => order).sort((a, b) => a - b)).toEqual(all.map((_, i) => i + 1));
        expect(all.every(({ node, children }) => children.every(child => child.node.order > node.order))).toBe(true);
        expect(all.every(({ node }) => node.state === 'finished' && (node.durationMs ?? -1) >= 0)).toBe(true);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('run at the same time without mixing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(program, { minLength: 2, maxLength: 8 }), async programs => {
        const trees = await Promise.all(programs.map(record));
        trees.forEach((calls, i) => {
          expect(calls.map(callOf)).toEqual([sorted(interpret(programs[i] as Program))]);
        });
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});

test('work that outlives its caller is marked as running, and later as late', async () => {
  const gate = Promise.withResolvers<undefined>();
  let background: Promise<unknown> = Promise.resolve();
  await recordExecution(async recorded => {
    const detached = decorated('detached', () => gate.promise) as () => Promise<unknown>;
    await (decorated('caller', async () => {
      background = detached();
      await pause(1);
    })() as Promise<void>);
    const states = () =>
      describedCalls(recorded()?.roots ?? [])
        .flatMap(call => flat([call]))
        .map(({ node }) => node.state);
    expect(states()).toEqual(['finished', 'running']);
    gate.resolve(undefined);
    await background;
    expect(states()).toEqual(['finished', 'late']);
  });
});
