import { describe, expect, test } from '@jest/globals';
import { criticalPath, criticalTimeNs, traceTree } from '@tracelab/trace-model';
import { makeSpans, text } from '../../../trace-model/test/make-spans.ts';
import { attributeGroups } from './attribute-groups.ts';
import { compareRows } from './compare-rows.ts';
import { curlText } from './curl-text.ts';
import { findSpans } from './find-spans.ts';
import { flameFrames } from './flame-frames.ts';
import { spanGroups } from './span-groups.ts';
import { parseSpanOrder, sortedSpans, spanOrderText } from './span-order.ts';
import { traceFacts } from './trace-facts.ts';

const spans = () =>
  makeSpans(
    { id: 'root', service: 'web', at: [0, 100] },
    {
      id: 'one',
      parent: 'root',
      service: 'db',
      name: 'query',
      at: [10, 40],
      attributes: [text('db.statement', 'SELECT Users')],
    },
    {
      id: 'two',
      parent: 'root',
      service: 'db',
      name: 'query',
      at: [20, 60],
      status: { code: 'error', message: 'Dead Lock' },
    },
    { id: 'end', parent: 'root', service: 'web', at: [70, 90], attributes: [text('db.statement', '-')] },
  );
const trace = () => traceTree(spans());

describe('finding', () => {
  test.each([
    ['users', ['one']],
    ['DEAD lock', ['two']],
    ['db.statement', ['one', 'end']],
    ['query', ['one', 'two']],
    ['nothing like it', []],
    ['.*', []],
    [String.raw`(?[{^$|/\-`, []],
    ['  ', []],
  ])('%j finds spans by any text of theirs, in any case', (needle, ids) => {
    expect(findSpans(trace(), needle).map(({ span }) => span.spanId)).toEqual(ids);
  });
});

describe('a flame graph', () => {
  const frames = flameFrames(trace());

  test('makes one box of spans with one path, the widest sibling first', () => {
    expect(frames.map(({ node, count, depth }) => [node.span.name, count, depth])).toEqual([
      ['root', 1, 0],
      ['query', 2, 1],
      ['end', 1, 1],
    ]);
  });

  test('is as wide as the work in and below, so that children that ran side by side still fit', () => {
    const [root, query, end] = frames;
    expect([root?.selfNs, query?.totalNs, end?.totalNs]).toEqual([30, 70, 20]);
    expect(root?.totalNs).toBe(30 + 70 + 20);
    expect([query?.offsetNs, end?.offsetNs]).toEqual([0, 70]);
    expect(query?.errorCount).toBe(1);
  });
});

describe('statistics', () => {
  const own = trace();
  const pathNs = criticalTimeNs(criticalPath(own));

  test('sum by service, the most self time first', () => {
    const [db, web] = spanGroups(own, 'service', pathNs);
    expect(db).toMatchObject({
      name: 'db',
      count: 2,
      errorCount: 1,
      totalNs: 70,
      selfNs: 70,
      meanNs: 35,
      longestNs: 40,
      p95Ns: 40,
    });
    expect(db?.slowest.span.spanId).toBe('two');
    expect(web).toMatchObject({ name: 'web', count: 2, selfNs: 50 });
    expect((db?.pathNs ?? 0) + (web?.pathNs ?? 0)).toBe(100);
  });

  test('leave out spans without the attribute that they group by', () => {
    const groups = spanGroups(own, { attribute: 'db.statement' }, pathNs);
    expect(groups.map(({ name, count }) => [name, count])).toEqual([
      ['SELECT Users', 1],
      ['-', 1],
    ]);
  });
});

describe('a table of spans', () => {
  test.each([
    ['start', ['root', 'one', 'two', 'end']],
    ['-duration', ['root', 'two', 'one', 'end']],
    ['service', ['one', 'two', 'root', 'end']],
    ['-status', ['root', 'one', 'end', 'two']],
    ['nonsense', ['root', 'one', 'two', 'end']],
  ])('sorted by %s keeps what is alike in order', (order, ids) => {
    expect(sortedSpans(trace().nodes, parseSpanOrder(order)).map(({ span }) => span.spanId)).toEqual(ids);
  });

  test('has its order in the URL', () => {
    expect(spanOrderText(parseSpanOrder('-self'))).toBe('-self');
  });
});

test('compared, two traces make one tree: what only one has stands beside its relatives', () => {
  const before = traceTree(makeSpans({ id: 'root', at: [0, 50] }, { id: 'cache', parent: 'root', at: [5, 10] }));
  const after = traceTree(
    makeSpans(
      { id: 'root', at: [0, 90] },
      { id: 'load', parent: 'root', at: [5, 80] },
      { id: 'sql', parent: 'load', at: [10, 70] },
    ),
  );
  expect(compareRows(before, after).map(({ operation, depth, change }) => [operation, depth, change])).toEqual([
    ['root', 0, 'both'],
    ['load', 1, 'added'],
    ['sql', 2, 'added'],
    ['cache', 1, 'removed'],
  ]);
});

test('attributes stand by the first part of their keys, and the filter looks at keys and values', () => {
  const attributes = [text('url.path', '/a'), text('plain', 'x'), text('http.route', '/a'), text('http.method', 'GET')];
  expect(attributeGroups(attributes, '').map(({ name, attributes: own }) => [name, own.map(({ key }) => key)])).toEqual(
    [
      ['', ['plain']],
      ['http', ['http.method', 'http.route']],
      ['url', ['url.path']],
    ],
  );
  expect(attributeGroups(attributes, 'GET').flatMap(({ attributes: own }) => own.map(({ key }) => key))).toEqual([
    'http.method',
  ]);
});

describe('a request as a command', () => {
  const spanWith = (...pairs: readonly (readonly [string, string])[]) =>
    makeSpans({ id: 'call', at: [0, 1], attributes: pairs.map(([key, value]) => text(key, value)) })[0];

  test.each([
    [
      [
        ['http.request.method', 'GET'],
        ['url.full', 'http://shop/a?b=1'],
      ],
      `curl -X GET 'http://shop/a?b=1'`,
    ],
    [
      [
        ['http.request.method', 'POST'],
        ['url.scheme', 'http'],
        ['server.address', '::1'],
        ['server.port', '80'],
        ['url.path', '/a'],
      ],
      `curl -X POST 'http://[::1]:80/a'`,
    ],
    [
      [
        ['http.request.method', 'GET'],
        ['url.full', `http://x/';rm`],
      ],
      `curl -X GET 'http://x/'\\'';rm'`,
    ],
  ] as const)('is quoted for the shell: %#', (pairs, command) => {
    const span = spanWith(...pairs);
    expect(span && curlText(span)).toBe(command);
  });

  test('is not made of a span that was none', () => {
    const span = spanWith(['db.system', 'x']);
    expect(span && curlText(span)).toBeUndefined();
  });
});

test('the facts of a trace name its services by size, and its errors', () => {
  const facts = traceFacts(
    traceTree([...spans(), ...makeSpans({ id: 'lost', parent: 'gone', service: 'db', at: [5, 6] })]),
  );
  expect(facts).toMatchObject({ services: ['db', 'web'], errorCount: 1, title: 'root' });
});
