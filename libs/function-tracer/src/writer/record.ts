/** What a record in the buffer says. */
export const Kind = { pad: 0, define: 1, root: 2, enter: 3, exit: 4, exception: 5, aggregate: 6, line: 7 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/**
 * A record as numbers and text. Its fields, by kind:
 *
 *     enter      call, parent, depth, started, root            text: arguments
 *     exit       call, parent, depth, ended, root, lasted, suspended    text: result
 *     exception  the same                                       text: type and message
 *     aggregate  calls, -, -, at, -, lasted in sum
 *     define     first number                                   text: the functions
 *     root       -, -, -, -, root                               text: its ids
 *     line       -, -, -, at, root                              text: the event's own fields
 */
export interface EventRecord {
  kind: Kind;
  functionIndex: number;
  id: number;
  parentId: number;
  depth: number;
  /** Milliseconds of this thread's clock. */
  timeMs: number;
  rootIndex: number;
  lastedMs: number;
  suspendedMs: number;
  text: string;
}

export function emptyRecord(): EventRecord {
  return {
    kind: Kind.pad,
    functionIndex: 0,
    id: 0,
    parentId: 0,
    depth: 0,
    timeMs: 0,
    rootIndex: 0,
    lastedMs: 0,
    suspendedMs: 0,
    text: '',
  };
}
