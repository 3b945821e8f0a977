/** Which traces are exported. A caller's decision, in `traceparent`, is followed; these rules decide for new traces. */
export interface Sampling {
  /** The share of new traces to export, 0 to 1; the same trace gets the same answer in every service. Default 1. */
  readonly ratio?: number;
  /** By route, before `ratio`; the first that fits decides. */
  readonly routes?: readonly RouteRule[];
  /** Export what turns out to be worth it although the ratio did not choose it. */
  readonly keep?: KeepRule;
}

/** `{ route: '/health', ratio: 0 }`, `{ route: '/orders/*', method: 'POST', ratio: 1 }`. */
export interface RouteRule {
  /** The route template, as in the span's name; a trailing `*` stands for whatever follows. */
  readonly route: string;
  readonly method?: string;
  readonly ratio: number;
}

/**
 * Decides when the request ends, in this process, about the spans of this process: another service that saw no error keeps
 * none. The spans of undecided requests wait in a buffer; the oldest request gives way when it is full.
 */
export interface KeepRule {
  readonly errors?: boolean;
  /** Keep requests that took at least this long. */
  readonly slowMs?: number;
  /** Spans waiting at most, over all undecided requests. Default 20,000. */
  readonly maxSpans?: number;
}
