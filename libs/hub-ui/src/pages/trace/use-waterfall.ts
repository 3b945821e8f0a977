import { useCallback, useDeferredValue, useEffect, useMemo } from 'react';
import { parseView, viewAround, viewText } from '../../model/bar-geometry.ts';
import { findSpans } from '../../model/find-spans.ts';
import { revealing, traceRows } from '../../model/span-rows.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { pageLocation, useParameter } from '../../url/page-location.ts';

const idsOf = (text: string): ReadonlySet<string> => new Set(text === '' ? [] : text.split(','));
const textOfIds = (ids: ReadonlySet<string>) => [...ids].join(',');

/** The waterfall's state as the URL holds it, what follows from it, and the ways to change it. */
export function useWaterfall({ trace, byId }: TraceFacts) {
  const toggledText = useParameter('t');
  const chosen = useParameter('span');
  const at = useParameter('at');
  const cursor = chosen === '' ? at : chosen;
  const zoom = useParameter('zoom');
  const find = useParameter('find');
  const needle = useDeferredValue(find);
  const view = useMemo(() => parseView(zoom, trace.durationNs), [zoom, trace]);
  const toggled = useMemo(() => idsOf(toggledText), [toggledText]);
  const rows = useMemo(() => traceRows(trace, toggled), [trace, toggled]);
  const matches = useMemo(() => findSpans(trace, needle), [trace, needle]);
  const matchIds = useMemo(() => new Set(matches.map(({ span }) => span.spanId)), [matches]);

  const toggle = useCallback((id: string) => {
    const ids = new Set(idsOf(pageLocation.current.searchParams.get('t') ?? ''));
    if (!ids.delete(id)) ids.add(id);
    pageLocation.change({ t: textOfIds(ids) });
  }, []);
  const show = useCallback(
    (spanId: string, { isChosen }: { readonly isChosen: boolean }) => {
      const node = byId.get(spanId);
      const ids = idsOf(pageLocation.current.searchParams.get('t') ?? '');
      const t = node === undefined ? textOfIds(ids) : textOfIds(revealing(node, trace.roots, ids));
      pageLocation.change({ t, span: isChosen ? spanId : null, at: isChosen ? null : spanId });
    },
    [byId, trace],
  );
  // A link may name a span that lies in a fold.
  useEffect(() => {
    if (cursor !== '' && byId.has(cursor)) show(cursor, { isChosen: chosen !== '' });
  }, [byId, chosen, cursor, show]);
  const zoomTo = (spanId: string) => {
    const node = byId.get(spanId);
    if (node !== undefined) pageLocation.change({ zoom: viewText(viewAround(node, trace.durationNs)) });
  };
  return { rows, view, cursor, chosen, find, matches, matchIds, toggle, show, zoomTo, isZoomed: zoom !== '' };
}

export type Waterfall = ReturnType<typeof useWaterfall>;
