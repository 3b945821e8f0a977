import { JaegerTraces } from '@tracelab/contracts/trace-query';
import type { z } from 'zod';
import { duration } from '../terminal/duration.ts';
import type { Addresses } from './first-trace.ts';

/** Something worth a look, and where it is. */
export interface Sight {
  readonly title: string;
  readonly words: string;
  readonly url: string;
}

type JaegerTrace = z.output<typeof JaegerTraces>['data'][number];

const longestMs = ({ spans }: JaegerTrace): number => Math.max(...spans.map(span => span.duration)) / 1000;

/** The slowest trace, a declined payment, the map: read from the query API, which Jaeger and the hub answer alike. */
export async function findSights({ queryUrl }: Addresses): Promise<Sight[]> {
  const isHub = await fetch(`${queryUrl}/api/hub/status`).then(
    ({ ok }) => ok,
    () => false,
  );
  const flows = await search(queryUrl, { service: 'gateway', operation: 'GET /demo/full-flow/:user_id' });
  const declined = await search(queryUrl, { service: 'payment', tags: JSON.stringify({ 'gateway.success': 'false' }) });
  const slowest = [...flows].sort((a, b) => longestMs(b) - longestMs(a))[0];
  const sights = [
    slowest && {
      title: 'The slowest flow',
      words: `${duration(longestMs(slowest))}; the critical path shows which step it waited for`,
      url: `${queryUrl}/trace/${slowest.traceID}`,
    },
    declined[0] && {
      title: 'A declined payment',
      words: 'the span payment_service.gateway_processing says why',
      url: `${queryUrl}/trace/${declined[0].traceID}`,
    },
    {
      title: 'The map of services',
      words: 'who calls whom, how often, how many fail',
      url: `${queryUrl}/${isHub ? 'map' : 'dependencies'}`,
    },
  ];
  return sights.filter(sight => sight !== undefined);
}

async function search(queryUrl: string, query: Readonly<Record<string, string>>): Promise<JaegerTrace[]> {
  const asked = new URLSearchParams({ limit: '100', lookback: '1h', ...query });
  const response = await fetch(`${queryUrl}/api/traces?${asked.toString()}`, { signal: AbortSignal.timeout(10_000) });
  return response.ok ? JaegerTraces.parse(await response.json()).data : [];
}
