import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';

/**
 * A context that keeps one value and asks the context below it for all others. The API's own copies a Map and makes three
 * closures for each value that is set, which every span of a request would pay, and the collector after it.
 */
class LayeredContext implements Context {
  readonly #below: Context;
  readonly #key: symbol | undefined;
  readonly #value: unknown;

  constructor(below: Context, key: symbol | undefined, value: unknown) {
    this.#below = below;
    this.#key = key;
    this.#value = value;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#below.getValue(key);
  }

  // A value of the same key replaces this layer: however deep spans lie in each other, the layers do not.
  setValue(key: symbol, value: unknown): Context {
    const isReplaced = key === this.#key || this.#key === undefined;
    return new LayeredContext(isReplaced ? this.#below : this, key, value);
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }
}

/** An empty context like the API's `ROOT_CONTEXT`; every context derived from it is light. */
export const rootContext: Context = new LayeredContext(ROOT_CONTEXT, undefined, undefined);
