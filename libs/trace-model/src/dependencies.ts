import { attributeOf, textOf } from './attribute-value.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { Span, SpanKind } from './span.ts';
import { traceTree } from './trace-tree.ts';

/** `call`: a span and its parent's service; `database` and `messaging`: a peer that sends no spans of its own. */
export type EdgeKind = 'call' | 'database' | 'messaging';

/** Who depends on whom. */
export interface Edge {
  readonly parent: string;
  readonly child: string;
  readonly kind: EdgeKind;
}

export interface EdgeStatistics extends Edge {
  callCount: number;
  errorCount: number;
  readonly durations: DurationHistogram;
}

/** What a span says about the systems that it talks to. */
export interface PeerFacts {
  readonly service: string;
  readonly kind: SpanKind;
  /** The text of an attribute of the span itself. */
  readonly attribute: (key: string) => string | undefined;
}

/** The attributes that `peerEdge` looks at. */
export const PEER_ATTRIBUTES = {
  databaseSystem: ['db.system.name', 'db.system'],
  databaseName: ['db.namespace', 'db.name'],
  destination: ['messaging.destination.name', 'messaging.destination'],
} as const;

/**
 * The edge to a database or a message destination that the span's own attributes name; the sender's edge points to the
 * destination, the receiver's away from it, so a message's two halves meet without sharing a trace.
 */
export function peerEdge({ service, kind, attribute }: PeerFacts): Edge | undefined {
  const first = (keys: readonly string[]) => keys.map(attribute).find(text => text !== undefined && text !== '');
  if (kind === 'producer' || kind === 'consumer') {
    const destination = first(PEER_ATTRIBUTES.destination);
    if (destination === undefined) return undefined;
    const [parent, child] = kind === 'producer' ? [service, destination] : [destination, service];
    return { parent, child, kind: 'messaging' };
  }
  // An internal span that names a database may wrap the client span that does too; one call counts once.
  const system = kind === 'client' ? first(PEER_ATTRIBUTES.databaseSystem) : undefined;
  if (system === undefined) return undefined;
  const name = first(PEER_ATTRIBUTES.databaseName);
  return { parent: service, child: name === undefined ? system : `${system}:${name}`, kind: 'database' };
}

/**
 * The edges of one trace, self-edges included: each span that has its parent in the trace is a call from the parent's
 * service. Durations and errors are those of the child. Only children that `isCounted` accepts count, such as those of
 * some time; their parents may be any. Sorted by parent, child, kind.
 */
export function dependencyEdges(
  spans: readonly Span[],
  isCounted: (child: Span) => boolean = () => true,
): EdgeStatistics[] {
  const table = new EdgeTable();
  for (const { span, parent } of traceTree(spans).nodes) {
    if (!isCounted(span)) continue;
    const call: CallFacts = {
      durationNs: Math.max(0, Number(span.endNs - span.startNs)),
      isError: span.status.code === 'error',
    };
    if (parent !== undefined) {
      table.add({ parent: parent.span.service, child: span.service, kind: 'call' }, call);
    }
    const edge = peerEdge({ service: span.service, kind: span.kind, attribute: key => textOfKey(span, key) });
    if (edge !== undefined) table.add(edge, call);
  }
  return table.edges();
}

/** One use of an edge. */
export interface CallFacts {
  readonly durationNs: number;
  readonly isError: boolean;
}

/** Sums calls by edge; edges of many traces merge in it. */
export class EdgeTable {
  readonly #edges = new Map<string, EdgeStatistics>();

  add(edge: Edge, call: CallFacts): void {
    const sum = this.#sumOf(edge);
    sum.callCount += 1;
    sum.errorCount += call.isError ? 1 : 0;
    sum.durations.add(call.durationNs);
  }

  merge(edge: EdgeStatistics): void {
    const sum = this.#sumOf(edge);
    sum.callCount += edge.callCount;
    sum.errorCount += edge.errorCount;
    sum.durations.merge(edge.durations);
  }

  /** Sorted by parent, child, kind. */
  edges(): EdgeStatistics[] {
    return [...this.#edges].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, edge]) => edge);
  }

  #sumOf({ parent, child, kind }: Edge): EdgeStatistics {
    const key = `${parent}\u0000${child}\u0000${kind}`;
    const known = this.#edges.get(key);
    if (known !== undefined) return known;
    const sum = { parent, child, kind, callCount: 0, errorCount: 0, durations: new DurationHistogram() };
    this.#edges.set(key, sum);
    return sum;
  }
}

function textOfKey(span: Span, key: string): string | undefined {
  const value = attributeOf(span.attributes, key);
  return value === undefined ? undefined : textOf(value);
}
