import { performance } from 'node:perf_hooks';
import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { clock } from '../clock.ts';
import type { DurationMetric } from '../duration-metric.ts';
import { currentRuntime } from '../runtime.ts';
import { typeOf } from '../fail-span.ts';

/** Which attributes of a call also describe its duration metric: those of few values. */
export interface CallMetric {
  readonly name: string;
  readonly description: string;
  readonly keys: readonly string[];
}

/** One kind of call. */
export interface CallKind extends CallMetric {
  /** The attributes that its calls are opened with are plain values and hold no secrets: nobody looks through them again. */
  readonly areClean?: boolean;
}

const boundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Opens the CLIENT spans of one library and measures how long its calls take. */
export class ClientCalls {
  readonly #metric: CallMetric;
  readonly #areClean: boolean;
  #duration: DurationMetric | undefined;

  constructor({ areClean = false, ...metric }: CallKind) {
    this.#metric = { ...metric, keys: [...metric.keys, ATTR_ERROR_TYPE] };
    this.#areClean = areClean;
  }

  /** Undefined where nothing is to be recorded: tracing is off, or it is tracing's own call. */
  open(name: string, attributes: Attributes, parent: Context = context.active()): ClientCall | undefined {
    const runtime = currentRuntime();
    if (runtime === undefined || isTracingSuppressed(parent)) return undefined;
    const startedAtMs = performance.now();
    const options = { kind: SpanKind.CLIENT, attributes, startTime: clock.at(startedAtMs), areClean: this.#areClean };
    const span = runtime.tracer.startSpan(name, options, parent);
    this.#duration ??= runtime.duration({ ...this.#metric, boundaries });
    return new ClientCall({ span, parent, duration: this.#duration, attributes, startedAtMs });
  }

  /** As `open`, but only below another span: connection set-up and health checks of a pool belong to nobody. */
  openBelowSpan(name: string, attributes: Attributes): ClientCall | undefined {
    return trace.getActiveSpan() === undefined ? undefined : this.open(name, attributes);
  }
}

interface Opened {
  readonly span: Span;
  readonly parent: Context;
  readonly duration: DurationMetric;
  readonly attributes: Attributes;
  readonly startedAtMs: number;
}

/** One call under way. Ends once; what comes after is ignored, since channels may report an error and an end. */
export class ClientCall {
  readonly #opened: Opened;
  #isOver = false;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  /** The context with this call's span: what is sent to the other side carries it. */
  get context(): Context {
    return trace.setSpan(this.#opened.parent, this.#opened.span);
  }

  /** The context of whoever made the call. */
  get callerContext(): Context {
    return this.#opened.parent;
  }

  set(key: string, value: string | number): void {
    if (this.#isOver) return;
    this.#opened.attributes[key] = value;
    this.#opened.span.setAttribute(key, value);
  }

  /** Marks the call as failed without ending it; `message` must hold no data. */
  markFailed(type: string, message?: string): void {
    if (this.#isOver) return;
    this.set(ATTR_ERROR_TYPE, type);
    this.#opened.span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  }

  // The exception itself is recorded by the span of ours that it is thrown into, not by the call.
  fail(error: unknown, message?: string): void {
    this.markFailed(typeOf(error), message);
    this.end();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { span, duration, attributes, startedAtMs } = this.#opened;
    const endedAtMs = performance.now();
    span.end(clock.at(endedAtMs));
    duration.record((endedAtMs - startedAtMs) / 1e3, attributes);
  }
}
