import { afterAll, expect, test } from '@jest/globals';
import { traceToMemory } from '../test/memory-tracing.ts';
import { currentTraceId, executionTree, withSpan } from './index.ts';
import type { ExecutionNode } from './index.ts';

// No span is remembered after its request, which is the default.
const memory = traceToMemory();
afterAll(() => memory.tracing.shutdown());

const namesOf = ({ name, children }: ExecutionNode): string =>
  children.length === 0 ? name : `${name} [${children.map(namesOf).join(', ')}]`;
const shape = () => executionTree()?.roots.map(namesOf);

test('the active request has its tree, from its middle and from what it left running', async () => {
  let late: Promise<unknown> | undefined;
  const traceId = withSpan('request', () => {
    expect(shape()).toEqual(['request']);
    withSpan('step', () => {
      withSpan('inner', () => undefined);
      expect(shape()).toEqual(['request [step [inner]]']);
      expect(executionTree(currentTraceId())).toEqual(executionTree());
    });
    late = new Promise(resolve => setTimeout(resolve, 5)).then(() => withSpan('late', shape));
    return currentTraceId();
  });
  await expect(late).resolves.toEqual(['request [step [inner], late]']);
  expect(executionTree(traceId)).toBeUndefined();
});

test('requests side by side see none of each other', async () => {
  const shapes = await Promise.all(
    ['a', 'b'].map(name =>
      withSpan(name, async () => {
        await withSpan(`${name}1`, () => new Promise(resolve => setTimeout(resolve, 5)));
        return shape();
      }),
    ),
  );
  expect(shapes).toEqual([['a [a1]'], ['b [b1]']]);
});

test('outside a request there is no tree', () => {
  expect(executionTree()).toBeUndefined();
});

test('a request of more spans than 1,000 has the first of them, and says that it is cut', () => {
  const tree = withSpan('long', () => {
    for (let i = 0; i < 1_200; i++) withSpan('step', () => undefined);
    return executionTree();
  });
  expect(tree?.isComplete).toBe(false);
  expect(tree?.roots[0]?.children).toHaveLength(999);
});
