import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BehaviorSubject, firstValueFrom, interval, map, Observable, of, Subject, take, throwError } from 'rxjs';
import { initDecoratorLogger, stopTracing, trace, Trace, TraceClass } from '../index.ts';

let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
  log = join(folder, 'flow.jsonl');
  initDecoratorLogger({ logfile: log, asyncLogging: false });
});
afterEach(() => {
  stopTracing();
  rmSync(folder, { recursive: true });
});

function events(): Record<string, unknown>[] {
  return readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>);
}

const kinds = () => events().map(({ event, function: name }) => `${String(event)} ${String(name)}`);

test('a function keeps its name, length, properties, this and result', () => {
  const original = Object.assign(
    function scale(this: { k: number }, a: number, b = 1) {
      return a * this.k * b;
    },
    { extra: 1 },
  );
  const traced = trace(original);
  expect([traced.name, traced.length, traced.extra]).toEqual(['scale', 1, 1]);
  expect(traced.call({ k: 3 }, 2)).toBe(6);
  expect(kinds()).toEqual(['ENTER scale', 'EXIT scale']);
});

test('a constructor function may be given another prototype once it is traced', () => {
  const Dog = trace(function Dog(this: { name: string }, name: string) {
    this.name = name;
  });
  const prototype = { say: () => 'woof' };
  Reflect.set(Dog, 'prototype', prototype);
  const dog: unknown = Reflect.construct(Dog, ['rex']);
  expect(dog).toEqual({ name: 'rex' });
  expect(Object.getPrototypeOf(dog)).toBe(prototype);
});

test('a value is cut after as many characters as the settings say, by hand, too', () => {
  stopTracing();
  initDecoratorLogger({ logfile: log, asyncLogging: false, maxArgLength: 10 });
  trace((text: string) => text.repeat(2))('abcdefghij');
  expect(events().slice(-2)).toMatchObject([
    { args: JSON.stringify({ text: '"abcdefghi...' }) },
    { result: '"abcdefghi...' },
  ]);
});

test('arguments have the names of the parameters, the rest and the surplus too', () => {
  trace((a: number, { b }: { b: number }, ...rest: number[]) => a + b + rest.length)(1, { b: 2 }, 3, 4);
  const one: (...values: number[]) => number = trace((a: number) => a);
  one(1, 2);
  const args = events()
    .filter(({ event }) => event === 'ENTER')
    .map(event => JSON.parse(String(event['args'])) as unknown);
  expect(args).toEqual([
    { a: 1, arg1: { b: 2 }, rest: [3, 4] },
    { a: 1, '...': [2] },
  ]);
});

test('a class is still constructed, also by subclasses', () => {
  const Base = trace(
    class Base {
      constructor(readonly v: number) {}
    } as unknown as (...values: never[]) => unknown,
  ) as unknown as new (v: number) => { v: number };
  class Sub extends Base {}
  expect(new Sub(4)).toBeInstanceOf(Base);
  expect(new Sub(4).v).toBe(4);
});

test('an async function ends when its promise does, and not before', async () => {
  const slow = trace(async function slow(n: number) {
    await new Promise(resolve => setTimeout(resolve, 20));
    return n * 2;
  });
  await expect(slow(4)).resolves.toBe(8);
  const exit = events().find(({ event }) => event === 'EXIT');
  expect(exit).toMatchObject({ result: '8' });
  expect(Number(exit?.['durationMicros'])).toBeGreaterThan(15_000);
});

test('a rejection is an EXCEPTION and stays one', async () => {
  const fails = trace(async function fails() {
    await Promise.resolve();
    throw new RangeError('no');
  });
  await expect(fails()).rejects.toThrow('no');
  expect(events().at(-1)).toMatchObject({ event: 'EXCEPTION', exception: { type: 'RangeError', message: 'no' } });
});

test('what an async function calls after it waited is its child', async () => {
  const inner = trace(function inner() {
    return 1;
  });
  const outer = trace(async function outer() {
    await Promise.resolve();
    return inner();
  });
  await Promise.all([outer(), outer()]);
  const enters = events().filter(({ event }) => event === 'ENTER');
  const outers = enters.filter(({ function: name }) => name === 'outer').map(({ id }) => id);
  expect(enters.filter(({ function: name }) => name === 'inner').map(({ parentId }) => parentId)).toEqual(outers);
});

test('a generator is one call, from the first value to the last, and stays the same object', () => {
  const count = trace(function* count(n: number): Generator<number, string, unknown> {
    for (let i = 0; i < n; i++) yield i;
    return 'done';
  });
  const generator = count(3);
  expect(generator[Symbol.iterator]()).toBe(generator);
  expect([...generator]).toEqual([0, 1, 2]);
  expect(kinds()).toEqual(['ENTER count', 'EXIT count']);
  expect(events().at(-1)).toMatchObject({ result: '"done"' });
});

test('an async generator ends when its loop is left', async () => {
  const ticks = trace(async function* ticks() {
    let n = 0;
    for (;;) {
      await Promise.resolve();
      yield n++;
    }
  });
  for await (const n of ticks()) if (n === 2) break;
  expect(kinds()).toEqual(['ENTER ticks', 'EXIT ticks']);
});

test.each([
  ['completes', () => of(1, 2), 'EXIT'],
  ['fails', () => throwError(() => new Error('broken')), 'EXCEPTION'],
  ['is left', () => interval(1).pipe(take(1)), 'EXIT'],
] as const)('a call that returns an Observable ends when that %s', async (_how, make, end) => {
  const stream = trace(make);
  const seen = stream();
  expect(seen).toBeInstanceOf(Observable);
  expect(events()).toHaveLength(1);
  await firstValueFrom(seen.pipe(map(n => n * 2))).catch(() => undefined);
  expect(events().map(({ event }) => event)).toEqual(['ENTER', end]);
});

test('a subject that others hold is left as it is', () => {
  const subject = new Subject<number>();
  trace(() => subject)();
  expect(Object.keys(subject)).not.toContain('subscribe');
  expect(Object.hasOwn(subject, 'subscribe')).toBe(false);
});

test('a subject has all its values and subscribers', () => {
  const seen: string[] = [];
  const state = trace(() => new BehaviorSubject(1))();
  state.next(2);
  state.subscribe(value => seen.push(`a ${value}`));
  state.subscribe(value => seen.push(`b ${value}`));
  state.next(3);
  expect(seen).toEqual(['a 2', 'b 2', 'a 3', 'b 3']);
  expect(kinds().slice(-1)).toEqual(['EXIT <anonymous>']);
});

test('an Observable of another class is the very one', () => {
  class Counter extends Observable<number> {
    #count = 0;
    constructor() {
      super(subscriber => {
        subscriber.next(this.#count);
      });
    }
    increment(): void {
      this.#count++;
    }
  }
  const seen: number[] = [];
  const counter = trace(() => new Counter())();
  counter.increment();
  counter.subscribe(value => seen.push(value));
  expect(seen).toEqual([1]);
});

test('what only looks like an Observable is the very one', () => {
  class Store {
    readonly #value = 1;
    subscribe(): number {
      return this.#value;
    }
    pipe(): number {
      return this.#value;
    }
  }
  expect(trace(() => new Store())().pipe()).toBe(1);
});

test('an Observable is left by who leaves what is made of it, in time', () => {
  const heard: string[] = [];
  const ticks = trace(
    () =>
      new Observable<number>(subscriber => {
        for (let n = 0; n < 5 && !subscriber.closed; n++) {
          heard.push(`next ${n}`);
          subscriber.next(n);
        }
        return () => heard.push('left');
      }),
  );
  ticks()
    .pipe(take(2))
    .subscribe({ complete: () => heard.push('complete') });
  expect(heard).toEqual(['next 0', 'next 1', 'complete', 'left']);
  expect(kinds()).toEqual(['ENTER <anonymous>', 'EXIT <anonymous>']);
});

test("an observer's own methods are called on it", () => {
  class Sum {
    value = 0;
    next(value: number): void {
      this.value += value;
    }
  }
  const sum = new Sum();
  trace(() => of(1, 2))().subscribe(sum);
  expect(sum.value).toBe(3);
});

test('a promise keeps what else it has', async () => {
  const key = Symbol('key');
  const running = trace(() => Object.assign(Promise.resolve(1), { cancel: () => 'cancelled', [key]: 2 }))();
  expect([running.cancel(), running[key], await running]).toEqual(['cancelled', 2, 1]);
});

test('async functions and generators are still such to who asks', () => {
  const kindsOf = (fn: object) => [Object.prototype.toString.call(fn), fn.constructor.name, 'prototype' in fn];
  const functions = [
    async () => Promise.resolve(1),
    () => 1,
    function* count() {
      yield 1;
    },
    async function* wait() {
      yield await Promise.resolve(1);
    },
  ];
  for (const fn of functions) expect(kindsOf(trace(fn))).toEqual(kindsOf(fn));
});

test('only what could be constructed before can be', () => {
  class Shop {
    readonly isOpen = true;
  }
  expect(Reflect.construct(trace(Shop.bind(null)), [])).toEqual({ isOpen: true });
  expect(() =>
    Reflect.construct(
      trace(() => 1),
      [],
    ),
  ).toThrow(TypeError);
});

test('a class has the static members that it inherits', () => {
  class Base {
    readonly isOpen = true;
    static open(): string {
      return `${this.name} is open`;
    }
  }
  expect(trace(class Shop extends Base {}).open()).toBe('Shop is open');
});

function methodOf(holder: { prototype: object }): object {
  return Reflect.get(holder.prototype, 'sell') as object;
}

function Path(path: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata('path', path, descriptor.value as object);
  };
}

test('a decorated method keeps the metadata of the decorators around it', () => {
  class Shop {
    readonly k = 2;
    @Path('/outer')
    @Trace()
    @Path('/inner')
    sell(n: number): number {
      return n * this.k;
    }
  }
  expect(Reflect.getMetadata('path', methodOf(Shop))).toBe('/outer');
  expect(new Shop().sell(3)).toBe(6);
  expect(events().at(-1)).toMatchObject({ class: 'Shop', method: 'sell', result: '6' });
});

test('metadata set below the decorator is still there above it', () => {
  class Shop {
    @Trace()
    @Path('/inner')
    sell(): number {
      return 1;
    }
  }
  expect(Reflect.getMetadata('path', methodOf(Shop))).toBe('/inner');
});

test('a standard decorator works as well', () => {
  const decorate = Trace() as unknown as (
    method: () => number,
    context: { kind: 'method'; name: string },
  ) => () => number;
  expect(decorate(() => 5, { kind: 'method', name: 'open' })()).toBe(5);
  expect(kinds()).toEqual(['ENTER open', 'EXIT open']);
});

test('a traced class has each of its methods traced once, accessors and the constructor left alone', () => {
  let read = 0;
  @TraceClass()
  class Shop {
    get price(): number {
      read++;
      return 3;
    }
    static open(): string {
      return 'open';
    }
    @Trace()
    sell(): number {
      return this.price;
    }
    async close(): Promise<number> {
      return Promise.resolve(this.sell());
    }
  }
  expect(read).toBe(0);
  Shop.open();
  new Shop().sell();
  expect(kinds()).toEqual(['ENTER open', 'EXIT open', 'ENTER sell', 'EXIT sell']);
});
