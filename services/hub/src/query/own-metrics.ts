import type { IngestCounters } from '../receiver/ingest-counters.ts';
import type { TraceStore } from '../store/trace-store.ts';
import type { LiveFeed } from './live-feed.ts';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface OwnMetricsSources {
  readonly store: TraceStore;
  readonly counters: IngestCounters;
  readonly live: LiveFeed;
}

/** The hub's own state in Prometheus' text format. */
export async function ownMetrics({ store, counters, live }: OwnMetricsSources, nowMs: number): Promise<string> {
  const statistics = await store.statistics();
  const { spanCount, diskBytes, oldestStartMs } = statistics;
  const labelled = <Key extends string | number>(label: string, counts: ReadonlyMap<Key, number>): Sample[] =>
    [...counts].map(([key, value]) => ({ labels: { [label]: String(key) }, value }));
  return [
    counter('hub_requests_total', 'Trace requests received.', [{ value: counters.requests }]),
    counter('hub_spans_accepted_total', 'Spans accepted.', [{ value: counters.acceptedSpans }]),
    counter('hub_bytes_accepted_total', 'Bytes of accepted spans, decompressed.', [{ value: counters.acceptedBytes }]),
    counter('hub_spans_refused_total', 'Spans refused, by reason.', labelled('reason', counters.refusedSpans)),
    counter('hub_requests_refused_total', 'Requests refused, by status.', labelled('status', counters.refusedRequests)),
    counter('hub_requests_warned_total', 'Requests answered with a warning.', [{ value: counters.warnings }]),
    counter(
      'hub_other_signals_total',
      'Requests of other signals, taken and dropped.',
      labelled('signal', counters.otherSignals),
    ),
    counter('hub_spans_duplicate_total', 'Spans that were stored already.', [{ value: statistics.duplicateCount }]),
    counter('hub_spans_evicted_total', 'Spans forgotten to stay within bounds.', [
      { value: statistics.evictedSpanCount },
    ]),
    counter('hub_batches_unstorable_total', 'Batches given up because storing them failed.', [
      { value: statistics.unstorableCount },
    ]),
    counter('hub_spans_lost_total', 'Spans accepted and lost because what stored them failed.', [
      { value: statistics.lostSpanCount },
    ]),
    gauge('hub_spans', 'Spans stored.', spanCount),
    gauge('hub_traces', 'Traces stored.', statistics.traceCount),
    gauge('hub_queue_bytes', 'Bytes accepted and not yet durable.', statistics.queueBytes),
    gauge('hub_ingest_lag_seconds', 'Age of the oldest batch that is not durable.', statistics.lagMs / 1000),
    gauge('hub_disk_bytes', 'Bytes on disk.', diskBytes),
    gauge('hub_bytes_per_span', 'Bytes on disk for a span.', spanCount === 0 ? 0 : diskBytes / spanCount),
    gauge('hub_resident_bytes', 'Memory of the process.', process.memoryUsage.rss()),
    gauge(
      'hub_oldest_trace_age_seconds',
      'Age of the oldest trace.',
      oldestStartMs === undefined ? 0 : (nowMs - oldestStartMs) / 1000,
    ),
    gauge('hub_live_clients', 'Clients of the live feed.', live.clientCount),
  ].join('');
}

const gauge = (name: string, help: string, value: number) => family({ name, help, type: 'gauge' }, [{ value }]);
const counter = (name: string, help: string, samples: readonly Sample[]) =>
  family({ name, help, type: 'counter' }, samples);

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
}

function family({ name, help, type }: Family, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
