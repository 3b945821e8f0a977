import { context, trace } from '@opentelemetry/api';
import type { Attributes, Context } from '@opentelemetry/api';
import { iterateInSpan } from './iterate-in-span.ts';
import { copyIdentity } from './copy-identity.ts';
import { currentRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import { openSpan, runInSpan } from './with-span.ts';
import type { ActiveSpan, SpanRole } from './with-span.ts';

type Method = (this: unknown, ...args: never[]) => unknown;

export interface SpanOptions {
  readonly attributes?: Attributes;
  readonly kind?: SpanRole;
  /** Words for people, shown by the execution tree. */
  readonly description?: string;
  /**
   * The arguments that may be seen, as attribute names by position; undefined hides one. Only strings, numbers and
   * booleans are written. Without this list no argument is.
   */
  readonly args?: readonly (string | undefined)[];
}

/** Works as a TypeScript (legacy) and as a standard method decorator. */
export interface SpanDecorator {
  <T extends Method>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): void;
  <T extends Method>(method: T, context: ClassMethodDecoratorContext): T;
}

/**
 * Runs every call of the method as a span: `@Span()`, `@Span('order_service.create_order')`,
 * `@Span('user_service.get_user', { args: ['user_id'] })`. The name defaults to `Class.method`. Works for methods that
 * return values, promises, Observables, generators and async generators; the method keeps its name, its length and
 * the metadata that other decorators put on it. An Observable's span ends when its stream ends or is left, a generator's
 * spans from its first `next()` to its end.
 */
export function Span(name?: string, options: SpanOptions = {}): SpanDecorator {
  const decorate = (target: unknown, key: unknown, descriptor?: TypedPropertyDescriptor<Method>): unknown => {
    if (isStandardContext(key)) {
      return spanning(target as Method, { ...options, name: () => name ?? key.name.toString() });
    }
    const method = descriptor?.value;
    if (descriptor === undefined || typeof method !== 'function') throw new TypeError('@Span() is for methods');
    const owner = typeof target === 'function' ? target.name : (target as object).constructor.name;
    const spanName = name ?? `${owner}.${String(key)}`;
    descriptor.value = spanning(method, { ...options, name: () => spanName });
    return undefined;
  };
  return decorate as SpanDecorator;
}

interface Spanning extends SpanOptions {
  readonly name: () => string;
}

function isStandardContext(key: unknown): key is ClassMethodDecoratorContext {
  return typeof key === 'object' && key !== null && 'kind' in key;
}

const generators: ReadonlySet<string> = new Set(['GeneratorFunction', 'AsyncGeneratorFunction']);

function spanning(method: Method, options: Spanning): Method {
  const isGenerator = generators.has(method.constructor.name);
  const call = method as (this: unknown, ...args: unknown[]) => unknown;
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    const runtime = currentRuntime();
    if (runtime === undefined) return call.apply(this, args);
    const parent = context.active();
    if (isGenerator)
      return iterateInSpan(call.apply(this, args), parent, () => start(runtime, options, { args, parent }));
    const span = start(runtime, options, { args, parent });
    return runInSpan(span, trace.setSpan(parent, span), () => call.apply(this, args));
  };
  return copyIdentity(method, traced as Method);
}

interface Call {
  readonly args: readonly unknown[];
  readonly parent: Context;
}

function start(runtime: Runtime, options: Spanning, { args, parent }: Call): ActiveSpan {
  const span = openSpan(runtime, options.name(), { ...options, parent });
  options.args?.forEach((attribute, position) => {
    const value = args[position];
    if (attribute !== undefined && isPlain(value)) span.setAttribute(attribute, value);
  });
  return span;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
