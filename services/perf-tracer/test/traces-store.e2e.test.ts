// One suite for both stores: they answer the same.
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseUrl } from '@tracelab/test-stack';
import { Clock } from '../src/traces/clock.ts';
import { MemoryStore } from '../src/traces/memory.store.ts';
import { openTracesStore } from '../src/traces/open-traces-store.ts';
import { addSteps, end, type FinishedTrace, startedAt, type TraceName } from '../src/traces/trace.ts';
import { TraceFullError } from '../src/traces/traces.errors.ts';
import type { TracesStore } from '../src/traces/traces.store.ts';

const limits = { memoryLimitBytes: 50_000_000, tracesPerTag: 3 };
const clock = new Clock();
const step = (name: string, isTracked = true) => ({ name, isTracked, ageNs: 0n });
const named = (tag: string, id: string | null = null): TraceName => ({ tag, id });

const open: Record<string, () => Promise<TracesStore>> = {
  memory: () => openTracesStore({ ...limits, databaseUrl: undefined }),
  Postgres: async () => openTracesStore({ ...limits, databaseUrl: await databaseUrl('traces') }),
};

describe.each(Object.keys(open))('%s', kind => {
  let store: TracesStore;
  beforeAll(async () => {
    store = await (open[kind] as () => Promise<TracesStore>)();
  });
  afterAll(() => store.close());

  const start = (name: TraceName) => store.start(startedAt(name, clock.now()));
  const add = (name: TraceName, ...steps: string[]) =>
    store.advance(name, trace =>
      addSteps(
        trace,
        steps.map(each => step(each)),
        clock.now(),
      ),
    );
  const finish = (name: TraceName) => store.advance(name, trace => end(trace, clock.now()));
  const finished = async (tag: string) => (await Readable.from(await store.finished(tag)).toArray()) as FinishedTrace[];
  const run = async (name: TraceName) => {
    await start(name);
    return finish(name);
  };

  test('keeps what a trace is made of, whatever characters its names have', async () => {
    const odd = named('a/b?c=%2F#\0"\\\u{1F600}\uD800', "'; drop table traces --");
    await start(odd);
    await add(odd, 'one\0', 'two');
    const ended = await finish(odd);
    const [kept, ...others] = await finished(odd.tag);
    expect(others).toEqual([]);
    expect(kept).toEqual(ended?.finished);
    expect(kept?.steps.map(({ name }) => name)).toEqual(['one\0', 'two']);
    expect(await store.tags()).toContain(odd.tag);
  });

  test('tells when a start replaces a trace, whose steps are gone', async () => {
    const name = named('replaced');
    expect(await start(name)).toBe(false);
    await add(name, 'lost');
    expect(await start(name)).toBe(true);
    expect((await finish(name))?.finished?.steps).toEqual([]);
  });

  test('runs several traces of one tag side by side, and files them under the tag in the order of completion', async () => {
    for (const id of ['first', 'second', null]) await start(named('side', id));
    for (const id of ['second', null, 'first']) await finish(named('side', id));
    expect((await finished('side')).map(({ id }) => id)).toEqual(['second', null, 'first']);
  });

  test('a trace that ended, was dropped or never began is not found', async () => {
    await run(named('over'));
    await start(named('dropped'));
    await store.drop(named('dropped'));
    for (const tag of ['over', 'dropped', 'never']) expect(await add(named(tag), 'x')).toBeUndefined();
  });

  test('a refused operation changes nothing', async () => {
    const name = named('full');
    await start(name);
    await add(name, 'kept');
    const refused = store.advance(name, () => {
      throw new TraceFullError(1);
    });
    await expect(refused).rejects.toThrow(TraceFullError);
    expect((await finish(name))?.finished?.steps.map(each => each.name)).toEqual(['kept']);
  });

  test('keeps concurrent steps of one trace all, once, in the order in which they came', async () => {
    const name = named('crowded');
    await start(name);
    const names = Array.from({ length: 200 }, (_, i) => `step ${i}`);
    await Promise.all(names.map(each => add(name, each)));
    const { steps = [] } = (await finish(name))?.finished ?? {};
    expect(steps.map(each => each.name)).toEqual(names);
    expect(steps.every(({ durationNs }) => durationNs >= 0n)).toBe(true);
  });

  test('keeps so many traces of a tag, the latest', async () => {
    for (const id of ['1', '2', '3', '4', '5']) await run(named('bounded', id));
    expect((await finished('bounded')).map(({ id }) => id)).toEqual(['3', '4', '5']);
    await store.expire({ finishedTtlMs: 1e9, activeTtlMs: 1e9 });
    expect((await finished('bounded')).map(({ id }) => id)).toEqual(['3', '4', '5']);
  });

  test('names tags by their first completion, also when that trace is no longer kept', async () => {
    await run(named('elder'));
    await run(named('younger'));
    for (const id of ['a', 'b', 'c', 'd']) await run(named('elder', id));
    await store.expire({ finishedTtlMs: 1e9, activeTtlMs: 1e9 });
    const tags = await store.tags();
    expect(tags.indexOf('elder')).toBeLessThan(tags.indexOf('younger'));
    await store.deleteFinished('elder');
    expect(await store.tags()).not.toContain('elder');
  });

  test('deleting results leaves a running trace alone', async () => {
    await run(named('both'));
    await start(named('both'));
    await store.deleteFinished('both');
    expect(await finished('both')).toEqual([]);
    await finish(named('both'));
    expect(await finished('both')).toHaveLength(1);
  });

  test('lists what runs, oldest first', async () => {
    for (const id of ['x', 'y', 'z']) await start(named('listed', id));
    const listed = await store.running(2);
    expect(listed.map(({ id }) => id)).toEqual(['y', 'z']);
  });

  test('lets go what nobody touched for too long', async () => {
    await run(named('expiring'));
    await start(named('orphan'));
    await new Promise(resolve => setTimeout(resolve, 30));
    await store.expire({ finishedTtlMs: 20, activeTtlMs: 1e9 });
    expect(await finished('expiring')).toEqual([]);
    expect(await add(named('orphan'), 'still here')).toBeDefined();
    await new Promise(resolve => setTimeout(resolve, 30));
    await store.expire({ finishedTtlMs: 1e9, activeTtlMs: 20 });
    expect(await add(named('orphan'), 'gone')).toBeUndefined();
  });
});

describe('the bound of the memory', () => {
  const limitBytes = 200_000;

  test('holds for results: the oldest go first', async () => {
    const store = new MemoryStore({ limitBytes, tracesPerTag: 1_000_000 });
    for (let i = 0; i < 2_000; i++) {
      const name = named(`tag ${i % 7}`, String(i));
      await store.start(startedAt(name, clock.now()));
      await store.advance(name, trace => end(addSteps(trace, [step('x')], clock.now()).trace, clock.now()));
      expect(store.sizeBytes).toBeLessThanOrEqual(limitBytes);
    }
    const kept = (await Promise.all((await store.tags()).map(tag => store.finished(tag)))).flatMap(traces => [
      ...traces,
    ]);
    expect(kept.length).toBeGreaterThan(50);
    expect(Math.min(...kept.map(({ id }) => Number(id)))).toBe(2_000 - kept.length);
  });

  test('holds for traces that run: the idlest go, and one that is used stays', async () => {
    const store = new MemoryStore({ limitBytes: 2 * limitBytes, tracesPerTag: 10 });
    await store.start(startedAt(named('busy'), clock.now()));
    for (let i = 0; i < 1_000; i++) {
      await store.start(startedAt(named('orphan', String(i)), clock.now()));
      await store.advance(named('busy'), trace => addSteps(trace, [step('x')], clock.now()));
      expect(store.sizeBytes).toBeLessThanOrEqual(2 * limitBytes);
    }
    expect(await store.advance(named('orphan', '0'), trace => end(trace, clock.now()))).toBeUndefined();
    const busy = await store.advance(named('busy'), trace => end(trace, clock.now()));
    expect(busy?.finished?.steps).toHaveLength(1_000);
  });

  test('is empty when everything is gone', async () => {
    const store = new MemoryStore({ limitBytes, tracesPerTag: 10 });
    for (let i = 0; i < 20; i++) {
      await store.start(startedAt(named('a', String(i)), clock.now()));
      await store.advance(named('a', String(i)), trace => end(trace, clock.now()));
      await store.start(startedAt(named('b', String(i)), clock.now()));
      await store.drop(named('b', String(i)));
    }
    await store.deleteFinished('a');
    expect(store.sizeBytes).toBe(0);
  });
});
