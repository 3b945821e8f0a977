// The execution trace against the running gateway: the older README's example as it stands, and what is beyond it.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExecutionStep } from '@tracelab/contracts/execution';
import { ask, ServiceProcess } from '@tracelab/test-stack';

let gateway: ServiceProcess;
beforeAll(async () => {
  gateway = await ServiceProcess.start({
    service: 'gateway',
    nodeArgs: ['--import=@tracelab/tracing/register'],
    env: { OTEL_TRACES_EXPORTER: 'none' },
  });
}, 60_000);
afterAll(() => gateway.stop());

const readme = readFileSync(new URL('../../../docs/seeds/execution-trace.md', import.meta.url), 'utf8');
const example = JSON.parse(/```json\n([^]*?)```/.exec(readme)?.[1] ?? '') as ExecutionStep;
const address = /`http:\/\/127\.0\.0\.1:8000(\/\w+)`/.exec(readme)?.[1] ?? '';

const run = async (query = '', path = '/trace') => (await ask(`${gateway.url}${path}${query}`)).body as ExecutionStep;
const all = (step: ExecutionStep): ExecutionStep[] => [step, ...step.children.flatMap(all)];
const find = (tree: ExecutionStep, name: string) => all(tree).find(({ operation }) => operation === name);
const secondsOf = (step?: ExecutionStep) => Number(/^(\d+\.\d\d) seconds$/.exec(step?.execution_time ?? '')?.[1]);
const shapeOf = ({ operation, description, orderid, children }: ExecutionStep): unknown => ({
  operation,
  description,
  orderid,
  children: children.map(shapeOf),
});

/** Timers fire late on a busy machine, never early; a tenth of a second of that is no fault. */
const expectTime = (step: ExecutionStep | undefined, seconds: number) => {
  expect(secondsOf(step)).toBeGreaterThanOrEqual(seconds - 0.01);
  expect(secondsOf(step)).toBeLessThan(seconds + 1);
};

describe('the older README', () => {
  let tree: ExecutionStep;
  let text: string;
  beforeAll(async () => {
    text = await (await fetch(gateway.url + address)).text();
    tree = JSON.parse(text) as ExecutionStep;
  });

  test('its example has the same names, descriptions, order and nesting', () => {
    expect(shapeOf(tree)).toEqual(shapeOf(example));
  });

  test('keys come in its order, and there is no other', () => {
    const keysOf = (step: ExecutionStep): string[] => all(step).map(each => Object.keys(each).join());
    expect(new Set(keysOf(tree))).toEqual(new Set(['operation,description,orderid,execution_time,children']));
    expect(keysOf(tree)).toEqual(keysOf(example));
  });

  test('each function took its time, and main the sum: it awaits one after the other', () => {
    expect(tree.execution_time).toBe('N/A');
    for (const name of ['a', 'b', 'c']) {
      expectTime(find(tree, name), 0.6);
      for (const place of [1, 2, 3]) expectTime(find(tree, `${name}${place}`), place / 10);
    }
    expectTime(find(tree, 'main'), 1.8);
  });

  test('in parallel, main takes the time that the example says', async () => {
    const parallel = await run('?mode=parallel');
    expectTime(find(parallel, 'main'), secondsOf(find(example, 'main')));
  });
});

describe('side by side', () => {
  test('every function is below the one that called it, with an order of its own', async () => {
    const tree = await run('?mode=parallel');
    const main = find(tree, 'main');
    expect(main?.children.map(({ operation }) => operation)).toEqual(['a', 'b', 'c']);
    for (const { operation, children } of main?.children ?? [])
      expect(children.map(child => child.operation)).toEqual([1, 2, 3].map(place => `${operation}${place}`));
    const orders = all(tree).map(({ orderid }) => orderid);
    expect(orders.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 14 }, (_, i) => i));
    expect(['a', 'a1', 'b', 'b1', 'c', 'c1'].map(name => find(tree, name)?.orderid)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test('100 requests at once never mix', async () => {
    const trees = await Promise.all(
      Array.from({ length: 100 }, (_, i) => run('?mode=parallel', i % 2 === 0 ? '/trace' : '/trace2')),
    );
    const names = (tree: ExecutionStep) => all(tree).map(({ operation }) => operation);
    const whole = names(example);
    const part = whole.filter(name => !name.startsWith('c')).map(name => (name === 'main' ? 'main2' : name));
    trees.forEach((tree, i) => {
      expect(names(tree)).toEqual(i % 2 === 0 ? whole : part);
    });
  }, 60_000);

  test('two requests of one trace are told apart', async () => {
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const [one, two] = await Promise.all(
      ['/trace', '/trace2'].map(
        async path => (await ask(`${gateway.url}${path}?mode=parallel`, { headers })).body as ExecutionStep,
      ),
    );
    expect(one?.children.map(({ operation }) => operation)).toEqual(['main']);
    expect(two?.children.map(({ operation }) => operation)).toEqual(['main2']);
    expect(all(one as ExecutionStep)).toHaveLength(14);
  });
});

test('/trace2 runs a and b alone', async () => {
  const tree = await run('?mode=parallel', '/trace2');
  expect(tree.children.map(({ operation }) => operation)).toEqual(['main2']);
  expect(find(tree, 'main2')?.children.map(({ operation }) => operation)).toEqual(['a', 'b']);
});

describe('a function that fails', () => {
  test('keeps its time and its error; its siblings stay its siblings, and the tree comes with the failure', async () => {
    const { status, body } = await ask(`${gateway.url}/trace?fail=b2`);
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'ExecutionFailed', detail: 'b2 failed, as asked' });
    const tree = (body as { trace: ExecutionStep }).trace;
    expect(find(tree, 'b2')).toMatchObject({
      status: 'error',
      error: { type: 'AskedToFail', message: 'b2 failed, as asked' },
      orderid: 8,
      children: [],
    });
    expectTime(find(tree, 'b2'), 0.2);
    expect(find(tree, 'b')?.children.map(({ operation }) => operation)).toEqual(['b1', 'b2']);
    expect(find(tree, 'main')).toMatchObject({ status: 'error' });
    expect(find(tree, 'a')).not.toHaveProperty('status');
  });

  test('work that still runs is marked, without a time', async () => {
    const { body } = await ask(`${gateway.url}/trace?mode=parallel&fail=c1`);
    const tree = (body as { trace: ExecutionStep }).trace;
    for (const name of ['a', 'b']) expect(find(tree, name)).toMatchObject({ status: 'running', execution_time: 'N/A' });
    expect(find(tree, 'c1')).toMatchObject({ status: 'error' });
  });
});

describe('other formats', () => {
  const textOf = async (format: string) => (await fetch(`${gateway.url}/trace2?mode=parallel&format=${format}`)).text();

  test('text is a line for each function, indented', async () => {
    const lines = (await textOf('text')).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('Root: Root operation, OrderID: 0, Execution Time: N/A');
    expect(lines[2]).toMatch(/^ {4}a: Function A, OrderID: 2, Execution Time: \d\.\d\d seconds$/);
  });

  test('flame is folded stacks whose own times add up to no more than was spent', async () => {
    const stacks = (await textOf('flame'))
      .trimEnd()
      .split('\n')
      .map(line => line.split(' '));
    expect(stacks.map(([stack]) => stack)).toEqual([
      'main2',
      ...['a', 'b'].flatMap(x => ['', 1, 2, 3].map(place => `main2;${x}${place === '' ? '' : `;${x}${place}`}`)),
    ]);
    expect(Number(stacks.find(([stack]) => stack === 'main2;a;a3')?.[1])).toBeGreaterThanOrEqual(295_000);
  });

  test('chrome is complete events that nest within their thread', async () => {
    const { traceEvents } = JSON.parse(await textOf('chrome')) as {
      traceEvents: { name: string; ph: string; ts: number; dur: number; tid: number }[];
    };
    expect(traceEvents.map(({ name }) => name)).toEqual(['main2', 'a', 'a1', 'a2', 'a3', 'b', 'b1', 'b2', 'b3']);
    expect(new Set(traceEvents.map(({ ph }) => ph))).toEqual(new Set(['X']));
    const tidOf = (name: string) => traceEvents.find(event => event.name === name)?.tid;
    expect(tidOf('a')).not.toBe(tidOf('b'));
    for (const [parent, child] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['a', 'a3'],
      ['b', 'b2'],
    ] as const)
      expect(tidOf(child)).toBe(tidOf(parent));
  });

  test('timings are numbers beside the words', async () => {
    const a = find(await run('?mode=parallel&timings=true'), 'a');
    expect(a).toMatchObject({ started_at_ms: expect.any(Number), self_ms: expect.any(Number) });
    expect(a?.duration_ms).toBeGreaterThanOrEqual(595);
  });
});

test.each(['mode=sideways', 'format=xml', 'fail=d1', 'timings=perhaps'])(
  '%s is a 422 that names the value',
  async query => {
    const { status, body } = await ask(`${gateway.url}/trace?${query}`);
    expect(status).toBe(422);
    expect((body as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual([
      `query.${query.split('=')[0]}`,
    ]);
  },
);

test('a process that records no spans says that there is no trace', async () => {
  const blind = await ServiceProcess.start({ service: 'gateway', env: {} });
  const { status, body } = await ask(`${blind.url}/trace2?mode=parallel`);
  await blind.stop();
  expect({ status, body }).toEqual({ status: 200, body: { message: 'No trace found.' } });
}, 60_000);
