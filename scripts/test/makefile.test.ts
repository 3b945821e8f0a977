import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAKEFILE = join(ROOT, 'Makefile');
const folder = temporaryFolder('makefile');
const here = join(folder, 'here');
mkdirSync(here);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const make = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execFileSync('make', ['-f', MAKEFILE, ...args], { cwd: here, encoding: 'utf8', env: { ...process.env, ...env } });

test('clean-data removes the data folder alone, whatever its name', () => {
  for (const name of ['My', 'My Data', '.tracelab']) {
    mkdirSync(join(here, name), { recursive: true });
    writeFileSync(join(here, name, 'file'), '');
  }
  make(['clean-data'], { TRACELAB_DATA: join(here, 'My Data') });
  expect(readdirSync(here).sort()).toEqual(['.tracelab', 'My']);
  make(['clean-data'], { TRACELAB_DATA: '' });
  expect(readdirSync(here)).toEqual(['My']);
});

describe('where the build fails', () => {
  // The workspace as setup.sh sees it, with a pnpm that builds nothing.
  const workspace = join(folder, 'workspace');
  const bin = join(folder, 'bin');
  mkdirSync(join(workspace, 'node_modules'), { recursive: true });
  mkdirSync(bin);
  for (const file of ['Makefile', '.node-version', 'package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']) {
    cpSync(join(ROOT, file), join(workspace, file));
  }
  cpSync(join(ROOT, 'scripts/setup.sh'), join(workspace, 'scripts/setup.sh'));
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { packageManager: string };
  const pnpm = `case "$*" in
    --version) echo ${packageManager.replace('pnpm@', '')} ;;
    *build*) echo 'error TS2322' >&2; exit 1 ;;
    *) echo "pnpm $*" ;;
  esac`;
  writeFileSync(join(bin, 'pnpm'), `#!/bin/sh\n${pnpm}\n`, { mode: 0o755 });

  const makeHere = (target: string) =>
    spawnSync('make', [target], {
      cwd: workspace,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    });

  test.each(['lint', 'format', 'check'])('make %s works: it needs no build', target => {
    const { status, stdout } = makeHere(target);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `pnpm --silent ${target}\n` });
  });

  test('make run says so', () => {
    const { status, stderr } = makeHere('run');
    expect(status).not.toBe(0);
    expect(stderr).toContain('error TS2322\nsetup: the build failed: see above.');
  });

  test.each([
    ['tools', ['health', 'status', 'env-info', 'traffic', 'load-test', 'type-check']],
    ['screens', ['run-dev']],
    ['quiet', ['run', 'run-jaeger', 'demo', 'test', 'e2e', 'smoke']],
  ])('setup.sh %s is all that %j ask for', (step, targets) => {
    for (const target of targets) {
      expect(make(['--dry-run', target]).split('\n')[0]).toBe(`scripts/setup.sh ${step}`);
    }
  });
});
