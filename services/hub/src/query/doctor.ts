import type { HubDoctorReport, HubFinding } from '@tracelab/contracts/trace-query';
import { diagnoseTrace, type Finding, TRACE_FAULTS } from '@tracelab/trace-model';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { decodeBatch } from '../otlp/decode-span.ts';
import { type TimeWindow, type TraceStore } from '../store/trace-store.ts';

/** The newest traces are enough to find what is wrong now, and bound what one question costs. */
const MAX_TRACES = 500;
const MAX_SPANS = 50_000;
const MAX_EXAMPLES = 5;
/** A service with more operations than this most likely has ids in its span names. */
const MAX_OPERATIONS = 100;

/** Looks over the newest traces of the window for what is wrong with their telemetry. */
export async function examine(store: TraceStore, { startMs, endMs }: TimeWindow): Promise<HubDoctorReport> {
  const { summaries } = await store.search({
    startMinNs: BigInt(startMs) * 1_000_000n,
    startMaxNs: BigInt(endMs) * 1_000_000n,
    sort: 'start',
    order: 'desc',
    limit: MAX_TRACES,
    budgetMs: 2000,
  });
  let [examinedTraces, examinedSpans] = [0, 0];
  const findings: Finding[] = [];
  for (const { traceId } of summaries) {
    if (examinedSpans >= MAX_SPANS) break;
    const batch = await store.trace(traceId);
    if (batch === undefined) continue;
    const spans = decodeBatch(batch);
    findings.push(...diagnoseTrace(spans));
    examinedTraces++;
    examinedSpans += spans.length;
    // Receiving goes on in between.
    await nextTurn();
  }
  return { examinedTraces, examinedSpans, findings: [...traceFindings(findings), ...(await nameFindings(store))] };
}

function traceFindings(findings: readonly Finding[]): HubFinding[] {
  return [...Map.groupBy(findings, ({ fault }) => fault)].map(([fault, own]) => ({
    fault,
    severity: 'isInformation' in TRACE_FAULTS[fault] ? 'information' : 'fault',
    title: TRACE_FAULTS[fault].title,
    remedy: TRACE_FAULTS[fault].remedy,
    count: own.length,
    examples: own.slice(0, MAX_EXAMPLES).map(({ traceId, spanId, service, detail }) => ({
      traceId,
      spanId,
      service,
      detail,
    })),
  }));
}

async function nameFindings(store: TraceStore): Promise<HubFinding[]> {
  const examples: HubFinding['examples'] = [];
  for (const service of await store.services()) {
    const names = new Set((await store.operations(service)).map(({ name }) => name));
    if (names.size <= MAX_OPERATIONS) continue;
    const [name = ''] = names;
    examples.push({
      ...(await exampleOf(store, service, name)),
      service,
      detail: `${names.size} names such as "${name}"`,
    });
  }
  if (examples.length === 0) return [];
  return [
    {
      fault: 'high-cardinality-names',
      severity: 'fault',
      title: 'Services with so many span names that they cannot be told apart or summed up',
      count: examples.length,
      remedy: 'Name spans by the route or the operation (GET /users/:id) and put ids into attributes.',
      examples: examples.slice(0, MAX_EXAMPLES),
    },
  ];
}

async function exampleOf(store: TraceStore, service: string, name: string) {
  const is = (field: 'service' | 'operation', value: string) =>
    ({ op: 'compare', comparison: 'eq', operand: { field }, value }) as const;
  const { summaries } = await store.search({
    where: { op: 'and', of: [is('service', service), is('operation', name)] },
    sort: 'start',
    order: 'desc',
    limit: 1,
    budgetMs: 500,
  });
  const batch = await store.trace(summaries[0]?.traceId ?? '');
  const span =
    batch === undefined ? undefined : decodeBatch(batch).find(own => own.service === service && own.name === name);
  return { traceId: span?.traceId ?? '', spanId: span?.spanId ?? '' };
}
