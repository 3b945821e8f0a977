import type { OtlpSpan } from '@tracelab/trace-model';

export const TRACE_ID = '5b8efff798038103d269b633813fc60c';
/** A quarter past the hour today, so that default time windows hold it. */
export const START_NS = BigInt(Date.now() - 60_000) * 1_000_000n + 123_456n;

export const textAttribute = (key: string, value: string) => ({ key, value: { stringValue: value } });

/** A request of one service with those spans; what a span does not say is plausible. */
export function otlpJson(spans: readonly Partial<OtlpSpan>[], service: string | undefined = 'shop'): string {
  const resource = { attributes: [textAttribute('service.name', service), textAttribute('host.name', 'h1')] };
  return JSON.stringify({
    resourceSpans: [
      {
        resource,
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1.2.3' },
            spans: spans.map((span, index) => ({ ...spanOf(index), ...span })),
          },
        ],
      },
    ],
  });
}

function spanOf(index: number): OtlpSpan {
  return {
    traceId: TRACE_ID,
    spanId: `eee19b7ec3c1b1${(index + 16).toString(16)}`,
    name: `span ${index}`,
    kind: 2,
    startTimeUnixNano: START_NS.toString(),
    endTimeUnixNano: (START_NS + 2_500_999n).toString(),
  };
}
