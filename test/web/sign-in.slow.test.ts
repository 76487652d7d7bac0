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
