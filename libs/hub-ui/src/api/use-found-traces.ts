import { HubSearchPage } from '@tracelab/contracts/trace-query';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { CompiledQuery } from '../model/compile-query.ts';
import { boundsOf, type TimeRange } from '../model/time-range.ts';
import { HUB_SORTS, type SortOrder, type TraceLine, traceLine } from '../model/trace-line.ts';
import { viaPredicate, type ViaTerm } from '../model/via-services.ts';
import { askHub, hubPath, type Parameters } from './ask-hub.ts';

const PAGE_SIZE = 500;

export interface TraceSearch {
  readonly query: CompiledQuery;
  readonly range: TimeRange;
  readonly order: SortOrder;
}

/** The parameters that search and live tail have in common. */
export const filterParameters = ({ filter, text }: CompiledQuery): Parameters => ({
  filter: filter === undefined ? undefined : JSON.stringify(filter),
  text,
});

/** Found traces, page after page. */
export function useFoundTraces({ query, range, order }: TraceSearch) {
  const result = useInfiniteQuery({
    queryKey: ['search', filterParameters(query), range, order],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const parameters = {
        ...filterParameters(query),
        ...boundsOf(range, Date.now()),
        sort: HUB_SORTS[order],
        order: 'desc',
        limit: PAGE_SIZE,
        after: pageParam === '' ? undefined : pageParam,
      };
      return askHub(hubPath('/api/hub/search', parameters), HubSearchPage, signal);
    },
    getNextPageParam: page => page.next,
    placeholderData: keepPreviousData,
    enabled: query.faults.length === 0,
  });
  const { via } = query;
  const pages = result.data?.pages;
  const lines = useMemo(() => linesOf(pages ?? [], via), [pages, via]);
  return { ...result, lines, isTruncated: pages?.some(page => page.isTruncated) ?? false };
}

function linesOf(pages: readonly HubSearchPage[], via: readonly ViaTerm[]): TraceLine[] {
  const isAsked = viaPredicate(via);
  return pages.flatMap(page => page.summaries.map(traceLine)).filter(({ services }) => isAsked(services));
}
