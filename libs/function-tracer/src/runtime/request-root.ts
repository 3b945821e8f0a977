/** How much of a request is written; of one too many, only the calls that throw. */
export type Share = 'all' | 'failures' | 'nothing';

/** What every call made for one request, or under one OpenTelemetry span, has in common. */
export interface RequestRoot {
  /** A number by which records refer to it. */
  readonly index: number;
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly writes: Share;
  /** The recorder that has written its ids. */
  writtenBy: object | undefined;
  /** That of the request, where this one is for a span inside it. */
  readonly request: RequestRoot | undefined;
}

/** Where a call comes from when no traced call is on the stack. */
export interface CallContext {
  /** The call it comes from; 0 for a request's own beginning. */
  readonly id: number;
  readonly depth: number;
  readonly root: RequestRoot | undefined;
}

let roots = 0;

type RootFacts = Omit<RequestRoot, 'index' | 'writtenBy' | 'request'> & { readonly request?: RequestRoot };

/** Names every field: this is done for each request, and to spread an object into another is dear. */
export function createRoot({ requestId, traceId, spanId, writes, request }: RootFacts): RequestRoot {
  return { index: ++roots, requestId, traceId, spanId, writes, writtenBy: undefined, request };
}
