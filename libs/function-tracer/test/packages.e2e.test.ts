import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readLog, run, temporaryDirectory } from './traced-process.ts';

const PACKAGES = ['lodash', 'semver', 'acorn', 'mitt', 'p-queue', 'zod'];

test('packages of others, CommonJS and ESM, answer the same when every function of theirs is traced', async () => {
  const log = join(temporaryDirectory(), 'flow.jsonl');
  const env = {
    FLOWTRACE_LOGFILE: log,
    FLOWTRACE_PACKAGE_PREFIX: [...PACKAGES, 'eventemitter3', 'p-timeout'].join(','),
    FLOWTRACE_MAX_DEPTH: '40',
    FLOWTRACE_BUFFER_BYTES: String(64 * 1024 * 1024),
  };
  const [plain, traced] = await Promise.all([
    run('packages-runner.cjs', [], { isTraced: false }),
    run('packages-runner.cjs', [], { env }),
  ]);
  expect(traced.stderr).toBe(plain.stderr);
  expect(plain.stdout.split('\n').length).toBeGreaterThan(3_000);
  const [expected, received] = [plain, traced].map(({ stdout }) => stdout.split('\n'));
  expect(received?.filter((line, index) => line !== expected?.[index]).slice(0, 5)).toEqual([]);
  const modules = new Set(readLog(log).map(({ module }) => String(module).split('.', 1)[0]));
  expect([...modules]).toEqual(expect.arrayContaining(PACKAGES));
}, 60_000);
