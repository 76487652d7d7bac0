import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { ascentApp } from '../../lib/app.ts';
import { bundle } from '../../lib/bundles.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { useBrowser } from './browser.ts';

let stack: LocalStack;
const folder = mkdtempSync(join(tmpdir(), 'ascent-sign-in-'));
beforeAll(async () => {
  const assemblyDir = join(folder, 'cdk.out');
  ascentApp({ company, bundles: bundle(), outdir: assemblyDir }).app.synth();
  stack = await startLocalStack({ assemblyDir, dataDir: join(folder, 'data'), port: 0, auth: true });
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});
const { open } = useBrowser(() => stack.url);

it('who has proposed something may take it back, and leaves its approval to a second person', async () => {
  const page = await open('/arr');
  await page.getByRole('link', { name: 'finance' }).click();
  await page.getByRole('heading', { name: 'Waterfall' }).waitFor();
  const proposed = (rulingId: string, proposedBy: string) => ({
    ...{ rulingId, proposedBy, status: 'proposed', proposedAt: '2026-11-05T12:00:00.000Z', reason: 'why' },
    ruling: { kind: 'link', customerId: rulingId, otherId: 'other', isSame: true },
  });
  const items = [proposed('own', 'local-finance'), proposed('another', 'local-revops')];
  await page.route('**/api/v1/arr/rulings?**', (route) => route.fulfill({ json: { items, nextCursor: null } }));
  await page.getByRole('link', { name: 'Rulings' }).click();
  const own = page.locator('[data-ruling="own proposed"]');
  await own.getByText('A second person approves it.').waitFor();
  const buttonsOf = (rulingId: string): Promise<string[]> => page.locator(`[data-ruling="${rulingId} proposed"] button`).allTextContents();
  expect([await buttonsOf('own'), await buttonsOf('another')]).toEqual([['Take back'], ['Approve', 'Reject']]);
});

it('a person who is asked for a token signs in, is back where they were, and sees what their role may see', async () => {
  const page = await open('/arr?period=quarter');
  await page.getByRole('link', { name: 'executive' }).click();
  await page.getByRole('heading', { name: 'ARR', exact: true }).waitFor();
  expect(new URL(page.url()).search).toBe('?period=quarter');
  await page.getByRole('heading', { name: 'Waterfall' }).waitFor();
  // An executive reads ARR, and not the sources.
  await page.goto(`${stack.url}/integrations`);
  await page.getByRole('link', { name: 'executive' }).click();
  await page.getByText('Your roles do not include this.').waitFor();
  await page
    .getByRole('button', { name: 'Open the navigation' })
    .or(page.getByRole('button', { name: 'Sign out' }))
    .first()
    .waitFor();
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
});
