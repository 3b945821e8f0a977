import { pipelineInstrument, rememberExceptions } from '@tracelab/tracing/instrumenting';
import type { ExceptionFilterLike } from '@tracelab/tracing/instrumenting';
import type { Detail } from '@tracelab/tracing';

type Create = (this: unknown, ...args: unknown[]) => unknown;
type InstanceDecorator = (instance: unknown) => unknown;

/** What @nestjs/core exports, as far as it is used here. */
export interface NestExports {
  readonly NestFactory: Record<(typeof creating)[number], Create>;
  readonly BaseExceptionFilter: { readonly prototype: ExceptionFilterLike };
}

interface NestOptions {
  readonly instrument?: { readonly instanceDecorator?: InstanceDecorator };
}

const creating = ['create', 'createMicroservice', 'createApplicationContext'] as const;
const patched = new WeakSet<object>();

/**
 * Hands Nest 11 and 12 the `instrument` option that the program would otherwise have to give. The factory is one object whoever
 * imports it, so its methods are replaced, never the export.
 */
export function traceNestFactory({ NestFactory, BaseExceptionFilter }: NestExports, detail: Detail): void {
  if (patched.has(NestFactory)) return;
  patched.add(NestFactory);
  rememberExceptions(BaseExceptionFilter.prototype);
  for (const name of creating) {
    const create = NestFactory[name];
    NestFactory[name] = (...args) => create.apply(NestFactory, withInstrument(args, detail));
  }
}

function withInstrument([module, second, third]: readonly unknown[], detail: Detail): unknown[] {
  const isAdapter = typeof second === 'object' && second !== null && 'patch' in second && 'getInstance' in second;
  const options = ((isAdapter ? third : second) ?? {}) as NestOptions;
  const own = options.instrument?.instanceDecorator;
  const { instanceDecorator } = pipelineInstrument(detail);
  const instrument = {
    instanceDecorator: (instance: unknown) => instanceDecorator(own === undefined ? instance : own(instance)),
  };
  const given = { ...options, instrument };
  return isAdapter ? [module, second, given] : [module, given];
}
