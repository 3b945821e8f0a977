import { env } from 'node:process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { databaseUrl } from '@tracelab/test-stack';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium, WatchedPage } from './real-browser.ts';
import { TracedShop } from './traced-shop.ts';

const { executable, reason } = findChromium(env);
if (executable === undefined) process.stderr.write(`screens.e2e.test.ts is skipped: ${reason}\n`);

(executable === undefined ? describe.skip : describe)(
  'the screens, in a real browser, of traces that the services sent',
  () => {
    let shop: TracedShop;
    let browser: Browser;
    let watched: WatchedPage;
    let page: Page;
    /** Reads of one user: the first from the database, the second from the cache. */
    let uncached: string;
    let cached: string;

    beforeAll(async () => {
      shop = await TracedShop.start({ databaseUrl });
      browser = await launchChromium(executable ?? '');
      uncached = (await shop.send('/users/1')).traceId;
      cached = (await shop.send('/users/1')).traceId;
      await declinedPayment(shop);
      await shop.settled(uncached, 5);
      await shop.settled(cached, 4);
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      await shop[Symbol.asyncDispose]();
    }, 30_000);

    beforeEach(async () => {
      watched = await WatchedPage.open(browser, shop.hubUrl);
      page = watched.page;
    });
    afterEach(async () => {
      await page.context().close();
      expect(watched.consoleErrors).toEqual([]);
      expect(watched.strangers).toEqual([]);
    });

    test('the declined payment is found by its tag, and its span says why it was declined', async () => {
      await page.goto('/');
      await page.getByRole('combobox', { name: 'Search traces' }).pressSequentially('payment.stat');
      await page.getByRole('option', { name: 'payment.status' }).click();
      await page.getByRole('option', { name: 'failed' }).click();
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=payment.status(=|%3D)failed/);
      await page
        .getByRole('list')
        .getByRole('link', { name: /full-flow/ })
        .first()
        .click();
      await page.waitForURL(/\/trace\//);
      await page.getByRole('row', { name: /payment_service.process_payment/ }).click();
      const detail = page.getByRole('complementary', { name: 'Span' });
      expect(await detail.locator('.status-message').textContent()).toMatch(/^Payment failed: /);
      expect(await detail.getByText('PaymentDeclined').count()).toBeGreaterThan(0);
    });

    test('a link to a span shows another reader the same: view, zoom, folds, search and span', async () => {
      await page.goto(`/trace/${uncached}`);
      await page.getByRole('row', { name: /user_service.get_user/ }).waitFor();
      await page.keyboard.press('f');
      await page.keyboard.type('get_user');
      // As a reader does: what was typed is looked for when the page has time.
      await page.getByText(/^\d+ of [1-9]\d*$/).waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'Span' }).waitFor();
      for (const key of ['z', 'p', 'ArrowLeft']) await page.keyboard.press(key);
      await page.keyboard.press('c');
      const link = await page.evaluate(() => navigator.clipboard.readText());
      const seen = await stateOf(page);
      expect(seen.rows.join()).not.toContain('SELECT users');

      const other = await WatchedPage.open(browser, shop.hubUrl);
      await other.page.goto(link);
      await other.page.getByRole('complementary', { name: 'Span' }).waitFor();
      expect(await stateOf(other.page)).toEqual(seen);
      expect(seen).toMatchObject({ find: 'get_user', hasPath: false, current: expect.stringContaining('get_user') });
      await other.page.context().close();
    });

    test('a cached and an uncached read, compared, differ by the query', async () => {
      await page.goto('/search?q=service:gateway+operation:"GET+/users/:user_id"');
      const boxes = page.getByRole('checkbox', { name: /^Compare/ });
      await boxes.nth(1).check();
      await boxes.nth(0).check();
      await page.getByRole('link', { name: 'Compare (2)' }).click();
      await page.waitForURL(`**/compare?a=${uncached}&b=${cached}`);
      const query = page.getByRole('row', { name: /SELECT users/ });
      expect(await query.textContent()).toContain('only in A');
      expect(await page.getByRole('row', { name: /user_service.get_user/ }).textContent()).toMatch(/−.*(ms|µs)$/);
    });

    test('-via leaves out the traces of a service', async () => {
      await page.goto('/search?q=via:order');
      const rows = page.getByRole('list').getByRole('listitem');
      await rows.first().waitFor();
      for (const text of await rows.allTextContents()) expect(text).toContain('order');
      await page.goto('/search?q=-via:order');
      await rows.first().waitFor();
      for (const text of await rows.allTextContents()) expect(text).not.toContain('order');
    });

    test('the map leads along its slowest edge to the traces that used it', async () => {
      await page.goto('/map');
      const slowest = page.getByRole('region', { name: 'Calls between services' }).locator('tbody tr').first();
      expect(await slowest.textContent()).toMatch(/^gatewaypayment/);
      await slowest.getByRole('button').click();
      expect(await page.locator('.edge-label').textContent()).toMatch(/ · \d.* % · p95 \d+.* m?s$/);
      await slowest.getByRole('link', { name: 'Traces from gateway to payment' }).click();
      await page.waitForURL(/\/search/);
      const rows = page.getByRole('list').getByRole('listitem');
      await rows.first().waitFor();
      for (const text of await rows.allTextContents()) expect(text).toMatch(/gateway.*payment/);
    });

    test('live, the list shows a request that is made while one looks', async () => {
      await page.goto('/search');
      await page.getByRole('button', { name: 'Live' }).click();
      await page.getByText(/^live: 0 arrivals/).waitFor();
      const { traceId } = await shop.send('/orders/101');
      await page.locator(`a[href="/trace/${traceId}"]`).waitFor({ timeout: 10_000 });
      expect(await page.getByRole('list').getByRole('link').first().getAttribute('href')).toBe(`/trace/${traceId}`);
    });

    test('the monitor leads from a moment to its traces', async () => {
      await page.goto('/monitor?last=5');
      await page.getByRole('button', { name: 'GET /users/:user_id' }).first().click();
      const rate = page.getByRole('group', { name: /^Rate over time/ });
      await rate.focus();
      for (let at = 0; at < 31; at++) await page.keyboard.press('ArrowRight');
      while (/ 0\/s$/.test((await page.locator('.step-chart output').first().textContent()) ?? '')) {
        await page.keyboard.press('ArrowLeft');
      }
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/search\?.*from=\d+&to=\d+/);
      await page.getByRole('list').getByRole('listitem').first().waitFor();
      // A trace is found by any of its spans, so its own name may be another.
      expect(decodeURIComponent(page.url())).toContain('/users/:user_id');
    });

    test('the keyboard alone goes from the list to a span and back', async () => {
      await page.goto('/search?sort=slowest');
      await page.getByRole('list').getByRole('listitem').first().waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/trace\//);
      await page.getByRole('row').first().waitFor();
      const all = await page.getByRole('treegrid').getAttribute('aria-rowcount');
      await page.keyboard.press('j');
      await page.keyboard.press('ArrowLeft');
      expect(await page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('1');
      await page.keyboard.press('ArrowRight');
      expect(await page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe(all);
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard and search help' }).waitFor();
      await page.keyboard.press('Escape');
      await page.goBack();
      await page.waitForURL(/sort=slowest/);
    });

    test('a drag over the plot narrows the list to a time, and back widens it again', async () => {
      await page.goto('/search');
      await page.getByRole('list').getByRole('listitem').first().waitFor();
      const all = await page.getByRole('heading', { level: 1 }).textContent();
      const box = await page.locator('.scatter').boundingBox();
      if (box === null) throw new Error('the plot is on the page');
      await page.mouse.move(box.x + 60, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.4, box.y + 62, { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/from=\d+&to=\d+/);
      await page.waitForFunction(text => document.querySelector('h1')?.textContent !== text, all);
      await page.goBack();
      await page.waitForFunction(text => document.querySelector('h1')?.textContent === text, all);
    });

    test('what is not there is said, with what to do', async () => {
      await page.goto(`/trace/${'0'.repeat(31)}1`);
      await page.getByRole('alert').getByText('No such trace').waitFor({ timeout: 10_000 });
      // The browser itself reports the 404.
      expect(watched.consoleErrors.splice(0).every(text => text.includes('404'))).toBe(true);
      await page.goto('/search?q=service:nobody');
      await page.getByRole('heading', { name: 'No trace matches' }).waitFor();
      await page.goto('/search?q=duration>soon');
      await page.getByRole('alert').getByText('is no duration').waitFor();
    });

    test.each(['light', 'dark'] as const)(
      'axe finds no fault on any page, in %s colours',
      async colorScheme => {
        await page.emulateMedia({ colorScheme });
        const pages = [
          '/search',
          '/search?q=nothing:here',
          `/trace/${uncached}?find=user`,
          `/trace/${uncached}?view=flame`,
          `/trace/${uncached}?view=table`,
          `/trace/${uncached}?view=table&group=operation`,
          `/trace/${uncached}?view=stats`,
          '/compare',
          `/compare?a=${uncached}&b=${cached}`,
          '/map',
          '/monitor',
        ];
        for (const path of pages) {
          await page.goto(path);
          await page.locator('main').waitFor();
          await page.waitForLoadState('networkidle');
          if (path.includes('find=')) await page.keyboard.press('n');
          if (path.includes('find=')) await page.keyboard.press('Enter');
          expect({ path, violations: await violationsOn(page) }).toEqual({ path, violations: [] });
        }
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
        expect(await violationsOn(page)).toEqual([]);
      },
      60_000,
    );
  },
);

/** Runs full flows until a payment is declined, which the services' seed makes happen soon. */
async function declinedPayment(shop: TracedShop): Promise<void> {
  for (let tries = 0; tries < 30; tries++) {
    const { status, traceId } = await shop.send('/demo/full-flow/1');
    if (status !== 402) continue;
    await shop.settled(traceId, 20);
    return;
  }
  throw new Error('No payment was declined in 30 flows.');
}

async function stateOf(page: Page) {
  return {
    rows: await page.getByRole('treegrid').getByRole('row').allTextContents(),
    current: await page.locator('[aria-selected="true"]').textContent(),
    find: await page.getByRole('textbox', { name: 'Find in this trace' }).inputValue(),
    hasPath: await page.getByRole('checkbox', { name: 'critical path' }).isChecked(),
    detail: await page.getByRole('complementary', { name: 'Span' }).locator('h2').textContent(),
    ticks: await page.locator('.ticks').textContent(),
  };
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function violationsOn(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's security policy does not bind.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }).axe.run(),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  );
}
