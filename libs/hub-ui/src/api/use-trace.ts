import { V3Traces } from '@tracelab/contracts/trace-query';
import { type OtlpTraces, spansFromOtlp, type Trace, traceTree } from '@tracelab/trace-model';
import { useQuery } from '@tanstack/react-query';
import { askHub } from './ask-hub.ts';

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

async function fetchTrace(traceId: string, signal: AbortSignal): Promise<Trace> {
  const { result } = await askHub(`/api/v3/traces/${encodeURIComponent(traceId)}`, V3Traces, signal);
  // The contract looks at the envelope; below it stands OTLP, which the model's own reader takes field by field.
  return traceTree(spansFromOtlp(result as OtlpTraces));
}
