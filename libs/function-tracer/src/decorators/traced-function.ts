import util, { types } from 'node:util';
import { fileURLToPath } from 'node:url';
import { moduleNameOf } from '../filters.ts';
import { RUNTIME } from '../rewrite/scope.ts';
import type { Frame } from '../runtime/frame.ts';
import { runtime } from '../runtime/global-runtime.ts';
import { ensureSession } from '../tracing.ts';
import { copyIdentity, copyMissing } from './copy-identity.ts';
import { isObservable, watchObservable } from './watch-observable.ts';
import { watchGenerator } from './watch-generator.ts';
import { type Parameter, parametersOf } from './parameters-of.ts';

export interface TraceOptions {
  /** What the function is called in the trace; its own name by default. One without a name is given it. */
  readonly name?: string;
  /** The module it is shown in; by default that of the file that asks for tracing. */
  readonly module?: string;
  /** The class it is shown in. */
  readonly owner?: string;
}

type AnyFunction = (this: unknown, ...values: never[]) => unknown;

const tracedFunctions = new WeakSet<object>();
const OWN_FILES = new URL('..', import.meta.url).href;

/**
 * A function that does what the given one does, and records its calls. Keeps name, length, properties and metadata; a
 * promise, generator or Observable ends its call when it ends. A promise it returns is a new one, one tick later, with
 * what the original has of its own: watching that one would make it look handled. What is traced already is returned
 * as it is.
 */
export function traceFunction<Fn extends AnyFunction>(fn: Fn, options: TraceOptions = {}): Fn {
  if (tracedFunctions.has(fn) || Function.prototype.toString.call(fn).includes(`${RUNTIME}.e(`)) return fn;
  const call = new TracedCall(fn, options);
  const traced = isConstructor(fn) ? constructible(fn, call) : callable(call);
  copyIdentity(fn, traced);
  if (fn.name === '' && options.name !== undefined) Object.defineProperty(traced, 'name', { value: options.name });
  tracedFunctions.add(traced);
  return traced as Fn;
}

// Only what is no constructor is refused as the last argument; nothing of it is called.
function isConstructor(fn: AnyFunction): boolean {
  try {
    Reflect.construct(Object, [], fn);
    return true;
  } catch {
    return false;
  }
}

function constructible(fn: AnyFunction, call: TracedCall): AnyFunction {
  return function traced(this: unknown, ...values: never[]): unknown {
    const target = new.target as AnyFunction | undefined;
    if (target === undefined) return call.apply(this, values);
    // The function's own, unless the traced one was given another prototype since.
    const isOwn = target === traced && Reflect.get(traced, 'prototype') === Reflect.get(fn, 'prototype');
    return call.construct(values, isOwn ? fn : target);
  };
}

/** A method, which has no prototype property and cannot be constructed. */
function callable(call: TracedCall): AnyFunction {
  const holder: { readonly traced: AnyFunction } = {
    traced(...values) {
      return call.apply(this, values);
    },
  };
  return holder.traced;
}

class TracedCall {
  readonly #fn: AnyFunction;
  readonly #index: number;
  #parameters: readonly Parameter[] | undefined;

  constructor(fn: AnyFunction, { name = fn.name, module = callingModule(), owner }: TraceOptions) {
    this.#fn = fn;
    this.#index = runtime.functions.add([
      { module, owner, name: name === '' ? '<anonymous>' : name, line: 0, isAsync: false },
    ]);
  }

  apply(self: unknown, values: never[]): unknown {
    return this.#record(values, () => Reflect.apply<unknown, never[], unknown>(this.#fn, self, values));
  }

  construct(values: never[], newTarget: AnyFunction): unknown {
    return this.#record(values, () => Reflect.construct(this.#fn, values, newTarget));
  }

  #record(values: readonly unknown[], work: () => unknown): unknown {
    ensureSession();
    const frame = runtime.on === 0 ? 0 : runtime.e(this.#index, runtime.on > 1 ? this.#named(values) : 0);
    return frame === 0 ? work() : finished(frame, work);
  }

  #named(values: readonly unknown[]): Record<string, unknown> {
    this.#parameters ??= parametersOf(this.#fn);
    const named: Record<string, unknown> = {};
    for (const [index, { name, isRest }] of this.#parameters.entries()) {
      named[name] = isRest ? values.slice(index) : values[index];
    }
    const extra = values.slice(this.#parameters.length);
    if (extra.length > 0 && this.#parameters.at(-1)?.isRest !== true) named['...'] = extra;
    return named;
  }
}

function finished(frame: Frame, work: () => unknown): unknown {
  let result: unknown;
  try {
    result = runtime.contexts.run(frame, work);
  } catch (error) {
    throw failed(frame, error);
  }
  if (types.isPromise(result)) return watchPromise(frame, result);
  if (types.isGeneratorObject(result)) return watchGenerator(frame, result);
  if (isObservable(result)) return watchObservable(frame, result);
  frame.v = result;
  frame.l();
  return result;
}

function failed(frame: Frame, error: unknown): unknown {
  runtime.x(frame, error);
  frame.l();
  return error;
}

function watchPromise(frame: Frame, promise: Promise<unknown>): Promise<unknown> {
  frame.s();
  const watched = promise.then(
    value => {
      frame.v = value;
      frame.l();
      return value;
    },
    (error: unknown) => {
      throw failed(frame, error);
    },
  );
  copyMissing(promise, watched);
  return watched;
}

/** The module of the file that calls into this package. */
function callingModule(): string {
  // Node 20 cannot be asked.
  if (!Reflect.has(util, 'getCallSites')) return '<unknown>';
  const caller = util
    .getCallSites(12)
    .find(
      ({ scriptName }) => scriptName !== '' && !scriptName.startsWith(OWN_FILES) && !scriptName.startsWith('node:'),
    );
  if (caller === undefined) return '<unknown>';
  const { scriptName } = caller;
  return moduleNameOf(scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName, process.cwd()).name;
}
