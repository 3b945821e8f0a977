// What start-up costs: loading a megabyte of source plain, traced without a cache, traced with an empty cache to be
// filled, and traced from the cache. Each measurement is a process of its own; the four take turns.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILES = 100;
const ROUNDS = 7;
const REGISTER = new URL('../src/register.ts', import.meta.url).href;

const directory = mkdtempSync(join(tmpdir(), 'start-up-'));
process.once('exit', () => {
  rmSync(directory, { recursive: true });
});
mkdirSync(join(directory, 'node_modules'));
let bytes = 0;
for (let file = 0; file < FILES; file++) {
  const source = Array.from({ length: 28 }, (_, n) => functionSource(`${file}_${n}`)).join('\n');
  bytes += source.length;
  writeFileSync(join(directory, `module-${file}.js`), source);
}
writeFileSync(join(directory, 'empty.cjs'), '');
writeFileSync(
  join(directory, 'main.cjs'),
  `const before = process.threadCpuUsage(); for (let n = 0; n < ${FILES}; n++) require('./module-' + n + '.js');
   const { user, system } = process.threadCpuUsage(before); console.log((user + system) / 1000);`,
);

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

function load(isTraced: boolean, cache: boolean): number {
  const flags = isTraced
    ? ['--conditions=@tracelab/source', '--import', REGISTER]
    : ['--import', 'data:text/javascript,'];
  const env = { ...process.env, FLOWTRACE_LOGFILE: '', FLOWTRACE_ROOT: directory, FLOWTRACE_CACHE: String(cache) };
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, join(directory, 'main.cjs')], {
    encoding: 'utf8',
    env,
  });
  if (stdout === '') throw new TypeError(stderr);
  return Number(stdout);
}

const times = { plain: [] as number[], cold: [] as number[], filling: [] as number[], cached: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  times.plain.push(load(false, false));
  times.cold.push(load(true, false));
  rmSync(join(directory, 'node_modules', '.cache'), { recursive: true, force: true });
  times.filling.push(load(true, true));
  times.cached.push(load(true, true));
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const plain = median(times.plain);
const perMegabyte = (ms: number[]) => `${((median(ms) - plain) / (bytes / 1e6)).toFixed(0)} ms`;
process.stdout.write(
  `${(bytes / 1e6).toFixed(2)} MB in ${FILES} files: plain ${plain.toFixed(0)} ms of CPU; a MB without a cache +${perMegabyte(times.cold)}, with one to fill +${perMegabyte(times.filling)}, from it +${perMegabyte(times.cached)}\n`,
);
