import { expect, test } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { MetricsText, SdkDuration } from './metrics-text.ts';

const options = {
  name: 'work.duration',
  description: 'Duration of work.',
  keys: ['kind', 'code', 'failed'],
  boundaries: [0.01, 0.1, 1],
};
const measured = fc.record({
  seconds: fc.oneof(fc.constantFrom(0, 0.01, 0.1, 1, -1, NaN), fc.double({ min: 0, max: 2, noNaN: true })),
  attributes: fc.record(
    {
      kind: fc.constantFrom('a', 'b', '7', 'say "a"\\'),
      code: fc.constantFrom(7, 8),
      failed: fc.boolean(),
      path: fc.string(),
    },
    { requiredKeys: [] },
  ),
});

function metricsText(): MetricsText {
  const text = new MetricsText('test');
  new MeterProvider({ readers: [text.reader] }).getMeter('test');
  return text;
}

test('the text is what the SDK makes of the same measurements', async () => {
  const property = fc.asyncProperty(fc.array(measured, { maxLength: 30 }), async measurements => {
    const ours = metricsText();
    const own = ours.duration(options);
    const theirs = new MetricsText('test');
    const sdk = new SdkDuration(new MeterProvider({ readers: [theirs.reader] }).getMeter('test'), options);
    for (const { seconds, attributes } of measurements) {
      own.record(seconds, attributes);
      // The SDK has a series of nothing for it.
      if (!Number.isNaN(seconds)) sdk.record(seconds, attributes);
    }
    expect(await ours.text()).toBe(await theirs.text());
  });
  await fc.assert(property, { numRuns: 100 });
});

test('beyond 1,999 series the rest is one without attributes', async () => {
  const text = metricsText();
  const duration = text.duration({ ...options, boundaries: [] });
  for (let kind = 0; kind < 3_000; kind++) duration.record(1, { kind });
  const lines = (await text.text()).split('\n').filter(line => line.startsWith('work_duration_count'));
  expect(lines.length).toBe(2_000);
  expect(lines.at(-1)).toBe('work_duration_count{otel_metric_overflow="true",otel_scope_name="test"} 1001');
});

test('what is measured in several places under one name is one metric, and of equal keys one series', async () => {
  const text = metricsText();
  for (let place = 0; place < 2; place++) text.duration(options).record(0.5, { kind: 'a' });
  text.duration({ ...options, keys: ['code'] }).record(0.5, { code: 7 });
  const lines = (await text.text()).split('\n');
  expect(lines.filter(line => line.startsWith('# TYPE work_duration'))).toHaveLength(1);
  expect(lines.filter(line => line.startsWith('work_duration_count'))).toEqual([
    'work_duration_count{kind="a",otel_scope_name="test"} 2',
    'work_duration_count{code="7",otel_scope_name="test"} 1',
  ]);
});
