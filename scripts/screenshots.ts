import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

/**
 * Pictures of the screens for the documentation, into docs/img, and how soon the first screen can be used. Of a running stack:
 * npm start, and then npm run screenshots -- [its address]
 */
const [url = 'http://localhost:8080'] = process.argv.slice(2);
const FOLDER = join(import.meta.dirname, '..', 'docs', 'img');
const DESK = { width: 1280, height: 800 };
const TALL = { width: 1280, height: 1300 };
const LOADS = 5;

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly dark?: boolean;
  /** What is done before the picture is taken. */
  readonly steps?: (page: Page) => Promise<void>;
}

const openExplanation = async (page: Page): Promise<void> => {
  await page
    .getByRole('link', { name: /^Churn, / })
    .first()
    .click();
  await page.locator('[data-explained]').waitFor();
  // The screen below lists movements, too.
  await page
    .getByRole('link', { name: /^Churn of / })
    .last()
    .click();
  await page.locator('[data-event]').first().waitFor();
};

/** The largest customer. */
const openCustomer = async (page: Page): Promise<void> => {
  await page
    .getByRole('link', { name: /^ARR of / })
    .first()
    .click();
  await page.getByRole('heading', { name: 'How it came about' }).waitFor();
};

/** As docs/walkthrough.md goes. */
const openWhyNrrFell = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Why NRR changed in Mar 2026' }).click();
  await page.getByRole('table', { name: 'By what came and went' }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.locator('#why-nrr-changed').evaluate((place) => place.scrollIntoView());
};
const openNrrSourceEvent = async (page: Page): Promise<void> => {
  await openWhyNrrFell(page);
  await page.getByRole('link', { name: /Mar 25, 2025: Expansion \+\$1M/ }).click();
  await page.locator('[data-event]').first().waitFor();
};

const SHOTS: readonly Shot[] = [
  { name: 'plan', path: '/' },
  { name: 'plan-dark', path: '/', dark: true },
  { name: 'plan-phone', path: '/', viewport: { width: 390, height: 844 } },
  { name: 'arr', path: '/arr' },
  { name: 'retention', path: '/retention' },
  { name: 'why-nrr-fell', path: '/retention', viewport: TALL, steps: openWhyNrrFell },
  { name: 'nrr-source-event', path: '/retention', viewport: { width: 1600, height: 900 }, steps: openNrrSourceEvent },
  { name: 'economics', path: '/economics' },
  { name: 'explanation', path: '/arr', viewport: { width: 1600, height: 900 }, steps: openExplanation },
  { name: 'customers', path: '/customers' },
  { name: 'customer', path: '/customers', steps: openCustomer },
  { name: 'integrations', path: '/integrations' },
];

/** Nothing says any more that it waits for something. */
const loaded = async (page: Page): Promise<void> => {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.querySelector('[role="status"]') === null);
};

const take = async (browser: Browser, { name, path, viewport = DESK, dark = false, steps }: Shot): Promise<void> => {
  const page = await browser.newPage({ viewport, colorScheme: dark ? 'dark' : 'light', locale: 'en-US', timezoneId: 'UTC' });
  await page.goto(`${url}${path}`, { waitUntil: 'networkidle' });
  await loaded(page);
  await steps?.(page);
  await loaded(page);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  await page.close();
  console.log(`docs/img/${name}.png`);
};

/** From the request of the page until its first figure can be followed, with nothing kept from before, in milliseconds. */
const interactiveMs = async (browser: Browser): Promise<number> => {
  const context = await browser.newContext({ viewport: DESK });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('[data-figure] a').first().waitFor();
  const ms = await page.evaluate(() => performance.now());
  await context.close();
  return ms;
};

const browser = await launchChromium();
try {
  mkdirSync(FOLDER, { recursive: true });
  for (const shot of SHOTS) await take(browser, shot);
  const times: number[] = [];
  for (let i = 0; i < LOADS; i += 1) times.push(await interactiveMs(browser));
  const sorted = times.toSorted((one, other) => one - other).map((ms) => (ms / 1000).toFixed(2));
  console.log(`the plan can be used after ${sorted[Math.floor(LOADS / 2)]} s (median of ${LOADS} first loads: ${sorted.join(', ')})`);
} finally {
  await browser.close();
}
