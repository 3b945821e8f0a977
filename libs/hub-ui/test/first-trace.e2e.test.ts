import { execFile } from 'node:child_process';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findChromium, launchChromium, WatchedPage } from './real-browser.ts';
import { TracedHub } from './traced-shop.ts';

const { executable, reason } = findChromium(env);
if (executable === undefined) process.stderr.write(`first-trace.e2e.test.ts is skipped: ${reason}\n`);

let hub: TracedHub;
let browser: Browser;

beforeAll(async () => {
  if (executable === undefined) return;
  hub = await TracedHub.start();
  browser = await launchChromium(executable);
}, 30_000);
afterAll(async () => {
  if (executable === undefined) return;
  await browser.close();
  await hub.stop();
});

// A page needs a browser, and none comes by npm without a download.
(executable === undefined ? test.skip : test)(
  'an empty hub shows the lines that send a first trace, and they do',
  async () => {
    const { page, consoleErrors, strangers } = await WatchedPage.open(browser, hub.url);
    await page.goto('/search?live=1');
    await page.getByText('The first trace appears here by itself.').waitFor();
    const [program, byHand] = await page.locator('.snippet pre').allTextContents();
    expect(program).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${new URL(hub.otlpUrl).origin}`);
    await promisify(execFile)('bash', ['-euc', byHand ?? 'false']);
    const first = page.getByRole('list').getByRole('link', { name: /hello/ });
    await first.waitFor();
    await first.click();
    await page.getByRole('row', { name: /hello.*250 ms/s }).waitFor();
    expect(consoleErrors).toEqual([]);
    expect(strangers).toEqual([]);
  },
);
