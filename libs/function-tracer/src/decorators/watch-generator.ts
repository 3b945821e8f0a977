import type { Frame } from '../runtime/frame.ts';
import { runtime } from '../runtime/global-runtime.ts';
import { types } from 'node:util';

type Step = (value?: unknown) => unknown;

/**
 * Follows a generator, sync or async, to its end. The generator is new and nobody else's, so its own methods are
 * replaced on it: it stays the very object that it was.
 */
export function watchGenerator(frame: Frame, generator: object): object {
  frame.s();
  for (const name of ['next', 'return', 'throw']) {
    const original = Reflect.get(generator, name) as Step;
    const value = (...values: unknown[]) => step(frame, () => Reflect.apply(original, generator, values) as unknown);
    Object.defineProperty(generator, name, { value, configurable: true, writable: true });
  }
  return generator;
}

function step(frame: Frame, work: () => unknown): unknown {
  frame.u();
  try {
    const result = runtime.contexts.run(frame, work);
    return types.isPromise(result) ? later(frame, result) : noted(frame, result);
  } catch (error) {
    runtime.x(frame, error);
    frame.l();
    throw error;
  }
}

function later(frame: Frame, promise: Promise<unknown>): Promise<unknown> {
  frame.s();
  return promise.then(
    result => noted(frame, result),
    (error: unknown) => {
      runtime.x(frame, error);
      frame.l();
      throw error;
    },
  );
}

function noted(frame: Frame, result: unknown): unknown {
  const { done, value } = result as IteratorResult<unknown, unknown>;
  if (done === true) {
    frame.v = value;
    frame.l();
  } else frame.s();
  return result;
}
