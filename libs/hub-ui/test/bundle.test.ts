import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const packageFolder = fileURLToPath(new URL('../', import.meta.url));
const built = mkdtempSync(join(tmpdir(), 'hub-ui-bundle-'));
let files: readonly string[] = [];

// The build as it ships, of the source as it is now.
beforeAll(async () => {
  const vite = join(packageFolder, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--logLevel', 'error', '--outDir', built, '--emptyOutDir'];
  await promisify(execFile)(process.execPath, args, { cwd: packageFolder });
  files = readdirSync(built, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}, 60_000);
afterAll(() => {
  rmSync(built, { recursive: true });
});

const textOf = (file: string) => readFileSync(file, 'utf8');

test('all that a first visit fetches is under 400 kB, gzipped', () => {
  const sizes = files.map(file => gzipSync(readFileSync(file)).length);
  expect(files.some(file => file.endsWith('.js'))).toBe(true);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
});

test('nothing is fetched from elsewhere: no address in the page or the style sheet, no font', () => {
  const pages = files.filter(file => /\.(html|css)$/.test(file)).map(textOf);
  expect(pages).toHaveLength(2);
  for (const text of pages) expect(text).not.toMatch(/https?:\/\/|\/\/[a-z]+\.|@import|@font-face/);
});
