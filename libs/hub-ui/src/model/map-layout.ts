import type { HubDependencies } from '@tracelab/contracts/trace-query';

export type MapEdge = HubDependencies['edges'][number];

export interface MapNode {
  readonly name: string;
  readonly shape: 'service' | 'database' | 'queue';
  readonly x: number;
  readonly y: number;
}

export interface ServiceMap {
  readonly nodes: readonly MapNode[];
  /** Without calls of a service to itself. */
  readonly edges: readonly MapEdge[];
  readonly width: number;
  readonly height: number;
}

export const NODE_WIDTH = 156;
export const NODE_HEIGHT = 32;
const COLUMN_PX = 372;
const ROW_PX = 64;
const MARGIN_PX = 24;

/** Places services left to right by who calls whom, so that most edges point right; stable for the same edges. */
export function layoutMap(all: readonly MapEdge[]): ServiceMap {
  const edges = all.filter(({ parent, child }) => parent !== child);
  const names = [...new Set(all.flatMap(({ parent, child }) => [parent, child]))].sort();
  const columns = columnsOf(names, edges);
  orderColumns(columns, edges);
  const tallest = Math.max(1, ...columns.map(column => column.length));
  const height = (tallest - 1) * ROW_PX + NODE_HEIGHT + 2 * MARGIN_PX;
  const nodes = columns.flatMap((column, at) =>
    column.map((name, row) => ({
      name,
      shape: shapeOf(name, edges),
      x: MARGIN_PX + at * COLUMN_PX,
      y: (height - NODE_HEIGHT) / 2 + (row - (column.length - 1) / 2) * ROW_PX,
    })),
  );
  return { nodes, edges, width: (columns.length - 1) * COLUMN_PX + NODE_WIDTH + 2 * MARGIN_PX, height };
}

function shapeOf(name: string, edges: readonly MapEdge[]): MapNode['shape'] {
  if (edges.some(({ child, kind }) => child === name && kind === 'database')) return 'database';
  const isQueue = edges.some(({ parent, child, kind }) => kind === 'messaging' && (child === name || parent === name));
  return isQueue && !edges.some(({ parent, child, kind }) => kind === 'call' && (child === name || parent === name))
    ? 'queue'
    : 'service';
}

/** A service stands one column behind the furthest of its callers; edges that close a cycle do not count. */
function columnsOf(names: readonly string[], edges: readonly MapEdge[]): string[][] {
  const forward = withoutCycles(names, edges);
  const rank = new Map(names.map(name => [name, 0]));
  // Longest path by relaxation: without cycles it settles within as many rounds as there are names.
  for (let round = 0; round < names.length; round++) {
    let isSettled = true;
    for (const { parent, child } of forward) {
      const least = (rank.get(parent) ?? 0) + 1;
      if ((rank.get(child) ?? 0) >= least) continue;
      rank.set(child, least);
      isSettled = false;
    }
    if (isSettled) break;
  }
  const columns: string[][] = [];
  for (const name of names) (columns[rank.get(name) ?? 0] ??= []).push(name);
  return columns;
}

function withoutCycles(names: readonly string[], edges: readonly MapEdge[]): MapEdge[] {
  const kept: MapEdge[] = [];
  const reaches = (from: string, to: string): boolean => {
    const pending = [from];
    const seen = new Set<string>();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next === to) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      pending.push(...kept.filter(({ parent }) => parent === next).map(({ child }) => child));
    }
    return false;
  };
  // Callers nobody calls first, then busy edges: of a cycle the weakest edge points back.
  const called = new Set(edges.map(({ child }) => child));
  const weight = ({ parent, callCount }: MapEdge) => (called.has(parent) ? 0 : 1e15) + callCount;
  for (const edge of [...edges].sort((left, right) => weight(right) - weight(left))) {
    if (!reaches(edge.child, edge.parent)) kept.push(edge);
  }
  return kept;
}

// A few sweeps of "stand beside your neighbours" undo most crossings.
function orderColumns(columns: string[][], edges: readonly MapEdge[]): void {
  for (let sweep = 0; sweep < 4; sweep++) {
    const place = new Map(
      columns.flatMap(column => column.map((name, row) => [name, row - column.length / 2] as const)),
    );
    for (const column of columns) {
      const centre = new Map(column.map(name => [name, centreOf(name, edges, place)]));
      column.sort((left, right) => (centre.get(left) ?? 0) - (centre.get(right) ?? 0) || (left < right ? -1 : 1));
    }
  }
}

function centreOf(name: string, edges: readonly MapEdge[], place: ReadonlyMap<string, number>): number {
  const near = edges.flatMap(({ parent, child }) => (parent === name ? [child] : child === name ? [parent] : []));
  return near.reduce((sum, other) => sum + (place.get(other) ?? 0), 0) / Math.max(1, near.length);
}

export const edgeId = ({ parent, child, kind }: Pick<MapEdge, 'parent' | 'child' | 'kind'>): string =>
  `${parent}>${child}>${kind}`;

/** What the search bar asks to find the traces that used an edge. */
export function edgeQuery({ parent, child, kind }: MapEdge): string {
  if (kind === 'call') return `service:${child} via:${parent}`;
  if (kind === 'messaging') return `messaging.destination.name=${child}`;
  const [system = '', name] = child.split(':');
  return `service:${parent} db.system.name=${system}${name === undefined ? '' : ` db.namespace=${name}`}`;
}
