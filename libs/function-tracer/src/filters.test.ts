import { expect, test } from '@jest/globals';
import { Filters, moduleNameOf, pattern } from './filters.ts';

const module = (name: string, isThirdParty = false) => ({ name, isThirdParty });

test.each([
  'iot_app',
  'report',
  'system',
  'testing_app',
  'timeline',
  'codegen',
  'stats',
  'tokens',
  'signals',
  '_private',
  'djangoapp',
  'sixteen',
])('a module called %s is traced, as it never was by the original', name => {
  expect(new Filters({ prefixes: [], excludePatterns: [] }).takesModule(module(name))).toBe(true);
  expect(new Filters({ prefixes: [name], excludePatterns: [] }).takesModule(module(name))).toBe(true);
});

test('a prefix ends where a name ends', () => {
  const filters = new Filters({ prefixes: ['myapp'], excludePatterns: [] });
  expect(['myapp', 'myapp.orders', 'myappx', 'other.myapp'].map(name => filters.takesModule(module(name)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  ['src.orders', 'src.orders.create', true],
  ['src/orders', 'src.orders.create', true],
  ['src.*.create', 'src.orders.create', true],
  ['src.*.create', 'src.a.b.create', false],
  ['**.create', 'src.a.b.create', true],
  ['*test*', 'src.my_test_file', true],
  ['/^src\\.(a|b)$/', 'src.b', true],
  ['/^SRC/i', 'src.b', true],
  ['src.or', 'src.orders', false],
])('%s matches %s: %s', (text, name, expected) => {
  expect(pattern(text)(name)).toBe(expected);
});

test('a regular expression finds a name as often as it is asked for', () => {
  const matches = pattern('/orders/gy');
  expect([1, 2, 3].map(() => matches('orders'))).toEqual([true, true, true]);
});

test('dependencies are left out unless named, and an exclusion always wins', () => {
  expect(new Filters({ prefixes: [], excludePatterns: [] }).takesModule(module('lodash.lodash', true))).toBe(false);
  expect(new Filters({ prefixes: ['lodash'], excludePatterns: [] }).takesModule(module('lodash.lodash', true))).toBe(
    true,
  );
  expect(
    new Filters({ prefixes: ['src'], excludePatterns: [' src.legacy '] }).takesModule(module('src.legacy.x')),
  ).toBe(false);
});

test('a prefix may name one function and an exclusion one method', () => {
  const filters = new Filters({ prefixes: ['src.orders.create'], excludePatterns: ['Shop.close'] });
  const fn = { module: 'src.orders', owner: undefined, name: 'create', line: 1, isAsync: false };
  expect(filters.takesModule(module('src.orders'))).toBe(true);
  expect(filters.takesFunction(fn)).toBe(true);
  expect(filters.takesFunction({ ...fn, name: 'remove' })).toBe(false);
  expect(
    new Filters({ prefixes: [], excludePatterns: ['Shop.close'] }).takesFunction({
      ...fn,
      owner: 'Shop',
      name: 'close',
    }),
  ).toBe(false);
});

test('a module is named by its path from the root, a dependency by its package', () => {
  expect(moduleNameOf('/app/src/orders/orders.service.ts', '/app')).toEqual(module('src.orders.orders.service'));
  expect(moduleNameOf('/app/node_modules/.pnpm/x@1/node_modules/@s/pkg/lib/a.js', '/app')).toEqual(
    module('@s.pkg.lib.a', true),
  );
  expect(moduleNameOf('/elsewhere/a.mjs', '/app')).toEqual(module('elsewhere.a'));
});
