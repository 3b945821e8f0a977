import { describe, expect, test } from '@jest/globals';
import { V3Summary } from '@tracelab/contracts/trace-query';
import { edgeQuery, layoutMap, type MapEdge } from './map-layout.ts';
import { isEntry, redPoints, type RedOperation } from './red-series.ts';
import { ScatterScale } from './scatter-scale.ts';
import { lineStatistics, mergeLines, type TraceLine, traceLine } from './trace-line.ts';

const line = (traceId: string, startMs: number, durationNs: number, errorCount = 0): TraceLine => ({
  traceId,
  rootService: 'web',
  rootOperation: 'GET /',
  startMs,
  durationNs,
  spanCount: 1,
  errorCount,
  orphanCount: 0,
  services: ['web'],
});

describe('the list of traces', () => {
  test('reads a summary, the root’s service first', () => {
    const summary = V3Summary.parse({
      traceId: 'ab'.repeat(16),
      rootServiceName: 'web',
      rootOperationName: 'GET /',
      minStartTimeUnixNano: '1700000000123456789',
      maxEndTimeUnixNano: '1700000000623456789',
      spanCount: 3,
      services: [{ name: 'db' }, { name: 'web' }],
    });
    expect(traceLine(summary)).toMatchObject({
      startMs: 1_700_000_000_123.456,
      durationNs: 500_000_000,
      services: ['web', 'db'],
    });
  });

  test('takes in what arrived, in order, each trace once and in its newer state', () => {
    const found = [line('c', 30, 5), line('a', 10, 9)];
    const merged = mergeLines(found, [line('b', 20, 7), { ...line('a', 10, 11), spanCount: 4 }], 'newest');
    expect(merged.map(({ traceId, spanCount }) => [traceId, spanCount])).toEqual([
      ['c', 1],
      ['b', 1],
      ['a', 4],
    ]);
    expect(mergeLines(found, [line('b', 20, 7)], 'slowest').map(({ traceId }) => traceId)).toEqual(['a', 'b', 'c']);
  });

  test('sums up durations and errors', () => {
    const lines = Array.from({ length: 100 }, (_, at) => line(`${at}`, at, at + 1, at < 2 ? 1 : 0));
    expect(lineStatistics(lines)).toEqual({ count: 100, p50Ns: 50, p99Ns: 99, longestNs: 100, errorShare: 0.02 });
    expect(lineStatistics([])).toMatchObject({ count: 0, errorShare: 0 });
  });
});

describe('the plot', () => {
  const lines = [line('a', 1000, 1e6), line('b', 9000, 1e9)];
  const scale = new ScatterScale(lines, { width: 600, height: 150 });

  test('leads from a point back to time and duration', () => {
    for (const { startMs, durationNs } of lines) {
      expect(scale.startMsAt(scale.x(startMs))).toBeCloseTo(startMs, 3);
      expect(scale.durationNsAt(scale.y(durationNs)) / durationNs).toBeCloseTo(1, 6);
    }
    expect(scale.y(1e9)).toBeLessThan(scale.y(1e6));
  });

  test('finds the nearest point within reach', () => {
    const [x, y] = [scale.x(9000) + 3, scale.y(1e9)];
    expect(scale.nearest(lines, { x, y }, 8)?.traceId).toBe('b');
    expect(scale.nearest(lines, { x: x - 60, y: y + 60 }, 8)).toBeUndefined();
  });
});

const edge = (parent: string, child: string, kind: MapEdge['kind'] = 'call', callCount = 1): MapEdge => ({
  parent,
  child,
  kind,
  callCount,
  errorCount: 0,
  callsPerSecond: 1,
  errorRatio: 0,
  p50Ms: 1,
  p95Ms: 2,
});

describe('the map', () => {
  const xOf = (edges: readonly MapEdge[]) => new Map(layoutMap(edges).nodes.map(({ name, x }) => [name, x]));

  test('places a service to the right of all that call it', () => {
    const x = xOf([
      edge('gateway', 'order'),
      edge('gateway', 'payment'),
      edge('payment', 'order'),
      edge('order', 'pg', 'database'),
    ]);
    const order = ['gateway', 'payment', 'order', 'pg'].map(name => x.get(name) ?? -1);
    expect([...order].sort((left, right) => left - right)).toEqual(order);
    expect(new Set(order).size).toBe(4);
  });

  test('lets the weakest edge of a cycle point back', () => {
    const x = xOf([edge('in', 'a', 'call', 9), edge('a', 'b', 'call', 9), edge('b', 'a', 'call', 1)]);
    expect(x.get('a')).toBeLessThan(x.get('b') ?? 0);
  });

  test('leaves no box upon another, gives databases and queues a shape, and hides calls to oneself', () => {
    const { nodes, edges } = layoutMap([
      edge('a', 'b'),
      edge('a', 'c'),
      edge('a', 'd'),
      edge('a', 'a'),
      edge('b', 'pg', 'database'),
      edge('c', 'mail', 'messaging'),
    ]);
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
    expect(Object.fromEntries(nodes.map(({ name, shape }) => [name, shape]))).toMatchObject({
      a: 'service',
      pg: 'database',
      mail: 'queue',
    });
    expect(edges).toHaveLength(5);
  });

  test('asks for the traces of an edge', () => {
    expect(edgeQuery(edge('order', 'payment'))).toBe('service:payment via:order');
    expect(edgeQuery(edge('order', 'postgresql:orders', 'database'))).toBe(
      'service:order db.system.name=postgresql db.namespace=orders',
    );
  });
});

describe('the monitor', () => {
  const operation = (points: RedOperation['points']): RedOperation => ({
    service: 'web',
    operation: 'GET /',
    kind: 'server',
    callCount: 1,
    errorCount: 0,
    p50Ms: 1,
    p95Ms: 1,
    p99Ms: 1,
    points,
  });

  test('adds operations up, fills the silence, and keeps the slowest p95', () => {
    const points = redPoints(
      [
        operation([{ startMs: 10_000, callCount: 10, errorCount: 1, p95Ms: 5 }]),
        operation([
          { startMs: 10_000, callCount: 30, errorCount: 1, p95Ms: 8 },
          { startMs: 30_000, callCount: 5, errorCount: 0, p95Ms: 2 },
        ]),
      ],
      { stepMs: 10_000, startMs: 0, endMs: 40_000 },
    );
    expect(points).toEqual([
      { startMs: 0, perSecond: 0, errorShare: 0, p95Ns: 0 },
      { startMs: 10_000, perSecond: 4, errorShare: 0.05, p95Ns: 8e6 },
      { startMs: 20_000, perSecond: 0, errorShare: 0, p95Ns: 0 },
      { startMs: 30_000, perSecond: 0.5, errorShare: 0, p95Ns: 2e6 },
    ]);
  });

  test('shows what came from outside', () => {
    expect(['server', 'consumer', 'client', 'internal'].filter(kind => isEntry({ ...operation([]), kind }))).toEqual([
      'server',
      'consumer',
    ]);
  });
});
