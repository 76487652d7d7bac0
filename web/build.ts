import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/**
 * Builds the web application into `.ascent/web/<hash of its sources>` and prints that folder. What stands there already is not built again, so that
 * a start without a change of the pages costs a tenth of a second; two processes may build at once.
 */
const ROOT = join(import.meta.dirname, '..');
const BUILDS = join(ROOT, '.ascent', 'web');
/** What a build is made of: the pages, the few pure files that they share with the functions, and the packages. */
const SOURCES = ['web/**/*', 'functions/platform/{currencies,decimal,result}.ts', 'package-lock.json', 'tsconfig.json'];
const KEPT_MS = 24 * 3_600_000;

const hashOfSources = (): string => {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: ROOT }).filter((path) => statSync(join(ROOT, path)).isFile());
  for (const path of files.sort())
    hash
      .update(`${path.replaceAll('\\', '/')}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
};

/** Builds of earlier sources, unless another process may still read them. */
const removeOld = (current: string): void => {
  for (const name of readdirSync(BUILDS)) {
    const folder = join(BUILDS, name);
    if (folder !== current && Date.now() - statSync(folder).mtimeMs > KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
};

// Whoever calls may be a test, and would get React's own development build.
process.env['NODE_ENV'] = 'production';
const folder = join(BUILDS, hashOfSources());
if (!existsSync(folder)) {
  const next = `${folder}.${process.pid}`;
  await build({
    root: import.meta.dirname,
    configFile: join(import.meta.dirname, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: next, emptyOutDir: true },
  });
  // Another process may have been faster; its build is the same.
  if (existsSync(folder)) rmSync(next, { recursive: true });
  else renameSync(next, folder);
  removeOld(folder);
}
process.stdout.write(`${folder}\n`);
