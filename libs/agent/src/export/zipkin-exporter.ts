import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { ExportResultCode, hrTimeToMicroseconds } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';

const kinds: Readonly<Partial<Record<SpanKind, string>>> = {
  [SpanKind.SERVER]: 'SERVER',
  [SpanKind.CLIENT]: 'CLIENT',
  [SpanKind.PRODUCER]: 'PRODUCER',
  [SpanKind.CONSUMER]: 'CONSUMER',
};

/** Sends spans in Zipkin's JSON, version 2: what Zipkin takes at 9411, and Jaeger where that port is open. */
export class ZipkinExporter implements SpanExporter {
  readonly #url: string;
  readonly #timeoutMs: number;
  #underWay: Promise<void> = Promise.resolve();

  constructor(baseUrl: string, timeoutMs = 3_000) {
    this.#url = baseUrl.endsWith('/api/v2/spans') ? baseUrl : `${baseUrl}/api/v2/spans`;
    this.#timeoutMs = timeoutMs;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#underWay = this.#send(spans).then(
      () => {
        done({ code: ExportResultCode.SUCCESS });
      },
      (error: unknown) => {
        done({ code: ExportResultCode.FAILED, error: error as Error });
      },
    );
  }

  async shutdown(): Promise<void> {
    await this.#underWay;
  }

  async #send(spans: readonly ReadableSpan[]): Promise<void> {
    const { ok, status } = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(spans.map(zipkinSpan)),
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    if (!ok) throw new Error(`Zipkin answered ${status}`);
  }
}

/** One span as Zipkin knows it: every attribute a text. */
export function zipkinSpan(span: ReadableSpan): Readonly<Record<string, unknown>> {
  const { traceId, spanId } = span.spanContext();
  const tags = Object.entries(span.attributes).map(([key, value]) => [key, String(value)]);
  if (span.status.code === SpanStatusCode.ERROR) tags.push(['error', span.status.message ?? 'true']);
  return {
    traceId,
    id: spanId,
    parentId: span.parentSpanContext?.spanId,
    name: span.name,
    kind: kinds[span.kind],
    timestamp: hrTimeToMicroseconds(span.startTime),
    duration: Math.max(1, Math.round(hrTimeToMicroseconds(span.duration))),
    localEndpoint: { serviceName: String(span.resource.attributes[ATTR_SERVICE_NAME]) },
    tags: Object.fromEntries(tags),
    annotations: span.events.map(({ time, name }) => ({ timestamp: hrTimeToMicroseconds(time), value: name })),
  };
}
