import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BehaviorSubject, connectable, of, range, throwError } from 'rxjs';
import { delay, map, take, tap } from 'rxjs/operators';
import { expectWellFormed, traceToMemory } from '../test/memory-tracing.ts';
import { addEvent, currentTraceId, executionTree, recordError, setAttributes, withSpan } from './index.ts';

const memory = traceToMemory({ rememberedSpans: 100 });
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

beforeEach(() => memory.reset());
afterAll(() => memory.tracing.shutdown());

test('the value of the function comes back, in the form it had', async () => {
  expect(withSpan('sync', () => 7)).toBe(7);
  await expect(withSpan('async', () => Promise.resolve(8))).resolves.toBe(8);
  expect(await memory.shapes()).toEqual(['sync', 'async']);
});

test('calls side by side are siblings, and each has its own children', async () => {
  await withSpan('parent', () =>
    Promise.all(
      ['a', 'b', 'c'].map(name =>
        withSpan(name, async () => {
          await pause(5);
          await withSpan(`${name}1`, () => pause(1));
        }),
      ),
    ),
  );
  expect(await memory.shapes()).toEqual(['parent [a [a1], b [b1], c [c1]]']);
  expectWellFormed(await memory.spans());
});

test('an exception is recorded once, where it was thrown, and fails every span it leaves', async () => {
  const error = Object.assign(new Error('out of stock'), { code: 'OutOfStock' });
  const failing = withSpan('outer', () =>
    withSpan('inner', async () => {
      await pause(1);
      throw error;
    }),
  );
  await expect(failing).rejects.toBe(error);
  const spans = await memory.spans();
  expect(await memory.shapes()).toEqual(['outer! [inner!]']);
  expect(spans.map(({ name, events }) => [name, events.length])).toEqual([
    ['inner', 1],
    ['outer', 0],
  ]);
  expect(spans[0]?.attributes).toMatchObject({ 'error.type': 'OutOfStock' });
  expect(spans[0]?.events[0]?.attributes).toMatchObject({
    'exception.type': 'OutOfStock',
    'exception.message': 'out of stock',
    'exception.stacktrace': expect.stringContaining('with-span.test.ts'),
  });
});

test('an error that several requests share is recorded in each of their traces, once', async () => {
  const shared = new Error('pool is closed');
  const waiting = Promise.reject(shared);
  const request = (n: number) =>
    withSpan(`outer ${n}`, { isRoot: true }, () => withSpan(`inner ${n}`, () => waiting)).catch(() => undefined);
  await Promise.all([request(1), request(2)]);
  for (let i = 0; i < 1_000; i++) await request(3);
  const spans = await memory.spans();
  const recorded = spans.filter(({ events }) => events.length > 0).map(({ name }) => name);
  expect(recorded).toEqual(['inner 1', 'inner 2', ...Array.from({ length: 1_000 }, () => 'inner 3')]);
});

test('a thrown value that is no error keeps its identity', () => {
  expect(() =>
    withSpan('odd', () => {
      throw 'a string'; // eslint-disable-line @typescript-eslint/only-throw-error -- what some libraries do
    }),
  ).toThrow('a string');
});

test('attributes and events go to the innermost span', async () => {
  withSpan('outer', () => {
    withSpan('inner', { attributes: { given: true } }, () => {
      setAttributes({ 'order.id': 7 });
      addEvent('order.created', { 'order.id': 7 });
      recordError(new Error('soft'), { failsSpan: false });
    });
  });
  const [inner, outer] = await memory.spans();
  expect(inner?.attributes).toEqual({ given: true, 'order.id': 7 });
  expect(inner?.events.map(({ name }) => name)).toEqual(['order.created', 'exception']);
  expect(inner?.status.code).toBe(0);
  expect(outer?.events).toEqual([]);
});

test('a lazy thenable is left alone: awaiting it stays the only run', async () => {
  let runs = 0;
  const lazy = {
    then: (resolve: (value: number) => void) => {
      runs++;
      resolve(1);
    },
  };
  const result = withSpan('query builder', () => lazy);
  expect(result).toBe(lazy);
  expect(runs).toBe(0);
  await result;
  expect(runs).toBe(1);
});

describe('what is more than a promise or an Observable', () => {
  class OwnPromise<T> extends Promise<T> {
    isOwn = true;
  }
  test.each([
    ['with methods', () => Object.assign(Promise.resolve(1), { json: () => Promise.resolve({}) })],
    ['of a class of its own', () => OwnPromise.resolve(1)],
    ['of a value that changes', () => new BehaviorSubject(1)],
    ['of a stream to be connected', () => connectable(of(1))],
  ])('comes back as it is: one %s', async (_what, make) => {
    const made = make();
    expect(withSpan('made', () => made)).toBe(made);
    expect(await memory.shapes()).toEqual(['made']);
  });

  test('a promise that carries data carries it on, and its span ends with it', async () => {
    const child = { pid: 7 };
    const made = withSpan('run', () => Object.assign(pause(20), { child }));
    expect(made.child).toBe(child);
    expect(await memory.shapes()).toEqual([]);
    await made;
    expect(await memory.shapes()).toEqual(['run']);
  });

  test('what is piped from a value that changes is a stream, and ends its span', async () => {
    const subject = new BehaviorSubject(1);
    const seen: number[] = [];
    withSpan('doubled', () => subject.pipe(map(value => value * 2))).subscribe(value => seen.push(value));
    expect(await memory.shapes()).toEqual([]);
    subject.complete();
    expect(seen).toEqual([2]);
    expect(await memory.shapes()).toEqual(['doubled']);
  });
});

describe('an Observable', () => {
  test('ends its span with the stream, not with the call', async () => {
    const stream = withSpan('stream', () => of(1, 2).pipe(delay(20)));
    expect(await memory.shapes()).toEqual([]);
    const values: number[] = [];
    await new Promise<void>(resolve => {
      stream.subscribe({ next: value => values.push(value), complete: resolve });
    });
    expect(values).toEqual([1, 2]);
    const [span] = await memory.spans();
    expect(span?.duration[1]).toBeGreaterThan(15_000_000);
  });

  test('fails its span, and ends it when the subscriber leaves', async () => {
    withSpan('failing', () => throwError(() => new Error('stream'))).subscribe({ error: () => undefined });
    withSpan('left', () => of(1).pipe(delay(1_000)))
      .subscribe()
      .unsubscribe();
    expect(await memory.shapes()).toEqual(['failing!', 'left']);
  });

  test('that never pauses stops where its subscriber has enough', async () => {
    let made = 0;
    const seen: number[] = [];
    const counted = range(0, 100).pipe(tap(() => made++));
    withSpan('endless', () => counted)
      .pipe(take(2))
      .subscribe(value => seen.push(value));
    expect({ made, seen }).toEqual({ made: 2, seen: [0, 1] });
    expect(await memory.shapes()).toEqual(['endless']);
  });
});

test('background work keeps the trace of the request that started it', async () => {
  let later: Promise<string | undefined> | undefined;
  const traceId = withSpan('request', () => {
    later = pause(10).then(() => withSpan('late', () => currentTraceId()));
    return currentTraceId();
  });
  await expect(later).resolves.toBe(traceId);
  const [root] = executionTree(traceId)?.roots ?? [];
  expect(root?.children).toMatchObject([{ name: 'late', state: 'late', order: 2 }]);
});

test('isRoot starts a trace of its own', async () => {
  withSpan('request', () => {
    withSpan('job', { isRoot: true }, () => undefined);
  });
  expect((await memory.shapes()).toSorted()).toEqual(['job', 'request']);
});
