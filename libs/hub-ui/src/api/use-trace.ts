import { type OtlpTraces, lazySpansFromOtlp, type Span, type Trace, traceTree } from '@tracelab/trace-model';
import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { askHubLines } from './ask-hub.ts';

/** One trace with all of its spans. An empty id asks for nothing. */
export function useTrace(traceId: string) {
  return useQuery({
    queryKey: ['trace', traceId],
    queryFn: ({ signal }) => fetchTrace(traceId, signal),
    enabled: traceId !== '',
    // A trace changes only while its spans still come in; the reader can ask again.
    staleTime: 60_000,
    // Big ones should not pile up behind the page.
    gcTime: 30_000,
    structuralSharing: false,
  });
}

// The contract's V3Traces copies every span, which for a hundred thousand costs a fifth of a second; below the envelope
// stands OTLP, which the model's own reader takes field by field.
const Part = z.object({ resourceSpans: z.array(z.unknown()) });

async function fetchTrace(traceId: string, signal: AbortSignal): Promise<Trace> {
  const parts: Span[][] = [];
  const take = (line: unknown) => parts.push(lazySpansFromOtlp(Part.parse(line) as OtlpTraces));
  await askHubLines(`/api/hub/traces/${encodeURIComponent(traceId)}`, take, signal);
  return traceTree(parts.flat());
}
