import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BUNDLES, type Bundles, bundle, bundleSizes, entries } from '../../lib/bundles.ts';

/** Bytes, as deployed. Ingest is on the way of every webhook, so its limit is its own. */
const MAX_INGEST_BYTES = 100_000;
const MAX_BYTES = 900_000;

let bundles: Bundles;
beforeAll(() => {
  bundles = bundle();
});

describe('bundles', () => {
  it('exist for every function, as one file each that is deployed as it is', () => {
    expect(entries().length).toBeGreaterThanOrEqual(12);
    for (const entry of entries()) expect(bundles.folderOf(entry)).toBe(join(BUNDLES, entry.replaceAll('/', '-')));
  });

  it('stay within 100 KB for the webhook and 900 KB for every other function', () => {
    const tooLarge = [...bundleSizes()].filter(
      ([entry, bytes]) => bytes > (entry === 'integrations/stripe/ingest' ? MAX_INGEST_BYTES : MAX_BYTES),
    );
    expect(tooLarge).toEqual([]);
  });

  it('export a handler each', () => {
    for (const entry of entries()) {
      const bundled = createRequire(import.meta.url)(join(bundles.folderOf(entry), 'index.cjs')) as Record<string, unknown>;
      expect(`${entry} ${typeof bundled['handler']}`).toBe(`${entry} function`);
    }
  });

  it('refuses a function that is wired but not written, by the name of the missing file', () => {
    expect(() => bundles.folderOf('arr/on-nothing')).toThrow('functions/arr/on-nothing.ts is wired in lib/ but does not exist');
  });
});
