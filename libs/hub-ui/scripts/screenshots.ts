// Takes the pictures of docs/ui.md: the four services send real traces to a real hub, Chromium shows them.
// node --conditions=@tracelab/source libs/hub-ui/scripts/screenshots.ts [folder]
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { LocalPostgres } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../test/real-browser.ts';
import { TracedShop } from '../test/traced-shop.ts';

const folder = argv[2] ?? fileURLToPath(new URL('../../../docs/ui/', import.meta.url));
const FLOWS = 30;

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly width?: number;
  readonly act?: (page: Page) => Promise<unknown>;
}

interface Traces {
  readonly declined: string;
  readonly flow: string;
  readonly uncached: string;
  readonly cached: string;
}

const { executable, reason } = findChromium(env);
if (executable === undefined) throw new Error(reason);
mkdirSync(folder, { recursive: true });
const data = temporaryFolder('screenshots');
const postgres = await LocalPostgres.start({ directory: join(data, 'postgres'), isDurable: false });
const browser = await launchChromium(executable);
try {
  await using shop = await TracedShop.start({ databaseUrl: name => postgres.url(name) });
  const traces = await tradeOn(shop);
  for (const scheme of ['light', 'dark'] as const) {
    for (const shot of shotsOf(traces)) await take(browser, { shot, scheme, hubUrl: shop.hubUrl });
  }
} finally {
  await browser.close();
  await postgres.stop();
  rmSync(data, { recursive: true, force: true });
}

async function tradeOn(shop: TracedShop): Promise<Traces> {
  const uncached = (await shop.send('/users/1')).traceId;
  const cached = (await shop.send('/users/1')).traceId;
  let [declined, flow] = ['', ''];
  for (let at = 0; at < FLOWS; at++) {
    const { status, traceId } = await shop.send(`/demo/full-flow/${1 + (at % 3)}`);
    if (status === 402) declined = traceId;
    else flow = traceId;
    await shop.send(`/users/${1 + (at % 4)}`);
    if (at % 4 === 0) await shop.send('/orders/101');
    if (at % 9 === 0) await shop.send('/users/999');
  }
  for (const traceId of [declined, flow]) await shop.settled(traceId, 20);
  return { declined, flow, uncached, cached };
}

function shotsOf({ declined, flow, uncached, cached }: Traces): readonly Shot[] {
  return [
    { name: 'search', path: '/search' },
    { name: 'suggestions', path: '/search', act: type('service:payment payment.') },
    { name: 'trace', path: `/trace/${flow}` },
    { name: 'span', path: `/trace/${declined}?find=declined`, act: openSpan('payment_service.process_payment') },
    { name: 'flame', path: `/trace/${flow}?view=flame` },
    { name: 'table', path: `/trace/${flow}?view=table&order=-self` },
    { name: 'statistics', path: `/trace/${flow}?view=stats&by=operation` },
    { name: 'compare', path: `/compare?a=${uncached}&b=${cached}` },
    { name: 'map', path: '/map?last=5&edge=gateway>payment>call' },
    { name: 'monitor', path: '/monitor?last=5' },
    { name: 'empty', path: '/search?q=service:nobody' },
    { name: 'narrow', path: `/trace/${declined}`, width: 560, act: openSpan('demo_full_flow') },
    { name: 'keys', path: '/search', act: page => page.keyboard.press('?') },
  ];
}

function type(text: string) {
  return async (page: Page) => {
    await page.getByRole('combobox', { name: 'Search traces' }).click();
    await page.keyboard.type(text);
    await page.getByRole('option').first().waitFor();
  };
}

function openSpan(name: string) {
  return (page: Page) => page.getByRole('row', { name }).first().click();
}

interface Taking {
  readonly shot: Shot;
  readonly scheme: 'light' | 'dark';
  readonly hubUrl: string;
}

async function take(on: Browser, { shot: { name, path, width = 1080, act }, scheme, hubUrl }: Taking): Promise<void> {
  const page = await on.newPage({ viewport: { width, height: 600 }, colorScheme: scheme, reducedMotion: 'reduce' });
  await page.goto(`${hubUrl}${path}`);
  await page.locator('main').waitFor();
  await page.waitForLoadState('networkidle');
  await act?.(page);
  // Pictures drawn on a canvas come a frame later.
  await page.waitForTimeout(500);
  const file = `${name}-${scheme}.png`;
  const { length } = await page.screenshot({ path: join(folder, file) });
  stdout.write(`${file.padEnd(24)} ${Math.round(length / 1024)} kB\n`);
  await page.close();
}
