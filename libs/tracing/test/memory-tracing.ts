import { expect } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { startTracing } from '@tracelab/tracing';
import type { Tracing, TracingOptions } from '@tracelab/tracing';

/** Tracing that exports to memory: what tests read instead of spying on calls. */
export interface MemoryTracing {
  readonly tracing: Tracing;
  spans(): Promise<readonly ReadableSpan[]>;
  /** `SERVER GET /users/:id [a, b [c]]`: names in start order, nested; kinds other than internal and errors are marked. */
  shapes(): Promise<readonly string[]>;
  reset(): Promise<void>;
}

export function traceToMemory(options: TracingOptions = {}): MemoryTracing {
  const exporter = new InMemorySpanExporter();
  const tracing = startTracing({
    serviceName: 'test',
    exporter,
    clients: ['http', 'undici', 'ioredis'],
    handlesProcessEnd: false,
    ...options,
  });
  const spans = async () => {
    await tracing.flush();
    return exporter.getFinishedSpans();
  };
  return {
    tracing,
    spans,
    shapes: async () => shapesOf(await spans()),
    reset: async () => {
      await tracing.flush();
      exporter.reset();
    },
  };
}

/** One root for each trace, no orphan, children inside their parents (those that did not outlive them). */
export function expectWellFormed(spans: readonly ReadableSpan[]): void {
  const byId = new Map(spans.map(span => [span.spanContext().spanId, span]));
  const roots = new Map<string, number>();
  for (const span of spans) {
    const { traceId } = span.spanContext();
    const parentId = span.parentSpanContext?.spanId;
    const parent = parentId === undefined ? undefined : byId.get(parentId);
    if (parent === undefined) {
      expect({ name: span.name, parent: span.parentSpanContext?.isRemote ?? 'none' }).not.toEqual({
        name: span.name,
        parent: false,
      });
      roots.set(traceId, (roots.get(traceId) ?? 0) + 1);
      continue;
    }
    expect(parent.spanContext().traceId).toBe(traceId);
    expect(ns(span.startTime)).toBeGreaterThanOrEqual(ns(parent.startTime));
  }
  for (const [traceId, count] of roots) expect({ traceId, roots: count }).toEqual({ traceId, roots: 1 });
}

export function shapesOf(spans: readonly ReadableSpan[]): string[] {
  const started = [...spans].sort((a, b) => Number(ns(a.startTime) - ns(b.startTime)));
  const ids = new Set(spans.map(span => span.spanContext().spanId));
  const childrenOf = Map.groupBy(started, span => {
    const parentId = span.parentSpanContext?.spanId ?? '';
    return ids.has(parentId) ? parentId : 'root';
  });
  const shape = (span: ReadableSpan): string => {
    const kind = span.kind === SpanKind.INTERNAL ? '' : `${SpanKind[span.kind]} `;
    const failed = span.status.code === SpanStatusCode.ERROR ? '!' : '';
    const children = childrenOf.get(span.spanContext().spanId)?.map(shape) ?? [];
    return `${kind}${span.name}${failed}${children.length > 0 ? ` [${children.join(', ')}]` : ''}`;
  };
  return childrenOf.get('root')?.map(shape) ?? [];
}

function ns([seconds, nanos]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}
