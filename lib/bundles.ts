import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuildFailure, type BuildResult, buildSync } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'functions');
const NOTHING = join(ROOT, 'lib', 'nothing.cjs');
export const BUNDLES = join(ROOT, '.ascent', 'bundles');

/** A file so named is a Lambda function: you see the folder, you see its functions. */
const ENTRY_NAMES = '{on-*,task-*,api,ingest}.ts';

/** Code of the functions and the web application, as folders that are deployed as they are. */
export interface Bundles {
  /** Folder of an entry such as `arr/on-fact`; throws where the source is missing. */
  readonly folderOf: (entry: string) => string;
  /** Folder of the web application's build. */
  readonly web: string;
}

/** Every function's entry under `functions/`: `arr/on-fact`, `integrations/stripe/ingest`, … */
export const entries = (): readonly string[] =>
  globSync(`**/${ENTRY_NAMES}`, { cwd: SOURCES, exclude: ['platform/**'] })
    .map((path) => path.replaceAll('\\', '/').replace(/\.ts$/, ''))
    .sort();

export const bundleName = (entry: string): string => entry.replaceAll('/', '-');

/**
 * Bundles every function in ONE call of esbuild (30 functions: 2.3 s; one call each: 23 s). A file is replaced only where its content
 * differs, and by a rename, so that two processes may bundle at once and unchanged code keeps its asset.
 */
export const bundle = (): Bundles => {
  const found = entries();
  const { outputFiles, metafile } = built(found);
  for (const { path, contents } of outputFiles) replaceIfChanged(path, contents);
  replaceIfChanged(join(BUNDLES, 'meta.json'), Buffer.from(JSON.stringify(metafile)));
  return { folderOf: (entry) => existingFolder(entry, found), web: buildWeb() };
};

/** Builds the web application where its sources have changed (`web/build.ts` looks by itself); returns its folder. */
const buildWeb = (): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'web', 'build.ts')], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the web application cannot be built: ${stderr.trim()}`);
  return stdout.trim();
};

const built = (found: readonly string[]): BuildResult<{ write: false; metafile: true }> => {
  try {
    return buildSync({
      absWorkingDir: ROOT,
      entryPoints: found.map((entry) => ({ in: join(SOURCES, `${entry}.ts`), out: `${bundleName(entry)}/index` })),
      outdir: BUNDLES,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      // Node loads undici with an ES module that imports node:http: as CommonJS our functions start with a third less CPU time.
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      mainFields: ['module', 'main'],
      // ElectroDB asks for both although it is given a client of ours; they would be two thirds of a bundle and of its start.
      alias: { '@aws-sdk/lib-dynamodb': NOTHING, '@aws-sdk/util-dynamodb': NOTHING },
      minify: true,
      // Stack traces in the log name our functions.
      keepNames: true,
      legalComments: 'none',
      metafile: true,
      write: false,
      logLevel: 'silent',
    });
  } catch (error) {
    throw new Error(`the functions cannot be bundled: ${sentencesOf(error).join('; ')}`);
  }
};

/** `functions/arr/api.ts:4: Could not resolve …`, of what esbuild found. */
const sentencesOf = (error: unknown): readonly string[] => {
  const { errors = [] } = error as Partial<BuildFailure>;
  const sentences = errors.map(({ text, location }) => `${location?.file ?? ''}:${location?.line ?? ''}: ${text}`);
  return sentences.length === 0 ? [String(error)] : [...new Set(sentences)];
};

const existingFolder = (entry: string, found: readonly string[]): string => {
  if (!found.includes(entry)) {
    throw new Error(`functions/${entry}.ts is wired in lib/ but does not exist. Functions that exist: ${found.join(', ') || 'none'}.`);
  }
  return join(BUNDLES, bundleName(entry));
};

const replaceIfChanged = (path: string, contents: Uint8Array): void => {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, contents);
  renameSync(next, path);
};

/** Size in bytes of each bundle that stands on disk, by entry. */
export const bundleSizes = (): ReadonlyMap<string, number> =>
  new Map(entries().map((entry) => [entry, readFileSync(join(BUNDLES, bundleName(entry), 'index.cjs')).byteLength]));
