import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import { eventually } from '../smoke/check.ts';
import { FolderWatch } from './folder-watch.ts';

const folder = temporaryFolder('watch');
const inner = join(folder, 'inner');
mkdirSync(inner);
writeFileSync(join(inner, 'a.ts'), '');
const seen = new Set<string>();
const watching = new FolderWatch(folder, file => seen.add(file));
afterAll(() => {
  watching.close();
  rmSync(folder, { recursive: true });
});

/** Whether the file is told of after the change. */
async function tells(file: string, change: () => void): Promise<boolean> {
  seen.clear();
  change();
  return (await eventually(() => Promise.resolve(seen.has(file) || undefined), 5_000)) === true;
}

function replace(file: string): void {
  writeFileSync(`${file}~`, '');
  renameSync(`${file}~`, file);
}

test('a file is told of when it is written, and each time that it is replaced', async () => {
  const file = join(inner, 'a.ts');
  const write = () => {
    writeFileSync(file, 'x');
  };
  expect(await tells(file, write)).toBe(true);
  for (let times = 0; times < 3; times++) {
    expect(
      await tells(file, () => {
        replace(file);
      }),
    ).toBe(true);
  }
  expect(await tells(file, write)).toBe(true);
});

test('a folder that is new, or there again, is watched with what it brings', async () => {
  const late = join(folder, 'late');
  const file = join(late, 'deep', 'b.ts');
  for (let times = 0; times < 2; times++) {
    const isToldNew = await tells(file, () => {
      mkdirSync(join(late, 'deep'), { recursive: true });
      writeFileSync(file, '');
    });
    expect(isToldNew).toBe(true);
    const isToldAgain = await tells(file, () => {
      replace(file);
    });
    expect(isToldAgain).toBe(true);
    const isToldGone = await tells(late, () => {
      rmSync(late, { recursive: true });
    });
    expect(isToldGone).toBe(true);
  }
});
