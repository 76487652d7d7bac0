import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { launchChromium } from '../../scripts/chromium.ts';

const PATIENCE_MS = 60_000;

const LIGHT = {
  viewport: { width: 1440, height: 1000 },
  colorScheme: 'light',
  locale: 'en-US',
  timezoneId: 'UTC',
} as const satisfies BrowserContextOptions;

export interface View {
  /** By a browser of its own: what somebody chooses there is kept nowhere else. */
  readonly dark?: boolean;
  /** Called before the page loads, so that requests can be held up. */
  readonly before?: (page: Page) => Promise<unknown>;
}

/** A browser for a test file. What a page complains of (an error, a refusal by its content policy) fails the test that opened it. */
export const useBrowser = (baseUrl: () => string) => {
  // A browser, a stack and other tests may share two cores.
  vi.setConfig({ testTimeout: 180_000 });
  let browser: Browser;
  // Of all pages of a file: the application's files are fetched once.
  let light: BrowserContext;
  let complaints: string[] = [];
  const pages: Page[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
    light = await browser.newContext(LIGHT);
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    const found = complaints;
    complaints = [];
    expect(found).toEqual([]);
  });
  const open = async (path: string, { dark = false, before }: View = {}): Promise<Page> => {
    const page = dark ? await browser.newPage({ ...LIGHT, colorScheme: 'dark' }) : await light.newPage();
    pages.push(page);
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A request that fails is the API's to answer for, and the page's to show.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    await before?.(page);
    await page.goto(`${baseUrl()}${path}`);
    return page;
  };
  return { open };
};
