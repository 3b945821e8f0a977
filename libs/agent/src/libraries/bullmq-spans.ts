import { ROOT_CONTEXT, SpanKind, context, propagation, trace } from '@opentelemetry/api';
import type { AnyValue, Attributes, Context, Span } from '@opentelemetry/api';
import { clock, currentRuntime, failSpan } from '@tracelab/tracing/instrumenting';

/** What a queue, a worker or a flow keeps its tracer in. */
interface Traced {
  readonly opts?: { telemetry?: unknown };
  telemetry?: unknown;
}

type Method = (this: Traced, ...args: unknown[]) => unknown;
interface Class {
  readonly prototype: Record<string, Method | undefined>;
}

/** BullMQ's exports, as far as they are used here. */
export interface BullmqExports {
  readonly QueueBase: Class;
  readonly FlowProducer: Class;
}

const patched = new WeakSet<object>();
// What else BullMQ tells, results and options among it, is the program's own.
const shown = new Set(
  ['queue.name', 'queue.operation', 'job.name', 'job.id', 'job.bulk.count', 'job.attempts.made', 'flow.name'].map(
    key => `bullmq.${key}`,
  ),
);

/**
 * A PRODUCER span for each job that is added and a CONSUMER span for each that is processed, in the same trace: by BullMQ's own
 * `telemetry` option, where the program gives none.
 */
export function traceBullmq({ QueueBase, FlowProducer }: BullmqExports): void {
  before(QueueBase, 'trace', ({ opts }) => {
    if (opts !== undefined) opts.telemetry ??= telemetry;
  });
  for (const name of ['add', 'addBulk'])
    before(FlowProducer, name, flow => {
      flow.telemetry ??= telemetry;
    });
}

function before({ prototype }: Class, name: string, prepare: (self: Traced) => void): void {
  const original = prototype[name];
  if (original === undefined || patched.has(original)) return;
  const replacement: Method = function (...args) {
    prepare(this);
    return original.apply(this, args);
  };
  Object.defineProperty(replacement, 'name', { value: name });
  patched.add(replacement);
  prototype[name] = replacement;
}

/** A span as BullMQ handles it. Without one within, for what BullMQ does for its own sake, it changes nothing. */
class JobSpan {
  readonly #span: Span | undefined;

  constructor(span: Span | undefined) {
    this.#span = span;
  }

  setSpanOnContext(around: Context): Context {
    return this.#span === undefined ? around : trace.setSpan(around, this.#span);
  }

  setAttribute(key: string, value: AnyValue): void {
    if (shown.has(key)) this.#span?.setAttribute(key, value);
  }

  setAttributes(attributes: Attributes): void {
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) this.setAttribute(key, value);
  }

  addEvent(): void {
    // They repeat what the job returned or why it failed.
  }

  recordException(error: unknown): void {
    if (this.#span !== undefined) failSpan(this.#span, error);
  }

  end(): void {
    this.#span?.end(clock.now());
  }
}

interface SpanOptions {
  readonly kind: SpanKind;
}

const telemetry = {
  tracer: {
    startSpan(name: string, { kind }: SpanOptions, parent = context.active()): JobSpan {
      const isWanted = kind === SpanKind.PRODUCER || kind === SpanKind.CONSUMER;
      const attributes = { 'messaging.system': 'bullmq' };
      const tracer = isWanted ? currentRuntime()?.tracer : undefined;
      return new JobSpan(tracer?.startSpan(name, { kind, attributes, startTime: clock.now() }, parent));
    },
  },
  contextManager: {
    with: (around: Context, run: () => unknown): unknown => context.with(around, run),
    active: (): Context => context.active(),
    root: (): Context => ROOT_CONTEXT,
    getMetadata(from: Context): string {
      const carrier: Record<string, string> = {};
      propagation.inject(from, carrier);
      return JSON.stringify(carrier);
    },
    fromMetadata(active: Context, metadata: string): Context {
      try {
        return propagation.extract(active, JSON.parse(metadata) as object);
      } catch {
        // What stands in the queue may be from anybody.
        return active;
      }
    },
  },
};
