import { context, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { ATTR_CODE_FUNCTION_NAME } from '@opentelemetry/semantic-conventions';
import { clock } from '../clock.ts';
import { TracingAttribute } from '../attributes.ts';
import type { Detail } from '../config.ts';
import { copyIdentity } from '../copy-identity.ts';
import { follow } from '../follow-promise.ts';
import { currentRuntime } from '../runtime.ts';
import type { Runtime } from '../runtime.ts';
import { openSpan, runInSpan } from '../with-span.ts';
import { InterceptorPhases } from './interceptor-phases.ts';
import type { CallHandler } from './interceptor-phases.ts';
import { isExceptionFilter, rolesOf } from './pipeline-roles.ts';
import type { NestRole } from './pipeline-roles.ts';
import { rememberExceptions } from './remember-exceptions.ts';

/** What `NestFactory.create(App, adapter, { instrument })` takes. */
export interface TracingInstrument {
  readonly instanceDecorator: (instance: unknown) => unknown;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What `tracingInstrument` gives, for who has Nest's exception filter from elsewhere. */
export function pipelineInstrument(detail: Detail = currentRuntime()?.detail ?? 'route'): TracingInstrument {
  if (currentRuntime() === undefined) return { instanceDecorator: instance => instance };
  return { instanceDecorator: instance => decorated(instance, detail) };
}

function decorated(instance: unknown, detail: Detail): unknown {
  if (typeof instance === 'function')
    return detail !== 'route' && isMiddleware(instance) ? spanning(instance, middlewareOf(instance)) : instance;
  if (typeof instance !== 'object' || instance === null || !Object.isExtensible(instance)) return instance;
  if (isExceptionFilter(instance)) rememberExceptions(instance);
  if (detail === 'route') return instance;
  for (const { name, role } of rolesOf(instance, detail)) {
    const owner = instance.constructor.name;
    const method = (instance as Record<string, Method>)[name];
    if (method === undefined) continue;
    const value = spanning(method, { name: `${owner}.${name}`, role, owner });
    Object.defineProperty(instance, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return instance;
}

interface Spanned {
  readonly name: string;
  readonly role: NestRole;
  readonly owner: string;
}

// Functions given to app.use. What a provider gives may be a function too: a class, and one with members as mongoose's models are, must stay what it is.
function isMiddleware(value: object): value is Method {
  return (
    typeof value === 'function' &&
    value.length >= 3 &&
    !/^class\b/.test(Function.prototype.toString.call(value)) &&
    Object.getOwnPropertyNames(value).every(name => ofEveryFunction.has(name)) &&
    !makesInstances(value)
  );
}

const ofEveryFunction: ReadonlySet<string> = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);

function makesInstances({ prototype }: { readonly prototype?: unknown }): boolean {
  if (typeof prototype !== 'object' || prototype === null) return false;
  return Object.getOwnPropertyNames(prototype).length > 1 || Object.getPrototypeOf(prototype) !== Object.prototype;
}

function middlewareOf({ name }: Method): Spanned {
  const shown = name === '' ? 'middleware' : name;
  return { name: shown, role: 'middleware', owner: shown };
}

function spanning(method: Method, spanned: Spanned): Method {
  const call = spanned.role === 'interceptor' ? intercepting : spanned.role === 'middleware' ? untilNext : calling;
  const traced: Method = function (this: unknown, ...args) {
    const runtime = currentRuntime();
    const parent = context.active();
    // Outside a request, as at start-up and in timers, a provider's method belongs to no trace.
    if (runtime === undefined || trace.getSpan(parent) === undefined) return method.apply(this, args);
    return call({ runtime, parent, spanned, run: given => method.apply(this, [...given]) }, args);
  };
  return copyIdentity(method, traced);
}

interface Call {
  readonly runtime: Runtime;
  readonly parent: Context;
  readonly spanned: Spanned;
  readonly run: (args: readonly unknown[]) => unknown;
}

function calling(call: Call, args: readonly unknown[]): unknown {
  const parentSpan = trace.getSpan(call.parent);
  const { folding } = call.runtime;
  const fold = parentSpan && folding.foldOf(parentSpan, call.spanned.name, () => open(call));
  if (fold !== undefined)
    return whenSettled(
      context.with(fold.context, () => call.run(args)),
      () => {
        fold.end();
      },
    );
  const span = open(call);
  return runInSpan(span, trace.setSpan(call.parent, span), () => call.run(args));
}

function whenSettled(result: unknown, end: () => void): unknown {
  const followed =
    result instanceof Promise &&
    follow(
      result,
      value => {
        end();
        return value;
      },
      (error: unknown) => {
        end();
        throw error;
      },
    );
  if (followed) return followed;
  end();
  return result;
}

function intercepting(call: Call, args: readonly unknown[]): unknown {
  const [host, next, ...rest] = args;
  // A provider's own method of that name.
  if (!isCallHandler(next)) return calling({ ...call, spanned: { ...call.spanned, role: 'provider' } }, args);
  const phases = new InterceptorPhases(phase => open(call, { [TracingAttribute.nestPhase]: phase }));
  return phases.run(handler => call.run([host, handler, ...rest]), next);
}

function isCallHandler(value: unknown): value is CallHandler {
  return typeof value === 'object' && value !== null && 'handle' in value && typeof value.handle === 'function';
}

// A middleware's part ends where it hands on; what follows belongs to the request.
function untilNext(call: Call, [request, response, next, ...rest]: readonly unknown[]): unknown {
  if (typeof next !== 'function') return calling(call, [request, response, next, ...rest]);
  const span = open(call);
  const goOn = (...args: unknown[]): unknown => {
    if (span.isRecording()) span.end(clock.now());
    return context.with(call.parent, () => (next as Method)(...args));
  };
  try {
    const result = context.with(trace.setSpan(call.parent, span), () => call.run([request, response, goOn, ...rest]));
    endWhenAnswered(span, response);
    return result;
  } catch (error) {
    if (span.isRecording()) span.end(clock.now());
    throw error;
  }
}

interface Answer {
  once?(event: 'close', listener: () => void): unknown;
}

// A middleware may answer by itself and never go on.
function endWhenAnswered(span: { isRecording(): boolean; end(timeMs?: number): void }, response: unknown): void {
  if (!span.isRecording()) return;
  (response as Answer).once?.('close', () => {
    if (span.isRecording()) span.end(clock.now());
  });
}

function open({ runtime, parent, spanned: { name, role, owner } }: Call, more: Record<string, string> = {}) {
  const attributes = {
    [TracingAttribute.nestRole]: role,
    [TracingAttribute.nestClass]: owner,
    [ATTR_CODE_FUNCTION_NAME]: name,
    ...more,
  };
  return openSpan(runtime, name, { attributes, parent });
}
