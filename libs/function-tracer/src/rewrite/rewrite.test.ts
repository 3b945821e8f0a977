import { expect, test } from '@jest/globals';
import { applyEdits, type Edit, numberFunctions } from './edits.ts';
import { Columns } from './columns.ts';
import { parse, SourceUnreadable } from './parse.ts';
import { AlreadyRewritten, planRewrite } from './rewrite.ts';

/** Rewrites and checks what holds for every rewriting: it parses, no line moves, nothing is lost, positions come back. */
function rewriteChecked(source: string, filename = 'file.js') {
  const plan = planRewrite(filename, source, 'unknown');
  const text = numberFunctions(applyEdits(source, plan.edits), 0);
  parse(filename, text, 'unknown');
  expect(text.split('\n')).toHaveLength(source.split('\n').length);
  expect(withoutEdits(text, plan.edits)).toBe(source);
  expectPositions(source, text, new Columns(source, plan.edits, 0));
  return { ...plan, text };
}

function withoutEdits(text: string, edits: readonly Edit[]): string {
  let inserted = 0;
  let rest = text;
  for (const { at, text: template, functionIndex } of edits) {
    const edit = template.replace('@@', String(functionIndex));
    expect(text.slice(at + inserted, at + inserted + edit.length)).toBe(edit);
    inserted += edit.length;
    rest = rest.slice(0, at) + rest.slice(at + edit.length);
  }
  return rest;
}

// Every word of the original that stands once on its line is found again where it is said to come from.
function expectPositions(source: string, text: string, columns: Columns): void {
  const [before, after] = [source.split('\n'), text.split('\n')];
  for (const [line, original] of before.entries()) {
    for (const [word] of original.matchAll(/\buniq\w+/g)) {
      const column = after[line]?.indexOf(word) ?? -1;
      expect(columns.original(line, column)).toEqual({ line, column: original.indexOf(word) });
    }
  }
}

test('keeps every line, with its comments, where it was', () => {
  const { text, functions } = rewriteChecked(
    '// top\nfunction f(a) {\n  // inside\n  return uniqA(a); // end\n}\n\nconst g = (uniqB) =>\n  uniqB + 1;\n',
  );
  expect(text.split('\n')[2]).toBe('  // inside');
  expect(functions.map(({ name, line }) => [name, line])).toEqual([
    ['f', 2],
    ['g', 7],
  ]);
});

test.each([
  ['function f() {}', 'f', undefined],
  ['const f = () => 1', 'f', undefined],
  ['let f; f = function () { return 1 }', 'f', undefined],
  ['exports.f = () => 1', 'f', undefined],
  ['module.exports = () => 1', 'module.exports', undefined],
  ['a.b.c = () => 1', 'c', 'a.b'],
  ['A.prototype.m = function () { return 1 }', 'm', 'A'],
  ['class A { m() { return 1 } }', 'm', 'A'],
  ['class A { static async *m() { yield 1 } }', 'm', 'A'],
  ['class A { #p() { return 1 } }', '#p', 'A'],
  ['class A { get v() { return 1 } }', 'get v', 'A'],
  ['class A { f = () => 1 }', 'f', 'A'],
  ['class A { constructor() { this.x = 1 } }', 'constructor', 'A'],
  ['class A { ["x" + 1]() { return 1 } }', '[computed]', 'A'],
  ['class A { [Symbol.iterator]() { return 1 } }', '[Symbol.iterator]', 'A'],
  ['const B = class { m() { return 1 } }', 'm', 'B'],
  ['const o = { m() { return 1 } }', 'm', 'o'],
  ['export default () => 1', 'default', undefined],
  ['const { f = () => 1 } = {}', 'f', undefined],
  ['run(() => 1)', '<anonymous>', undefined],
])('names the function of %s', (source, name, owner) => {
  const { functions } = rewriteChecked(source);
  expect(functions.map(each => [each.name, each.owner])).toEqual([[name, owner]]);
});

test.each([
  ['function f() { with (o) { x } }', 'with statement'],
  ['function f() { with (o) { x } }with (o) { f() }', 'with statement'],
  ['async function f() { await using x = y }', 'await using'],
  ['function f() { "use asm"; return {} }', 'asm.js'],
  ['function f() { var x; function x() {} return x }', 'function declaration that a block would hide'],
  [
    'function f() { function x() { return 1 } function x() { return 2 } return x() }',
    'function declaration that a block would hide',
  ],
  ['function f(x) { function x() {} return x }', 'function declaration that a block would hide'],
  ['/* flowtrace-ignore */ function f() { return 1 }', 'opt-out comment'],
  ['class A {\n  // flowtrace-ignore\n  f() { return 1 } }', 'opt-out comment'],
  ['Object.defineProperty(exports, "a", { get: function f() { return b.a } })', 'pattern of an export'],
] as const)('leaves the function of %s alone: %s', (source, reason) => {
  const { skipped } = rewriteChecked(source);
  expect(skipped).toContainEqual(expect.objectContaining({ name: 'f', reason }));
});

test.each([
  'Object.keys(b).forEach(function (k) { if (k !== "default") exports[k] = b[k] })',
  'Object.keys(b).forEach(function (k) { if (k === "default" || k === "__esModule") return; exports[k] = b[k] })',
  'Object.keys(b).forEach(function (k) { if (k !== "default" && !exports.hasOwnProperty(k)) exports[k] = b[k] })',
])('leaves %s alone, by which Node finds exports', source => {
  const { skipped, functions } = rewriteChecked(source);
  expect({ skipped: skipped.map(({ reason }) => reason), functions }).toEqual({
    skipped: ['pattern of an export'],
    functions: [],
  });
});

test.each([
  'Object.keys(b).forEach(function (k) { if (b[k] < 2) return; use(k) })',
  'Object.keys(b).forEach(function (k) { if (k !== "other") use(k) })',
  'Object.keys(b).forEach(function (k) { if (n !== "default") use(k) })',
  'Object.keys(b).forEach(function f(k) { if (k !== "default") exports[k] = b[k] })',
  'Object.keys(b).forEach(async function (k) { if (k !== "default") exports[k] = b[k] })',
  'Object.keys(b).forEach(k => { if (k !== "default") exports[k] = b[k] })',
  '{ Object.keys(b).forEach(function (k) { if (k !== "default") exports[k] = b[k] }) }',
])('records the callback of %s, which Node takes for no exports', source => {
  expect(rewriteChecked(source)).toMatchObject({ skipped: [], functions: [expect.anything()] });
});

test('keeps directives first and does not touch a hashbang', () => {
  const { text } = rewriteChecked(
    '#!/usr/bin/env node\n"use strict";\nfunction f() {\n  "use strict";\n  return this;\n}\n',
  );
  expect(text.startsWith('#!/usr/bin/env node\n"use strict";\n')).toBe(true);
  expect(text.split('\n')[3]).toMatch(/^ {2}"use strict";/);
});

test('rewrites TypeScript as it is written, types and all', () => {
  const source = `enum Kind { A }
abstract class Shop<T extends object> {
  constructor(private readonly uniqRepo: T, public name?: string) {}
  abstract open(): void;
  find(this: Shop<T>, id: number): T | undefined;
  find(this: Shop<T>, id: string | number): T | undefined { return uniqFind<T>(id)! as T; }
  @Log() async sell<const Q extends number>(q: Q, { a, b: [c] }: { a: number; b: number[] }): Promise<Q> { return await this.take(q) satisfies Q; }
  map = <U,>(f: (t: T) => U): U[] => [];
}
declare function outside(a: number): void;
namespace N { export function inside(): number { return 1 } }
export const typed = async (x: number): Promise<number> => (await <any>x).y;`;
  const { functions } = rewriteChecked(source, 'file.ts');
  expect(functions.map(({ name }) => name)).toEqual(['constructor', 'find', 'sell', 'map', 'inside', 'typed']);
});

test('refuses text that is no program and text that it has rewritten', () => {
  expect(() => planRewrite('x.js', 'function {', 'unknown')).toThrow(SourceUnreadable);
  const { text } = rewriteChecked('function f() { return 1 }');
  expect(() => planRewrite('x.js', text, 'unknown')).toThrow(AlreadyRewritten);
});

test.each([
  ['x.js', 'commonjs', 'import a from "a"'],
  ['x.js', 'commonjs', 'export const a = 1'],
  ['x.js', 'commonjs', 'f(() => import.meta.url)'],
  ['x.js', 'commonjs', 'await a'],
  ['x.ts', 'commonjs', 'f(import.meta.url)'],
  ['x.js', 'module', 'return 1'],
  ['x.js', 'unknown', 'import a from "a"; return 1'],
  ['x.js', 'unknown', 'import type { A } from "a"'],
] as const)('%s, %s, cannot hold %s', (filename, kind, source) => {
  expect(() => planRewrite(filename, source, kind)).toThrow(SourceUnreadable);
});

test.each([
  ['x.js', 'commonjs', 'import("a"); return new.target', false],
  ['x.ts', 'commonjs', 'import type { A } from "a"; export = 1', true],
  ['x.js', 'unknown', 'with (a) b', false],
  ['x.js', 'unknown', 'const await = 1', false],
  ['x.js', 'unknown', 'const a = await b', true],
  ['x.js', 'unknown', 'f(import.meta.url)', true],
  ['x.js', 'unknown', 'export {}', true],
  ['x.js', 'module', '', true],
] as const)('%s, %s, may hold %s', (filename, kind, source, isModule) => {
  expect(parse(filename, source, kind).isModule).toBe(isModule);
});

test('rewrites its own sources and those of its neighbours', async () => {
  const { globSync, readFileSync } = await import('node:fs');
  const files = globSync('libs/{http,contracts,service-kit,trace-model}/src/**/*.ts').filter(
    file => !file.endsWith('.d.ts'),
  );
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) rewriteChecked(readFileSync(file, 'utf8'), file);
});

test.each([
  ['function f(a, { b, c: [d], ...rest }) {}', '{a,b,"c:d":d,rest}'],
  ['function f({ user, password: p = 1, "x-y": { z, ["k"]: w } }) {}', '{user,"password:p":p,"x-y.z:z":z,"x-y:w":w}'],
])('what %s is given is told by name and by the property it is taken from', (source, told) => {
  expect(rewriteChecked(source).text).toContain(`.on>1?${told}:0`);
});
