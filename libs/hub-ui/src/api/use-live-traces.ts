import { HubLiveDropped, HubLiveTraces } from '@tracelab/contracts/trace-query';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { CompiledQuery } from '../model/compile-query.ts';
import { type TraceLine, traceLine } from '../model/trace-line.ts';
import { viaPredicate } from '../model/via-services.ts';
import { hubPath } from './ask-hub.ts';
import { filterParameters } from './use-found-traces.ts';

export interface LiveTraces {
  readonly lines: readonly TraceLine[];
  readonly droppedCount: number;
  readonly state: 'off' | 'connecting' | 'open';
}

const OFF: LiveTraces = { lines: [], droppedCount: 0, state: 'off' };
const MAX_KEPT = 5000;

/** Traces that arrived or grew since the page began to listen; the hub pushes them. */
export function useLiveTraces(query: CompiledQuery, isOn: boolean): LiveTraces {
  const [live, setLive] = useState(OFF);
  const path = hubPath('/api/hub/live', filterParameters(query));
  const { via } = query;
  useEffect(() => {
    if (!isOn) return;
    setLive({ ...OFF, state: 'connecting' });
    const source = new EventSource(path);
    const isAsked = viaPredicate(via);
    source.addEventListener('open', () => {
      setLive(before => ({ ...before, state: 'open' }));
    });
    // The browser connects again by itself.
    source.addEventListener('error', () => {
      setLive(before => ({ ...before, state: 'connecting' }));
    });
    source.addEventListener('traces', event => {
      const lines = readEvent(event, HubLiveTraces)
        .summaries.map(traceLine)
        .filter(({ services }) => isAsked(services));
      setLive(before => ({ ...before, lines: newest(before.lines, lines) }));
    });
    source.addEventListener('dropped', event => {
      const { traceCount } = readEvent(event, HubLiveDropped);
      setLive(before => ({ ...before, droppedCount: traceCount }));
    });
    return () => {
      source.close();
      setLive(OFF);
    };
  }, [isOn, path, via]);
  return live;
}

const readEvent = <Schema extends z.ZodType>({ data }: { readonly data: unknown }, schema: Schema): z.infer<Schema> =>
  schema.parse(JSON.parse(String(data)));

function newest(known: readonly TraceLine[], arrived: readonly TraceLine[]): TraceLine[] {
  const byId = new Map([...known, ...arrived].map(line => [line.traceId, line]));
  return [...byId.values()].slice(-MAX_KEPT);
}
