// What start-up costs: loading a megabyte of source plain, traced with nothing cached, and traced from the cache. Each
// measurement is a process of its own; the three take turns.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILES = 100;
const ROUNDS = 7;
const REGISTER = new URL('../src/register.ts', import.meta.url).href;

const directory = mkdtempSync(join(tmpdir(), 'start-up-'));
mkdirSync(join(directory, 'node_modules'));
let bytes = 0;
for (let file = 0; file < FILES; file++) {
  const source = Array.from({ length: 28 }, (_, n) => functionSource(n)).join('\n');
  bytes += source.length;
  writeFileSync(join(directory, `module-${file}.js`), source);
}
writeFileSync(join(directory, 'empty.cjs'), '');
writeFileSync(
  join(directory, 'main.cjs'),
  `const before = process.threadCpuUsage(); for (let n = 0; n < ${FILES}; n++) require('./module-' + n + '.js');
   const { user, system } = process.threadCpuUsage(before); console.log((user + system) / 1000);`,
);

function functionSource(n: number): string {
  return `
/** Works on order number ${n} and what belongs to it. */
async function handle${n}(order, { quantity = 1, note } = {}) {
  const price = await Promise.resolve(order.price * quantity);
  if (price > 100) throw new Error('too much: ' + price);
  return lines${n}(order).map((line) => ({ ...line, note, total: line.price * quantity }));
}
function lines${n}(order) { return order.lines.filter((line) => line.price > ${n}); }`;
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

load(true, true);
const times = { plain: [] as number[], cold: [] as number[], cached: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  times.plain.push(load(false, false));
  times.cold.push(load(true, false));
  times.cached.push(load(true, true));
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const [plain, cold, cached] = [median(times.plain), median(times.cold), median(times.cached)];
const perMegabyte = (ms: number) => `${((ms - plain) / (bytes / 1e6)).toFixed(0)} ms`;
process.stdout.write(
  `${(bytes / 1e6).toFixed(2)} MB in ${FILES} files: plain ${plain.toFixed(0)} ms of CPU; cold +${perMegabyte(cold)} a MB, cached +${perMegabyte(cached)} a MB\n`,
);
