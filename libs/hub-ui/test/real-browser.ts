import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

export interface BrowserPlace {
  /** Undefined where there is no browser to test with. */
  readonly executable: string | undefined;
  readonly reason: string;
}

/** Chromium as CHROMIUM names it, or on the PATH. */
export function findChromium({ CHROMIUM, PATH = '' }: NodeJS.ProcessEnv): BrowserPlace {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const onPath = PATH.split(delimiter).flatMap(folder => names.map(name => join(folder, name)));
  const executable = [...(CHROMIUM === undefined ? [] : [CHROMIUM]), ...onPath].find(file => existsSync(file));
  return { executable, reason: 'no Chromium found: apt-get install -y chromium, or set CHROMIUM to one' };
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

export const launchChromium = (executablePath: string, flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...FLAGS, ...flags] });

/** A page that keeps what must not happen: errors in the console, and requests that leave the machine. */
export class WatchedPage {
  readonly page: Page;
  readonly consoleErrors: string[] = [];
  readonly strangers: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') this.consoleErrors.push(message.text());
    });
    page.on('pageerror', error => this.consoleErrors.push(error.message));
    page.on('request', request => {
      if (!request.url().startsWith(`${origin}/`)) this.strangers.push(request.url());
    });
  }

  static async open(browser: Browser, origin: string): Promise<WatchedPage> {
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    return new WatchedPage(await context.newPage(), origin);
  }
}
