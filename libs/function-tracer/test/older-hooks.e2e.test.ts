import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { type LoggedEvent, readLog, run, temporaryDirectory } from './traced-process.ts';

const BUILT = new URL('../dist/register.js', import.meta.url);
const MIXED = fileURLToPath(new URL('./fixtures/mixed', import.meta.url));

// The method that is replaced is one of Node's own; newer Nodes then print its frame by another name.
const COMPILE_FRAME = 'Module.<anonymous> (node:';

interface Side {
  readonly node?: string;
  readonly register?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A Node that has no synchronous hooks, on this machine. */
function olderNode(): string | undefined {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return places.map(place => join(place, 'node')).find(isOlder);
}

function isOlder(node: string): boolean {
  if (!existsSync(node)) return false;
  const script =
    'const [major] = process.versions.node.split("."); console.log(major, !require("module").registerHooks)';
  return /^(?:2[0-9]) true\n$/.test(execFileSync(node, ['-e', script], { encoding: 'utf8' }));
}

const older = olderNode();
const missing = older === undefined ? 'no Node 20 or 22 without synchronous hooks on PATH' : 'no build in dist';
const canRunOlder = older !== undefined && existsSync(BUILT);
if (!canRunOlder) process.stderr.write(`An older Node is not tested: ${missing}.\n`);

const SIDES: readonly (readonly [string, Side])[] = [
  ['told to use them', { env: { FLOWTRACE_LOAD_HOOKS: 'older' } }],
  ...(canRunOlder ? [['an older Node', { node: older, register: BUILT.href, env: {} }] as const] : []),
];

describe.each(SIDES)('by the hooks of older Nodes, %s', (_name, { env, ...side }) => {
  test('modules of both kinds are traced into one tree, and behave as they do untraced', async () => {
    const log = join(temporaryDirectory(), 'flow.jsonl');
    const traced = await run('main.mjs', [], { ...side, cwd: MIXED, env: { FLOWTRACE_LOGFILE: log, ...env } });
    const plain = await run('main.mjs', [], { ...side, cwd: MIXED, isTraced: false });
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(traced).toEqual(plain);
    expect(tree(readLog(log))).toEqual([
      'main.report',
      ' part.later',
      '  main.<anonymous>',
      '   part.describe',
      ' main.total',
      '  main.<anonymous>',
      '   part.price',
      '    part.double',
      '  main.<anonymous>',
      '   part.price',
      '    part.double',
      'late.lateName',
      'part.fail failed',
      'part.describe failed',
    ]);
  }, 30_000);

  test('packages of others answer the same when every function of theirs is traced', async () => {
    const log = join(temporaryDirectory(), 'flow.jsonl');
    const FLOWTRACE_PACKAGE_PREFIX = 'semver,mitt,p-queue';
    const traced = await run('packages-runner.cjs', [], {
      ...side,
      env: {
        FLOWTRACE_LOGFILE: log,
        FLOWTRACE_PACKAGE_PREFIX,
        FLOWTRACE_BUFFER_BYTES: String(64 * 1024 * 1024),
        ...env,
      },
    });
    const plain = await run('packages-runner.cjs', [], { ...side, isTraced: false });
    expect(traced.stdout.replaceAll(COMPILE_FRAME, 'Module._compile (node:')).toBe(plain.stdout);
    const modules = new Set(readLog(log).map(({ module }) => String(module).split('.', 1)[0]));
    expect([...modules].sort()).toEqual(FLOWTRACE_PACKAGE_PREFIX.split(',').sort());
  }, 60_000);
});

/** One line for each call, indented by its depth below the call that it names as its parent. */
function tree(events: readonly LoggedEvent[]): string[] {
  const depths = new Map<unknown, number>([[null, -1]]);
  const failed = new Set(events.filter(({ event }) => event === 'EXCEPTION').map(event => event['id']));
  return events
    .filter(({ event }) => event === 'ENTER')
    .map(({ id, parentId, module, function: name }) => {
      const depth = (depths.get(parentId) ?? NaN) + 1;
      depths.set(id, depth);
      return `${' '.repeat(depth)}${String(module)}.${String(name)}${failed.has(id) ? ' failed' : ''}`;
    });
}
