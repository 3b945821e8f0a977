// What start-up costs: loading source plain, traced without a cache, traced with an empty cache to be filled (which is
// written once the program is idle), and traced from the cache. Once the source of whole packages, as people write it, and
// once generated source that is little but functions. None of it runs, so that no call is measured with it. Each measurement
// is a process of its own; the four take turns. The tracer is the built one, as people run it: `pnpm build` first.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = Number(process.argv[2] ?? 7);
const REGISTER = new URL('../dist/register.js', import.meta.url).href;
const PACKAGES = [
  import.meta.resolve('acorn'),
  import.meta.resolve('express'),
  import.meta.resolve('fastify'),
  import.meta.resolve('lodash'),
  import.meta.resolve('rxjs'),
  import.meta.resolve('semver'),
  import.meta.resolve('undici'),
  import.meta.resolve('zod'),
];
const DENSE_FILES = 100;

const directory = mkdtempSync(join(tmpdir(), 'start-up-'));
process.once('exit', () => {
  rmSync(directory, { recursive: true });
});

/** A program in a folder of its own that loads these files. */
interface Program {
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
}

function writeProgram(name: string, sources: readonly string[]): Program {
  const program = join(directory, name);
  mkdirSync(join(program, 'node_modules'), { recursive: true });
  for (const [index, source] of sources.entries()) writeFileSync(join(program, `module-${index}.js`), source);
  writeFileSync(
    join(program, 'main.cjs'),
    `const before = process.threadCpuUsage(); for (let n = 0; n < ${sources.length}; n++) require('./module-' + n + '.js');
     const { user, system } = process.threadCpuUsage(before); console.log((user + system) / 1000);`,
  );
  return { directory: program, files: sources.length, bytes: sources.reduce((sum, { length }) => sum + length, 0) };
}

/** The CommonJS files of a package, by the URL of one, each in a function that nobody calls. */
function packageSources(entry: string): string[] {
  const root = /^.*\/node_modules\/[^/]+/.exec(fileURLToPath(entry))?.[0] ?? '';
  const files = globSync('**/*.{js,cjs}', { cwd: root, exclude: ['node_modules', '**/test/**', '**/*.min.js'] });
  return files
    .toSorted()
    .map(file => readFileSync(join(root, file), 'utf8'))
    .filter(source => !/^(?:#!|import\b|export\b)/m.test(source))
    .map(source => `module.exports = function () { ${source}\n};`);
}

// Files that are alike would find each other in the cache.
function functionSource(n: string): string {
  return `
/** Works on order number ${n} and what belongs to it. */
async function handle${n}(order, { quantity = 1, note } = {}) {
  const price = await Promise.resolve(order.price * quantity);
  if (price > 100) throw new Error('too much: ' + price);
  return lines${n}(order).map((line) => ({ ...line, note, total: line.price * quantity }));
}
function lines${n}(order) { return order.lines.filter((line) => line.price > 1${n}); }`;
}

function load(program: Program, isTraced: boolean, cache: boolean): number {
  const imported = isTraced ? REGISTER : 'data:text/javascript,';
  const args = ['--import', imported, join(program.directory, 'main.cjs')];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: {
      ...process.env,
      FLOWTRACE_LOGFILE: '',
      FLOWTRACE_ROOT: program.directory,
      FLOWTRACE_CACHE: String(cache),
    },
  });
  if (stdout === '') throw new TypeError(stderr);
  return Number(stdout);
}

function measure(program: Program): string {
  const times = { plain: [] as number[], cold: [] as number[], filling: [] as number[], cached: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.plain.push(load(program, false, false));
    times.cold.push(load(program, true, false));
    rmSync(join(program.directory, 'node_modules', '.cache'), { recursive: true, force: true });
    times.filling.push(load(program, true, true));
    times.cached.push(load(program, true, true));
  }
  const plain = median(times.plain);
  const megabytes = program.bytes / 1e6;
  const perMegabyte = (ms: number[]) => `${((median(ms) - plain) / megabytes).toFixed(0)} ms`;
  return (
    `${megabytes.toFixed(2)} MB in ${program.files} files: plain ${plain.toFixed(0)} ms of CPU; a MB without a cache ` +
    `+${perMegabyte(times.cold)}, with one to fill +${perMegabyte(times.filling)}, from it +${perMegabyte(times.cached)}`
  );
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const dense = Array.from({ length: DENSE_FILES }, (_, file) =>
  Array.from({ length: 28 }, (_, n) => functionSource(`${file}_${n}`)).join('\n'),
);
const programs = {
  packages: writeProgram('packages', PACKAGES.flatMap(packageSources)),
  functions: writeProgram('functions', dense),
};
for (const [name, program] of Object.entries(programs)) process.stdout.write(`${name.padEnd(9)} ${measure(program)}\n`);
