import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from './chromium-path.ts';
import { KnownServer } from './known-server.ts';
import { runScript } from '../smoke/run-script.ts';

const folder = temporaryFolder('html');
const htmlFile = join(folder, 'report.html');
const faults: string[] = [];
const requests: string[] = [];
let browser: Browser | undefined;
let page: Page | undefined;

const binary = chromiumPath();
if (binary === undefined) process.stderr.write('html-report.e2e.test.ts is skipped in part: no Chromium is on PATH\n');
const inChromium = binary === undefined ? test.skip : test;

beforeAll(async () => {
  const server = await KnownServer.start((path, index) => ({
    afterMs: 5 + (index % 7),
    status: path === '/orders' ? 500 : 200,
  }));
  const nowhere = ['--traces', 'http://127.0.0.1:9', '--html', htmlFile, '--thresholds', 'errors<1%'];
  await runScript('load-test.ts', ['--url', server.url, '--rate', '100', '--duration', '2', ...nowhere]);
  server.stop();
  if (binary === undefined) return;
  browser = await chromium.launch({ executablePath: binary, args: ['--no-sandbox'] });
  const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 900 } });
  page = await context.newPage();
  page.on('console', message => faults.push(message.text()));
  page.on('pageerror', error => faults.push(error.message));
  page.on('request', request => requests.push(request.url()));
  await page.goto(`file://${htmlFile}`);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the file refers to nothing outside itself but the traces', () => {
  const text = readFileSync(htmlFile, 'utf8');
  const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"|url\(([^)]+)\)/g)].map(
    ([, attribute, css]) => attribute ?? css ?? '',
  );
  expect(addresses.filter(address => !/^(data:,|http:\/\/127\.0\.0\.1:9\/trace\/[0-9a-f]{32})$/.test(address))).toEqual(
    [],
  );
  expect(text).not.toContain('<script');
});

inChromium('it opens offline without a word on the console and without asking for anything', () => {
  expect(faults).toEqual([]);
  expect(requests.filter(url => !url.startsWith('data:'))).toEqual([`file://${htmlFile}`]);
});

inChromium('it tells, in this order: the verdict, four numbers, time, distribution, routes, settings', async () => {
  const headings = await page?.locator('h1, h2').allTextContents();
  expect(headings?.map(text => text.replaceAll(/\s+/g, ' ').trim())).toEqual([
    expect.stringMatching(/^Load test of http/),
    'Latency over time, since the request was due',
    'How many took how long, since the request was due',
    'By route',
    'Traces',
    'Settings and versions',
  ]);
  expect(await page?.locator('.verdict').textContent()).toContain('1 of 1 threshold not met');
  expect(await page?.locator('.numbers dt').allTextContents()).toEqual(['requests', 'p50', 'p99', 'errors']);
});

inChromium('p50, p90 and p99 are marked, each a link to its trace; errors stand beneath the latency', async () => {
  const marks = page?.locator('svg a:has(.mark)');
  expect(await marks?.count()).toBe(3);
  for (const mark of (await marks?.all()) ?? [])
    expect(await mark.getAttribute('href')).toMatch(/\/trace\/[0-9a-f]{32}$/);
  expect(await page?.locator('svg .error').count()).toBeGreaterThan(0);
});

inChromium('nothing is wider than the window', async () => {
  expect(await page?.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});
