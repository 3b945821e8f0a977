// What the screens cost in a real browser: one trace of 100,000 spans, and a list of 10,000 traces.
// node --conditions=@tracelab/source libs/hub-ui/bench/screens.bench.ts [spans]
import { readFileSync } from 'node:fs';
import { argv, env, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../test/real-browser.ts';
import { TracedHub } from '../test/traced-shop.ts';
import { sendBigTrace, sendSmallTraces } from './big-trace.ts';

const spanCount = Number(argv[2] ?? 100_000);
const traceCount = 10_000;
const SCROLL_MS = 4000;

const { executable, reason } = findChromium(env);
if (executable === undefined) throw new Error(reason);
const hub = await TracedHub.start();
const browser = await launchChromium(executable);
try {
  const traceId = await sendBigTrace(hub.otlpUrl, spanCount);
  await settled(traceId);
  for (let run = 1; run <= 3; run++) await measureTrace(browser, traceId, run);
  await sendSmallTraces(hub.otlpUrl, traceCount);
  await sleep(2000);
  await measureList(browser);
} finally {
  await browser.close();
  await hub.stop();
}

async function settled(traceId: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const response = await fetch(`${hub.url}/api/hub/search?limit=1`);
    const { summaries } = (await response.json()) as { summaries: { traceId: string; spanCount: number }[] };
    if (summaries[0]?.traceId === traceId && summaries[0].spanCount === spanCount) return;
    await sleep(500);
  }
  throw new Error('The trace did not come whole.');
}

async function measureTrace(on: Browser, traceId: string, run: number): Promise<void> {
  const page = await on.newPage({ viewport: { width: 1280, height: 800 } });
  const clock = await threadClock(page);
  await page.goto(`${hub.url}/trace/${traceId}`);
  await page.getByRole('row').first().waitFor({ timeout: 60_000 });
  const paintMs = await page.evaluate(firstPaintAfterData);
  const loadCpuMs = await clock();
  const frames = await scrolled(page, '.waterfall-scroller', clock);
  await page.waitForTimeout(2000);
  const beforeFind = await clock();
  const findMs = await findTime(page);
  const findCpuMs = (await clock()) - beforeFind;
  await page.waitForTimeout(1000);
  const memoryMb = await tabMegabytes(page);
  await page.close();
  report(`trace of ${spanCount} spans, run ${run}`, { paintMs, loadCpuMs, ...frames, findMs, findCpuMs, memoryMb });
}

async function measureList(on: Browser): Promise<void> {
  const page = await on.newPage({ viewport: { width: 1280, height: 800 } });
  const clock = await threadClock(page);
  await page.goto(`${hub.url}/search`);
  const scroller = page.locator('.trace-list');
  await page.getByRole('listitem').first().waitFor();
  while (!/^10,/.test((await page.locator('h1').textContent()) ?? '')) {
    await scroller.evaluate(element => {
      element.scrollTop = element.scrollHeight;
    });
    await page.waitForTimeout(100);
  }
  const frames = await scrolled(page, '.trace-list', clock);
  report('list of 10,001 traces', { ...frames, memoryMb: await tabMegabytes(page) });
  await page.close();
}

/** From the last byte of the trace until its first rows are on the screen. */
function firstPaintAfterData(): number {
  const data = performance.getEntriesByType('resource').find(entry => entry.name.includes('/api/hub/traces/'));
  const paint = performance.getEntriesByName('first-rows').at(0);
  return (paint?.startTime ?? NaN) - (data as PerformanceResourceTiming).responseEnd;
}

/** The page's main thread, counted in its own time, whatever else the machine does. */
async function threadClock(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
  };
}

async function scrolled(page: Page, selector: string, clock: () => Promise<number>) {
  const before = await clock();
  const { frameCount, ...frames } = await page.evaluate(scrollThrough, { selector, forMs: SCROLL_MS });
  return { ...frames, cpuPerFrameMs: ((await clock()) - before) / frameCount };
}

/** Scrolls a page and a half each second and counts what the screen showed. */
async function scrollThrough({ selector, forMs }: { selector: string; forMs: number }) {
  const element = document.querySelector(selector);
  if (element === null) throw new Error(`${selector} is not on the page`);
  element.scrollTop = 0;
  const times: number[] = [];
  const end = performance.now() + forMs;
  await new Promise<void>(resolve => {
    const step = (now: number) => {
      times.push(now);
      element.scrollTop += 120;
      if (now < end) requestAnimationFrame(step);
      else resolve();
    };
    requestAnimationFrame(step);
  });
  const gaps = times
    .slice(1)
    .map((time, at) => time - (times[at] ?? time))
    .sort((left, right) => left - right);
  const total = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return {
    frameCount: gaps.length,
    framesPerSecond: (gaps.length / total) * 1000,
    p95FrameMs: gaps[Math.floor(gaps.length * 0.95)] ?? NaN,
  };
}

/** From the keystroke that completes the word until the count of matches is on the screen. */
async function findTime(page: Page): Promise<number> {
  const input = page.getByRole('textbox', { name: 'Find in this trace' });
  await input.focus();
  await input.evaluate(watchFind);
  await page.keyboard.insertText('deadlock');
  const found = page.locator('output[data-elapsed]');
  await found.waitFor();
  return Number(await found.getAttribute('data-elapsed'));
}

/** Notes on the count of matches how long after the input it appeared. */
function watchFind(input: Element): void {
  const output = input.parentElement?.querySelector('output');
  if (!(output instanceof HTMLElement)) throw new Error('the count of matches is beside the field');
  let started = 0;
  const begin = () => {
    started = performance.now();
  };
  input.addEventListener('input', begin, { once: true, capture: true });
  new MutationObserver(() => {
    if (!/of [1-9]/.test(output.textContent) || output.dataset['elapsed'] !== undefined) return;
    requestAnimationFrame(() => (output.dataset['elapsed'] = String(performance.now() - started)));
  }).observe(output, { childList: true, characterData: true, subtree: true });
}

/** What the tab's process holds for itself, as the system counts it. */
async function tabMegabytes(page: Page): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  const info = await session?.send('SystemInfo.getProcessInfo');
  const sizes = (info?.processInfo ?? []).filter(({ type }) => type === 'renderer').map(({ id }) => pssMegabytes(id));
  return Math.max(...sizes);
}

function pssMegabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

function report(name: string, figures: Readonly<Record<string, number>>): void {
  const text = Object.entries(figures).map(([key, value]) => `${key} ${value.toFixed(value < 100 ? 1 : 0)}`);
  stdout.write(`${name.padEnd(32)} ${text.join('  ')}\n`);
}
