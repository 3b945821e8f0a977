import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { layoutOf } from './node-layouts.ts';
import { children, flag, type Node, nodesBelow, text } from './node.ts';
import { nativeParser, type ParserOptions } from './native-parser.ts';
import { SyntaxTree } from './syntax-tree.ts';

type Decoded = Readonly<Record<string, unknown>> & { readonly type: string };

interface DecodedTree {
  readonly program: Decoded;
  readonly comments: readonly unknown[];
  readonly diagnostics: readonly { readonly message: string; readonly start: number }[];
}

const { decode } = createRequire(import.meta.url)('yuku-parser/decode.js') as {
  decode: (memory: ArrayBuffer, source: string) => DecodedTree;
};

function parse(source: string, lang: ParserOptions['lang'], sourceType: ParserOptions['sourceType']) {
  const memory = nativeParser().parse(new TextEncoder().encode(source), { sourceType, lang, preserveParens: true });
  return { tree: new SyntaxTree(memory, source), decoded: decode(memory, source) };
}

function expectSameTrees(source: string, lang: ParserOptions['lang'], sourceType: ParserOptions['sourceType']): void {
  const { tree, decoded } = parse(source, lang, sourceType);
  expect([tree.error, decoded.diagnostics]).toEqual([undefined, []]);
  expect([...differences(tree.root, decoded.program)]).toEqual([]);
  expect(tree.comments.map(comment => ({ ...comment, type: expect.anything() }))).toEqual(decoded.comments);
}

function* differences(node: Node, decoded: Decoded): Generator<string> {
  if (node.type === '' || decoded.type.startsWith('TSAbstract')) {
    if (holdsCode(decoded)) yield `${decoded.type} holds code`;
    return;
  }
  const place = `${decoded.type} at ${String(decoded['start'])}`;
  if (node.type !== decoded.type || node.start !== decoded['start'] || node.end !== decoded['end'])
    yield `${place} is read as ${node.type}, ${node.start} to ${node.end}`;
  for (const field of differentValues(node, decoded)) yield `${place}: ${field}`;
  const { nodesByName } = layoutOf(node.tree.tagOf(node.index));
  let below = 0;
  for (const field of nodesByName.keys()) {
    const expected = nodesOf(decoded[field]);
    const found = children(node, field);
    below += found.length;
    if (found.length !== expected.length) yield `${place}: ${found.length} instead of ${expected.length} ${field}`;
    for (const [index, each] of found.entries()) yield* differences(each, expected[index] ?? decoded);
  }
  if (nodesBelow(node).length !== below) yield `${place} has other nodes below than in its fields`;
  for (const [field, value] of Object.entries(decoded))
    if (!nodesByName.has(field) && nodesOf(value).some(holdsCode)) yield `${place} has code in ${field}`;
}

function differentValues(node: Node, decoded: Decoded): string[] {
  const { values } = layoutOf(node.tree.tagOf(node.index));
  return [...values].flatMap(([field, { holds }]) => {
    const found = holds === 'bit' ? flag(node, field) : text(node, field);
    if (field === 'number') return Number(String(found).replaceAll('_', '')) === decoded['value'] ? [] : [field];
    return field === 'type' || found === decoded[field] ? [] : [field];
  });
}

function nodesOf(value: unknown): Decoded[] {
  return [value].flat().filter(isDecoded);
}

function isDecoded(value: unknown): value is Decoded {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** What is not listed or told apart may hold names and types alone. */
function holdsCode(node: Decoded): boolean {
  if (/^(?:ArrowFunction|Function|Class[DE]|Call|New|Await|Yield)|Statement$/.test(node.type)) return true;
  return Object.values(node).flatMap(nodesOf).some(holdsCode);
}

test.each([
  'let a = 1, [b, , ...c] = d, { e, f: { g = 1 }, [h]: i, ...j } = k; var l; const m = 0x1f, n = 1_000, o = .5e3, p = 10n;',
  'function f(a, { b }, [c] = [], ...d) { "use strict"; return function* () { yield; yield* a } }',
  'async (a) => { for await (const b of a) await b; await using c = d; using e = f; }; a => b => ({ a, b })',
  'class A extends (B, C) { static #a = 1; static { this.b = 1 } get [c]() { return 1 } set d(e) {} static async *f() {} constructor() { super() } "g" = () => 1; accessor h = 2 }',
  'a?.b?.[c]?.(d); new E; new F(...g); h`i${j}k`; ({ l, m() {}, get n() { return 1 }, async *o() {}, ["p"]: 1, ...q });',
  'a: for (;;) { if (b) continue a; else break a; } for (c in d); for (const [e] of f) {} do ; while (g); while (h) {} switch (i) { case 1: j; default: k }',
  'try { a } catch { b } finally { c } try { d } catch ({ e }) { throw f } with (g) h; debugger; label: i;',
  'a ||= b; c &&= d; e ??= f; g |= h; i >>>= j; delete k.l; typeof m, void n, !o, -p, ~q; r++; --s; (t ? u : v); w ?? x; y ** z',
  '/* é */ const ñ = "ü", 漢 = `🎉${"🎉"}`; function ö() { return 1 } after();',
  'const lone = "\uD83D", other = "\uDE00é"; f();',
  'const \\u0061b = "\\u{1F600}\\n\\x41é", c = /[é]+/giu; f();',
])('reads %s as the parser itself does', source => {
  expectSameTrees(source, 'js', 'commonjs');
});

test.each(['let a = ;', '/* é 🎉 */ f(\n', 'é("\\u{d800}\\u0061"); class { }', 'a b c'])(
  'tells what is wrong with %s',
  source => {
    const { tree, decoded } = parse(source, 'js', 'commonjs');
    const [first] = decoded.diagnostics;
    expect(tree.error).toEqual({ message: first?.message, at: first?.start });
  },
);

test('reads modules as the parser itself does', () => {
  const source = [
    'import a, { b as c, default as d } from "e"; import * as f from "g" with { type: "json" }; import "h";',
    'export { a, c as "x y" }; export * from "i"; export * as j from "k"; export default class {}',
    'export const l = await import("m"), n = import.meta.url;',
  ].join('\n');
  expectSameTrees(source, 'js', 'module');
  expectSameTrees('export default () => 1', 'js', 'module');
});

test.each(['ts', 'tsx'] as const)('reads TypeScript (%s) as the parser itself does', lang => {
  const source = [
    '@a() class A<T> extends B<T> implements C { constructor(@b() private c: D, public readonly e?: F) { super() }',
    '  @g(() => 1) declare h: I; abstract j(): K; @l m<const N>(@o() p = 1, ...q: R[]): asserts p is S { return this as T } }',
    'abstract class U { abstract v: W; abstract x(): Y; }',
    'enum Z { a = f(() => 1), b } declare enum Y { c } namespace X.V { export const w = () => 1 } declare global { var u: T }',
    'type T = { a: (b: C) => D }; interface E extends F { g(): H } function i(j: K): L; function i(j: unknown) { return j! satisfies M }',
    'import n = require("o"); import type { P } from "q"; export = r; declare function s(this: T): void; const t = f<U>;',
  ].join('\n');
  expectSameTrees(source, lang, 'module');
});

test('reads JSX as the parser itself does', () => {
  expectSameTrees('<A b={() => 1} {...c} d="e">{f(() => 2)}{...g}<></>text</A>', 'tsx', 'module');
});

test('reads its own sources and those of its neighbours as the parser itself does', () => {
  const libs = join(import.meta.dirname, '../../..');
  for (const file of globSync('{function-tracer,tracing,hub-ui}/src/**/*.{ts,tsx}', {
    cwd: libs,
    exclude: ['**/*.test.ts'],
  }))
    expectSameTrees(readFileSync(join(libs, file), 'utf8'), file.endsWith('x') ? 'tsx' : 'ts', 'module');
});
