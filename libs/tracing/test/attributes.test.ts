import { afterEach, expect, test } from '@jest/globals';
import { traceToMemory } from './memory-tracing.ts';
import type { MemoryTracing } from './memory-tracing.ts';
import { setAttributes, withSpan } from '@tracelab/tracing';
import { RecordedSpan } from '../src/spans/recorded-span.ts';

let memory: MemoryTracing;
afterEach(async () => {
  await memory.tracing.shutdown();
  delete process.env['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'];
  delete process.env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'];
});

const written = async () => {
  withSpan('work', { attributes: { start: 'at the start', list: ['a', 'b'], nothing: undefined } }, () => {
    setAttributes({ start: 'set later', count: 7, is: true, empty: undefined });
  });
  return (await memory.spans())[0]?.attributes;
};

test('attributes of any kind are written, later ones over earlier ones, and what is undefined is not', async () => {
  memory = traceToMemory();
  expect(await written()).toEqual({ start: 'set later', list: ['a', 'b'], count: 7, is: true });
});

test('a limit in the environment cuts them', async () => {
  process.env['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'] = '3';
  memory = traceToMemory();
  expect(await written()).toEqual({ start: 'set', list: ['a', 'b'], count: 7, is: true });
});

test('a rule by route sees them when it decides', async () => {
  memory = traceToMemory({ sampling: { routes: [{ route: '/none', ratio: 0 }] } });
  withSpan('work', { attributes: { 'http.route': '/none' } }, () => undefined);
  expect(await memory.spans()).toEqual([]);
});

test('a span that is over takes no more', async () => {
  memory = traceToMemory();
  await withSpan('outer', async outer => {
    outer.end();
    await Promise.resolve();
    setAttributes({ late: true });
  });
  expect((await memory.spans())[0]?.attributes).toEqual({});
});

test.each([
  [undefined, true],
  ['true', false],
])(
  'spans are ours, unless OTEL_NODE_EXPERIMENTAL_SDK_METRICS=%s has the SDK count its own',
  async (counts, areOurs) => {
    if (counts !== undefined) process.env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'] = counts;
    memory = traceToMemory();
    await written();
    expect((await memory.spans())[0] instanceof RecordedSpan).toBe(areOurs);
  },
);
