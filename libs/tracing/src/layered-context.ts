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

  // As many layers as there are keys, however deep spans lie in each other and however long a loop goes on in its own context.
  setValue(key: symbol, value: unknown): Context {
    return new LayeredContext(this.#without(key), key, value);
  }

  #without(key: symbol): Context {
    const below = this.#below;
    if (key === this.#key || this.#key === undefined) return below;
    if (!(below instanceof LayeredContext)) return this;
    const others = below.#without(key);
    return others === below ? this : new LayeredContext(others, this.#key, this.#value);
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }
}

/** An empty context like the API's `ROOT_CONTEXT`; every context derived from it is light. */
export const rootContext: Context = new LayeredContext(ROOT_CONTEXT, undefined, undefined);
