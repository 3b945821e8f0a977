import { HubStatus } from '@tracelab/contracts/trace-query';
import { useQuery } from '@tanstack/react-query';
import { askHub } from './ask-hub.ts';

/** Where spans are sent: the hub tells the port, and its host is the one that this page came from. */
export function useOtlpUrl(): string | undefined {
  const { data } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => askHub('/api/hub/status', HubStatus, signal),
    staleTime: Infinity,
  });
  return data === undefined ? undefined : `${window.location.protocol}//${window.location.hostname}:${data.otlpPort}`;
}
