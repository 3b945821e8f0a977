import { useMemo } from 'react';
import { useTrace } from '../../api/use-trace.ts';
import { traceFacts } from '../../model/trace-facts.ts';
import { ErrorNotice, ProgressLine } from '../../parts/notices.tsx';
import { TraceScreen } from './trace-screen.tsx';

/** One trace, loaded whole. */
export function TracePage({ traceId }: { readonly traceId: string }) {
  const { data: trace, error, isFetching, refetch } = useTrace(traceId);
  const facts = useMemo(() => (trace === undefined ? undefined : traceFacts(trace)), [trace]);
  if (facts === undefined && error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <ProgressLine isBusy={isFetching} />
      {facts !== undefined && <TraceScreen key={traceId} facts={facts} />}
    </>
  );
}
