import { describe, expect, test } from '@jest/globals';
import type { JaegerSpan, JaegerTrace } from '@tracelab/contracts/trace-query';
import { traceTree } from '@tracelab/trace-model';
import { explainDifference, explainTrace } from './explain-trace.ts';
import { spansFromJaeger } from './spans-from-jaeger.ts';

interface Told {
  readonly id: string;
  readonly parent?: string;
  readonly service: string;
  readonly name: string;
  readonly ms: readonly [from: number, to: number];
  readonly kind?: string;
  readonly isError?: boolean;
}

const traceID = 'a'.repeat(32);
const idOf = (id: string) => id.padStart(16, '0');

function jaegerSpan({ id, parent = 'ffff', service, name, ms, kind = 'internal', isError = false }: Told): JaegerSpan {
  return {
    traceID,
    spanID: idOf(id),
    operationName: name,
    references: [{ refType: 'CHILD_OF', traceID, spanID: idOf(parent) }],
    startTime: 1_700_000_000_000_000 + ms[0] * 1_000,
    duration: (ms[1] - ms[0]) * 1_000,
    tags: [
      { key: 'span.kind', type: 'string', value: kind },
      ...(isError ? [{ key: 'error', type: 'bool' as const, value: true }] : []),
    ],
    logs: [],
    processID: service,
    warnings: null,
  };
}

function jaegerTrace(spans: readonly Told[]): JaegerTrace {
  const services = new Set(spans.map(({ service }) => service));
  const processes = Object.fromEntries([...services].map(name => [name, { serviceName: name, tags: [] }]));
  return { traceID, spans: spans.map(jaegerSpan), processes, warnings: null };
}

const traceOf = (spans: readonly Told[]) => traceTree(spansFromJaeger(jaegerTrace(spans)));

/** The gateway asks payment, whose processor takes as long as given. */
const flow = (processorMs: number): readonly Told[] => [
  { id: '1', service: 'gateway', name: 'GET /flow', ms: [0, processorMs + 30], kind: 'server' },
  { id: '2', parent: '1', service: 'gateway', name: 'POST', ms: [10, processorMs + 25], kind: 'client' },
  { id: '3', parent: '2', service: 'payment', name: 'POST /payments', ms: [12, processorMs + 22], kind: 'server' },
  {
    id: '4',
    parent: '3',
    service: 'payment',
    name: 'processor',
    ms: [15, processorMs + 15],
    isError: processorMs > 200,
  },
];

describe('spans from a backend', () => {
  test('keep service, kind, parent, times and error', () => {
    const spans = spansFromJaeger(jaegerTrace(flow(300)));
    expect(spans[3]).toMatchObject({
      traceId: traceID,
      spanId: idOf('4'),
      parentSpanId: idOf('3'),
      service: 'payment',
      name: 'processor',
      startNs: 1_700_000_000_015_000_000n,
      endNs: 1_700_000_000_315_000_000n,
      status: { code: 'error' },
    });
    expect(spans.map(({ kind }) => kind)).toEqual(['server', 'client', 'server', 'internal']);
  });

  test('an id of 16 digits is the same trace as one of 32', () => {
    const short = { ...jaegerTrace(flow(1)), traceID: 'b'.repeat(16) };
    expect(spansFromJaeger(short)[0]?.traceId).toBe('0'.repeat(16) + 'b'.repeat(16));
  });
});

describe('a trace explained', () => {
  const { services, steps, waterfall, durationMs, spanCount, rowCount } = explainTrace(traceOf(flow(300)));

  test('blames the service and the step with most of the critical path', () => {
    expect(services.map(({ service, ms }) => [service, ms])).toEqual([
      ['payment', 310],
      ['gateway', 20],
    ]);
    expect(steps[0]).toEqual({ service: 'payment', step: 'processor', ms: 300, share: 300 / 330 });
    expect(steps.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  test('names a call by what it calls', () => {
    expect(steps.map(({ step }) => step)).toContain('call of payment: POST /payments');
  });

  test('shows both sides of a call as one row, as long as the caller waited', () => {
    expect(waterfall.map(({ depth, service, name, ms }) => [depth, service, name, ms])).toEqual([
      [0, 'gateway', 'GET /flow', 330],
      [1, 'payment', 'POST /payments', 315],
      [2, 'payment', 'processor', 300],
    ]);
    expect(waterfall.at(-1)).toMatchObject({ isError: true, criticalMs: [[15, 315]] });
    expect({ durationMs, spanCount, rowCount }).toEqual({ durationMs: 330, spanCount: 4, rowCount: 3 });
  });
});

describe('a slower trace beside a usual one', () => {
  test('tells what grew by itself, not all that waited for it', () => {
    const { grew, added, missing } = explainDifference(traceOf(flow(50)), traceOf(flow(350)));
    expect(grew).toMatchObject([{ service: 'payment', step: 'processor', beforeMs: 50, afterMs: 350, grewMs: 300 }]);
    expect({ added, missing }).toEqual({ added: [], missing: [] });
  });

  test('tells the steps that only one of them has', () => {
    const retry: Told = { id: '5', parent: '3', service: 'payment', name: 'retry', ms: [60, 66] };
    const difference = explainDifference(traceOf(flow(50)), traceOf([...flow(50), retry]));
    expect(difference.added).toMatchObject([{ service: 'payment', step: 'retry', afterMs: 6, beforeCount: 0 }]);
    const reverse = explainDifference(traceOf([...flow(50), retry]), traceOf(flow(50)));
    expect(reverse.missing).toMatchObject([{ step: 'retry', afterCount: 0 }]);
  });
});
