import { ClientRequest } from 'node:http';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Describer } from './describe.ts';
import { Redactor } from './redact.ts';

const redactor = new Redactor({ keys: [] });
const limits = { maxDepth: 4, maxKeys: 50, maxChars: 1000 };
const describer = new Describer(redactor, limits);
const parsed = (value: unknown): unknown => JSON.parse(describer.describe(value));

test('plain values read as JSON does', () => {
  const value = { a: [1, 'two', true, null], b: { c: -0.5 } };
  expect(parsed(value)).toEqual(value);
});

test.each([
  [10n, '10n'],
  [Number.NaN, 'NaN'],
  [Symbol('s'), 'Symbol(s)'],
  [undefined, null],
  [function named() {}, '[Function: named]'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new Date(Number.NaN), '[Invalid Date]'],
  [/x/g, '/x/g'],
  [Promise.resolve(1), '[Promise]'],
  [new WeakMap(), '[WeakMap]'],
  [Buffer.from('hi'), { $type: 'Buffer', bytes: 2 }],
  [Buffer.alloc(65, 'a'), { $type: 'Buffer', bytes: 65, hex: `${'61'.repeat(16)}…` }],
  [Object.create(ClientRequest.prototype) as ClientRequest, '[ClientRequest]'],
  [new Map([['a', 1]]), { $type: 'Map', size: 1, entries: [['a', 1]] }],
  [new Set([1]), { $type: 'Set', size: 1, values: [1] }],
  [new TypeError('bad'), { $type: 'TypeError', message: 'bad' }],
  [
    new (class Order {
      id = 7;
    })(),
    { $type: 'Order', id: 7 },
  ],
  [Object.create(null), {}],
])('%p reads as %p', (value, expected) => {
  expect(parsed(value)).toEqual(expected);
});

test('nothing of the application runs: no getter, no toJSON, no proxy trap, no iterator', () => {
  const ran: string[] = [];
  const trap = (name: string) => () => {
    ran.push(name);
    throw new Error(name);
  };
  const value = {
    get own() {
      ran.push('getter');
      return 1;
    },
    toJSON: trap('toJSON'),
    proxy: new Proxy({}, { get: trap('get'), ownKeys: trap('ownKeys'), getPrototypeOf: trap('getPrototypeOf') }),
    map: Object.assign(new Map([[1, 2]]), { [Symbol.iterator]: trap('iterator'), entries: trap('entries') }),
    list: Object.defineProperty([1, 2], 0, { get: trap('element') }),
    named: Object.defineProperty(() => 1, 'name', { get: trap('name') }),
    error: Object.defineProperty(new Error('x'), 'message', { get: trap('message') }),
  };
  expect(() => {
    describer.describe(value);
  }).not.toThrow();
  expect(ran).toEqual([]);
  expect(parsed(value)).toMatchObject({ own: '[Getter]', proxy: '[Proxy]', list: ['[Getter]', 2] });
});

test('what only looks like a built-in object by its prototype is described as what it is', () => {
  const builtIns = [
    new Date(0),
    new Map([[1, 2]]),
    new Set([1]),
    /x/g,
    new Error('bad'),
    new Uint8Array(80),
    Promise.resolve(1),
    new ArrayBuffer(1),
    Object('boxed'),
    new WeakMap(),
    new WeakSet(),
    new (class Days extends Date {})(0),
  ];
  for (const builtIn of builtIns) {
    const prototype = Object.getPrototypeOf(builtIn) as object;
    // Whichever comes first.
    const expected = new Describer(redactor, limits).describe(builtIn);
    const imitation: unknown = Object.create(prototype);
    const own = Object.create(Object.create(prototype) as object) as unknown;
    expect([describer.describe(imitation), describer.describe(own)]).toEqual([
      expect.stringMatching(/^\{"\$type":"\w+"\}$/),
      expect.stringMatching(/^\{"\$type":"\w+"\}$/),
    ]);
    expect(describer.describe(builtIn)).toBe(expected);
    expect(describer.describe(imitation)).toMatch(/^\{"\$type":"\w+"\}$/);
  }
});

test('cycles, depth and width end somewhere', () => {
  const cycle: Record<string, unknown> = { deep: { deep: { deep: { deep: { deep: 1 } } } } };
  cycle['self'] = cycle;
  expect(parsed(cycle)).toMatchObject({ self: '[Circular]', deep: { deep: { deep: { deep: '[Object]' } } } });
  expect(describer.describe(Array.from({ length: 1e6 }, (_, n) => n)).length).toBeLessThan(1500);
  expect(describer.describe('x'.repeat(1e6)).length).toBeLessThan(1100);
});

test('the keys of a very large object are looked at once', () => {
  const large = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`key${n}`, n]));
  expect(parsed(large)).toMatchObject({ key0: 0, '…': '[1950 more]' });
  expect(parsed({ large })).toEqual({ large: '[Object]' });
});

test('secrets do not show, by name or by look', () => {
  const text = describer.describe({
    password: 'hunter2',
    Authorization: 'x',
    api_key: 'y',
    nested: [{ accessToken: 'z' }],
    header: 'Bearer abcdefgh12345678',
    jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-part',
    card: 'paid with 4111 1111 1111 1111',
    map: new Map([['token', 'hidden']]),
    [`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig`]: 1,
    symbol: Symbol('Bearer abcdefgh12345678'),
    number: 4_111_111_111_111_111,
    big: 4_111_111_111_111_111n,
    headers: [
      ['cookie', 'sid=hidden'],
      ['x-api-key', 'hidden'],
    ],
    rawHeaders: ['Accept', 'any', 'Cookie', 'sid=hidden'],
  });
  for (const secret of ['hunter2', '"x"', '"y"', '"z"', 'abcdefgh', 'eyJhbGci', '4111', 'hidden'])
    expect(text).not.toContain(secret);
  for (const shown of ['Accept', 'any', 'cookie']) expect(text).toContain(shown);
  expect(parsed({ at: 1_732_215_600_000, n: 12n, pair: ['id', 'book'] })).toEqual({
    at: 1_732_215_600_000,
    n: '12n',
    pair: ['id', 'book'],
  });
  expect(describer.describe({ order: '1234567890123' })).toContain('1234567890123');
});

test('any value reads as JSON', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withNullPrototype: true,
        withSparseArray: true,
      }),
      value => {
        parsed(value);
      },
    ),
    { numRuns: 500, seed: 1 },
  );
});
