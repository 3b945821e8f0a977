import { ASYNC, GENERATOR, PLAIN } from './bodies.ts';

/** A way to write a function: source that leaves the function in `f`. */
interface Kind {
  readonly name: string;
  readonly write: (body: string) => string;
  readonly bodies: readonly string[];
}

type Row = readonly [name: string, before: string, after: string, bodies: readonly string[]];

const kind = (...[name, before, after, bodies]: Row): Kind => ({
  name,
  write: body => `${before}${body}${after}`,
  bodies,
});

const BOTH = [...PLAIN.slice(0, 80), ...ASYNC];
const EITHER = [...GENERATOR, ...PLAIN.slice(0, 40)];

/** Every way to write a function, with the bodies to try in it. */
export const KINDS: readonly Kind[] = [
  kind('declaration', 'function f(a, b) { ', ' }', PLAIN),
  kind('declaration on lines', 'function f(a, b) {\n  ', '\n}', PLAIN),
  kind('strict declaration', 'function f(a, b) { "use strict"; ', '\n}', PLAIN),
  kind(
    'defaults and rest',
    'function f(a = 1, { x } = {}, b = x, ...rest) {\n',
    '\n}',
    PLAIN.filter(body => !/^\s*["']use strict/.test(body)),
  ),
  kind('expression', 'const f = function (a, b) {', '\n}', PLAIN),
  kind('named expression', 'const f = function fact(a, b) {\n', '}', PLAIN),
  kind('arrow', 'const f = (a, b) => {', '\n};', PLAIN),
  kind('method', 'const f = { m(a, b) {', '\n} }.m', PLAIN),
  kind('computed method', 'const k = "key"; const f = { [k](a, b) { ', '\n} }[k]', PLAIN.slice(0, 60)),
  kind('getter', 'let a = 1, b = 2; const f = () => ({ get g() { ', '\n} }).g', PLAIN.slice(0, 90)),
  kind('setter', 'const f = (v, b) => { const o = { set s(a) { ', '\n} }; o.s = v; return o }', PLAIN.slice(0, 90)),
  kind('class method', 'class C { m(a, b) { ', '\n} } const f = (...v) => new C().m(...v)', PLAIN),
  kind('static method', 'class C { static m(a, b) { ', '\n} } const f = C.m', PLAIN),
  kind(
    'private method',
    'class C { #m(a, b) { ',
    '\n} run(...v) { return this.#m(...v) } } const f = (...v) => new C().run(...v)',
    PLAIN,
  ),
  kind(
    'field arrow',
    'class C { m = (a, b) => { ',
    '\n} } const f = (...v) => new C().m(...v)',
    PLAIN.filter(body => !body.includes('arguments')),
  ),
  kind('constructor', 'class C { constructor(a, b) { this.k = a; ', '\n} } const f = C', PLAIN),
  kind(
    'derived constructor',
    'class P { constructor(x) { this.x = x } } class C extends P { constructor(a, b) { super(a); ',
    '\n} } const f = C',
    PLAIN,
  ),
  kind('nested', 'function f(a, b) { function g(a) {', '\n} return g(a) }', PLAIN),
  kind('nested arrow', 'function outer() { const g = (a, b) => { ', '\n}; return g } const f = outer()', PLAIN),
  kind(
    'nested async arrow',
    'function outer() { const g = async (a, b) => { ',
    '\n}; return g } const f = outer()',
    ASYNC,
  ),
  kind(
    'nested generator',
    'function outer() { const g = function* (a, b) { ',
    '\n}; return g } const f = outer()',
    GENERATOR,
  ),
  kind(
    'nested async generator',
    'function outer() { const g = async function* (a, b) { ',
    '\n}; return g } const f = outer()',
    [...GENERATOR, ...ASYNC],
  ),
  kind('async declaration', 'async function f(a, b) { ', '\n}', BOTH),
  kind('async expression on lines', 'const f = async function (a, b) {\n', '\n}', BOTH),
  kind('async arrow', 'const f = async (a, b) => { ', '\n}', BOTH),
  kind('async method', 'class C { async m(a, b) { ', '\n} } const f = (...v) => new C().m(...v)', BOTH),
  kind(
    'async called by async',
    'async function g(a, b) { ',
    '\n} async function f(a, b) { const r = await g(a, b); return r }',
    ASYNC,
  ),
  kind('generator', 'function* f(a, b) { ', '\n}', EITHER),
  kind('generator method', 'const f = { *m(a, b) {\n', '\n} }.m', EITHER),
  kind('static generator', 'class C { static *m(a, b) { ', '\n} } const f = C.m', EITHER),
  kind(
    'generator in a generator',
    'function* g(a, b) { ',
    '\n} function* f(a, b) { const r = yield* g(a, b); return [r] }',
    GENERATOR,
  ),
  kind('async generator', 'async function* f(a, b) { ', '\n}', [...GENERATOR, ...ASYNC, ...PLAIN.slice(0, 40)]),
  kind('async generator method', 'class C { async *m(a, b) { ', '\n} } const f = (...v) => new C().m(...v)', [
    ...GENERATOR,
    ...ASYNC,
  ]),
  kind(
    'async generator consumed',
    'async function* g(a, b) { ',
    '\n} async function f(a, b) { const s = []; for await (const v of g(a, b)) s.push(v); return s }',
    [...GENERATOR, ...ASYNC],
  ),
];

/** Expressions to stand behind an arrow. */
const EXPRESSIONS = [
  'a',
  '(a)',
  '({ a })',
  '[a, b]',
  'a + b',
  'a, 1',
  'a ? b : 1',
  'x => y => a',
  'function () {}',
  'class {}',
  '(a, b)',
  'a.b.c',
  'a()',
  'null.x',
  '`${a}`',
  'a ?? b',
  'void 0',
  'new Error("e").stack',
  '(() => { throw new Error("t") })()',
  '"x" in {}',
  'a\n  .b',
  '/* c */ a /* d */',
  'a => a',
  'async () => a',
  'typeof a',
  '[...a]',
  '({}).x.y',
  'new a',
  'delete a.x',
  'JSON.parse("{")',
];

const AROUND: readonly ((expression: string) => string)[] = [
  e => `const f = (a, b) => ${e}`,
  e => `const f = (a, b) => ${e};`,
  e => `const f = a =>\n  ${e}\nconst b = 1`,
  e => `const b = 1, f = a => ${e}, c = 2`,
  e => `const b = 1; const f = [a => ${e}][0]`,
  e => `let f, b = 1; for (f = a => ${e}; false;);`,
  e => `const f = async (a, b) => ${e}`,
  e => `const f = async (a, b) => await (${e})`,
  e => `const b = 2; const f = { p: (a) => ${e} }.p`,
  e => `class C { static p = (a, b) => ${e} } const f = C.p`,
];

export interface Program {
  readonly name: string;
  readonly source: string;
}

/** Every program of the corpus; those that no engine accepts are left to the caller to drop. */
export function generatePrograms(): Program[] {
  const fromKinds = KINDS.flatMap(({ name, write, bodies }) =>
    bodies.map(body => ({ name: `${name}: ${body}`, source: write(body) })),
  );
  const fromArrows = AROUND.flatMap(write =>
    EXPRESSIONS.filter(e => !/^a, /.test(e)).map(e => ({ name: `arrow: ${write(e)}`, source: write(e) })),
  );
  return [...fromKinds, ...fromArrows];
}
