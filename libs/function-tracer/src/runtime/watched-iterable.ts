import { isProxy } from 'node:util/types';
import type { Frame } from './frame.ts';

type Method = (this: unknown, value?: unknown) => unknown;

/**
 * An iterable that behaves as the given one to the engine, which alone gets to see it: while the inner iterator
 * works the frame is the current call, and while the engine waits for the consumer it is suspended.
 */
export function watchIterable(frame: Frame, iterable: unknown): unknown {
  // The engine is to refuse it in its own words.
  if (isNotIterable(iterable)) return iterable;
  return new WatchedIterable(frame, iterable as object | string);
}

/** Whether there is nothing to iterate by, as far as that can be told without anybody noticing the question. */
export function isNotIterable(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  const object = Object(value) as object;
  return !mayHaveMethod(object, Symbol.asyncIterator) && !mayHaveMethod(object, Symbol.iterator);
}

function mayHaveMethod(object: object, key: symbol): boolean {
  for (let holder: object | null = object; holder !== null; holder = Reflect.getPrototypeOf(holder)) {
    if (isProxy(holder)) return true;
    const property = Reflect.getOwnPropertyDescriptor(holder, key);
    if (property !== undefined) return property.get !== undefined || typeof property.value === 'function';
  }
  return false;
}

class WatchedIterable {
  readonly #frame: Frame;
  readonly #iterable: object;

  constructor(frame: Frame, iterable: object | string) {
    this.#frame = frame;
    this.#iterable = Object(iterable) as object;
  }

  // The engine asks for the method as it would ask the original, so that a missing one is still missing.
  get [Symbol.asyncIterator](): Method | undefined {
    return this.#method(Symbol.asyncIterator);
  }

  get [Symbol.iterator](): Method | undefined {
    return this.#method(Symbol.iterator);
  }

  #method(key: symbol): Method | undefined {
    const [frame, iterable] = [this.#frame, this.#iterable];
    const method: unknown = Reflect.get(iterable, key);
    if (typeof method !== 'function') return method as undefined;
    return () => {
      const iterator: unknown = Reflect.apply(method, iterable, []);
      return typeof iterator === 'object' && iterator !== null ? new WatchedIterator(frame, iterator) : iterator;
    };
  }
}

class WatchedIterator {
  readonly #frame: Frame;
  readonly #iterator: object;
  #next: unknown;

  constructor(frame: Frame, iterator: object) {
    this.#frame = frame;
    this.#iterator = iterator;
  }

  get next(): Method | undefined {
    this.#next ??= Reflect.get(this.#iterator, 'next');
    return this.#watched(this.#next);
  }

  get return(): Method | undefined {
    return this.#watched(Reflect.get(this.#iterator, 'return'));
  }

  get throw(): Method | undefined {
    return this.#watched(Reflect.get(this.#iterator, 'throw'));
  }

  #watched(method: unknown): Method | undefined {
    if (typeof method !== 'function') return method as undefined;
    const [frame, iterator] = [this.#frame, this.#iterator];
    return (...values) => {
      frame.u();
      const result: unknown = Reflect.apply(method, iterator, values);
      frame.s();
      return result;
    };
  }
}
