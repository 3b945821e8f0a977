import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { run, temporaryDirectory } from './traced-process.ts';

/** CommonJS as compilers write it; Node finds the exports' names by the text alone. */
const MODULES = [
  'Object.defineProperty(exports, "a", { enumerable: true, get: function() {\n return q;\n }\n});',
  'Object.defineProperty(exports, "a", { enumerable: true, get: function a() { return q } });',
  'Object.defineProperty(exports, "a", { enumerable: true, get: function () { return q.foo; } });',
  'Object.defineProperty(exports, "a", { enumerable: true, get: function () { return q["foo"]; } });',
  'Object.defineProperty(module.exports, "a", { enumerable: true, get() { return q.foo; } });',
  '(() => { Object.defineProperty(exports, "a", { enumerable: true, get: function () { return q; } }); })();',
  'Object.keys(q).forEach(function (k) { if (k === "default" || k === "__esModule") return; exports[k] = q[k]; });',
  `Object.keys(q).forEach(function (k) {
    if (k === "default" || k === "__esModule") return;
    if (k in exports && exports[k] === q[k]) return;
    Object.defineProperty(exports, k, { enumerable: true, get: function () { return q[k]; } });
  });`,
  'Object.keys(q).forEach(function (k) { if (k !== "default" && !exports.hasOwnProperty(k)) exports[k] = q[k]; });',
  `Object.keys(q).forEach(function (k) {
    if (k !== "default" && !Object.prototype.hasOwnProperty.call(exports, k)) exports[k] = q[k];
  });`,
  'module.exports = { a, f() { return 1 }, b };',
  'module.exports = { a: function () { return 1 }, b };',
  'const set = () => module.exports = { a, b }; set();',
  'const set = () => module.exports = require("./other.cjs"); set();',
  'function set() { return exports.a = exports.b = () => 1 } set();',
  '(function (make) { module.exports = make() })(function () { return { a: 1 } }); 0 && (module.exports = { a });',
  'const set = async list => { for (const x of await list) /["]/.test(x); /[\'"]/.test(list) }; exports.a = set;',
  'const set = async list => { for await (const x of list) x;\n/[\'"]/.test(list) }; exports.a = set;',
  'const set = async x => { if (await x) /[\'"]/.test(x); else /["]/.exec(x) }; exports.a = set;',
  'function* set(x) { yield /[\'"]/; for (const y of yield) y;\n/[\'"]/.test(x) } exports.a = set;',
];

const MAIN = `
const names = [];
for (let n = 0; n < ${MODULES.length}; n++) names.push(Object.keys(await import('./' + n + '.cjs')).sort().join());
console.log(names.join('\\n'));`;

test('whoever imports from a CommonJS module gets the same names from it as without tracing', async () => {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'other.cjs'), 'exports.foo = { bar: 1 }; exports.zed = 2;');
  for (const [index, source] of MODULES.entries()) {
    writeFileSync(join(cwd, `${index}.cjs`), `const q = require('./other.cjs'), a = 1, b = 2;\n${source}\n`);
  }
  writeFileSync(join(cwd, 'main.mjs'), MAIN);
  const options = { cwd, env: { FLOWTRACE_LOGFILE: join(cwd, 'flow.jsonl') } };
  const plain = await run(join(cwd, 'main.mjs'), [], { ...options, isTraced: false });
  expect(plain.stderr).toBe('');
  expect(plain.stdout.match(/^.*\b(?:a|foo)\b/gm)).toHaveLength(MODULES.length);
  expect(await run(join(cwd, 'main.mjs'), [], options)).toEqual(plain);
});
