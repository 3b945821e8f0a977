import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { expect, test } from '@jest/globals';
import { SamplingRules } from './sampling-rules.ts';

const traceId = 'f'.repeat(32);
const decide = (rules: SamplingRules, path: string, parent: Context = ROOT_CONTEXT) =>
  rules.shouldSample(parent, traceId, 'GET', SpanKind.SERVER, { 'url.path': path }, []).decision ===
  SamplingDecision.RECORD_AND_SAMPLED;
const sampledCaller = trace.setSpanContext(ROOT_CONTEXT, {
  traceId,
  spanId: 'a'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

test('an ignored path has no span, whoever calls; others follow the caller, then the rate', () => {
  const rules = new SamplingRules({ sampleRate: 0, ignorePaths: ['/health', '/static/*'] });
  expect(['/health', '/static/a.js', '/'].map(path => decide(rules, path, sampledCaller))).toEqual([
    false,
    false,
    true,
  ]);
  expect(decide(rules, '/')).toBe(false);
});

test('a change counts from the next trace on, and leaves the rest as it was', () => {
  const rules = new SamplingRules({ sampleRate: 1, ignorePaths: ['/health'] });
  rules.change({ ignorePaths: [] });
  expect([decide(rules, '/health'), rules.settings.sampleRate]).toEqual([true, 1]);
  rules.change({ sampleRate: 0 });
  expect(decide(rules, '/health')).toBe(false);
});
