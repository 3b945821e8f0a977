import { afterAll, expect, test } from '@jest/globals';
import { traceToMemory } from '../test/memory-tracing.ts';
import { Span, currentTraceId, executionTree, withSpan } from './index.ts';
import type { ExecutionNode } from './index.ts';

const memory = traceToMemory({ rememberedSpans: 20 });
afterAll(() => memory.tracing.shutdown());

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

interface Told {
  readonly [label: string]: readonly Told[];
}
const told = ({ name, order, state, children }: ExecutionNode): Told => ({
  [`${order} ${name} ${state}`]: children.map(told),
});

class Functions {
  @Span('main', { description: 'Main function' })
  async main(): Promise<string | undefined> {
    await Promise.all([this.part('a'), this.part('b')]);
    return currentTraceId();
  }

  part(name: string): Promise<void> {
    return withSpan(name, { description: `Function ${name.toUpperCase()}` }, async () => {
      await pause(2);
      await withSpan(`${name}1`, () => pause(2));
    });
  }
}

test('parents come from the context, orders from the starts, also side by side', async () => {
  const tree = executionTree(await new Functions().main());
  expect(tree?.roots.map(told)).toEqual([
    {
      '1 main finished': [
        { '2 a finished': [{ [`${tree?.roots[0]?.children[0]?.children[0]?.order ?? 0} a1 finished`]: [] }] },
        { '3 b finished': [{ [`${tree?.roots[0]?.children[1]?.children[0]?.order ?? 0} b1 finished`]: [] }] },
      ],
    },
  ]);
  expect(tree?.roots[0]?.description).toBe('Main function');
  const orders = (node: ExecutionNode): number[] => [node.order, ...node.children.flatMap(orders)];
  expect(tree?.roots.flatMap(orders).toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(tree?.roots[0]?.durationMs).toBeGreaterThan(3);
});

test('a failed node keeps its time and says why; the next sibling is not its child', async () => {
  const traceId = await withSpan('root', async () => {
    await withSpan('boom', async () => {
      await pause(1);
      throw Object.assign(new Error('mail me at a@b.ch'), { code: 'Boom' });
    }).catch(() => undefined);
    withSpan('after', () => undefined);
    return currentTraceId();
  });
  const [root] = executionTree(traceId)?.roots ?? [];
  expect(root?.children).toMatchObject([
    { name: 'boom', error: { type: 'Boom', message: 'mail me at [redacted]' }, durationMs: expect.any(Number) },
    { name: 'after', error: undefined },
  ]);
});

test('asked in the middle, it shows what is running', () => {
  withSpan('outer', () => {
    withSpan('inner', () => {
      expect(executionTree()?.roots.map(told)).toEqual([{ '1 outer running': [{ '2 inner running': [] }] }]);
    });
  });
});

test('it is bounded: the latest spans stay, and a cut tree says so', () => {
  const traceId = withSpan('long', () => {
    for (let i = 0; i < 50; i++) withSpan(`step ${i}`, () => undefined);
    return currentTraceId();
  });
  const tree = executionTree(traceId);
  expect(tree?.isComplete).toBe(false);
  expect(tree?.roots.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, i) => `step ${i + 30}`));
  expect(executionTree('0'.repeat(32))).toBeUndefined();
});
