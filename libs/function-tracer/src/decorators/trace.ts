import { traceFunction, type TraceOptions } from './traced-function.ts';

type AnyFunction = (this: never, ...values: never[]) => unknown;

/** Records the calls of a function: answers one that does the same. */
// A constraint that is a function's type would give the parameters of a function written in place its own.
export function trace<Fn extends object>(fn: Fn, options: TraceOptions = {}): Fn {
  return traceFunction(fn as never, options);
}

interface MethodContext {
  readonly kind: 'method';
  readonly name: string | symbol;
}

/** What a method decorator gets, by either kind of decorators. */
interface MethodDecorator {
  <Fn extends AnyFunction>(method: Fn, context: ClassMethodDecoratorContext): Fn;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

/** Records the calls of a method. Stands innermost, next to the method, so that other decorators see what they expect. */
export function Trace(options: TraceOptions = {}): MethodDecorator {
  const decorate = (target: unknown, key: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (isMethodContext(key))
      return traceFunction(target as never, { ...options, name: options.name ?? String(key.name) });
    if (descriptor === undefined || typeof descriptor.value !== 'function') return descriptor;
    const owner = options.owner ?? ownerOf(target as object);
    return { ...descriptor, value: traceFunction(descriptor.value as never, { name: String(key), owner, ...options }) };
  };
  return decorate as MethodDecorator;
}

function isMethodContext(value: unknown): value is MethodContext {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'method';
}

function ownerOf(target: object): string {
  return typeof target === 'function' ? target.name : target.constructor.name;
}

/** Records the calls of every method that a class itself declares, static ones too. */
export function TraceClass(options: Omit<TraceOptions, 'name' | 'owner'> = {}) {
  return (target: abstract new (...values: never[]) => unknown): void => {
    const prototype: unknown = target.prototype;
    const holders = typeof prototype === 'object' && prototype !== null ? [prototype, target] : [target];
    for (const holder of holders) traceMethods(holder, { ...options, owner: target.name });
  };
}

function traceMethods(holder: object, options: TraceOptions): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
    const method: unknown = descriptor.value;
    if (name === 'constructor' || typeof method !== 'function' || descriptor.configurable !== true || isClass(method))
      continue;
    Object.defineProperty(holder, name, { ...descriptor, value: traceFunction(method as never, { ...options, name }) });
  }
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
