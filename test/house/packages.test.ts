import { expect, test } from 'vitest';
import { missingEntries } from '../../scripts/complete-lock.mjs';
import { type Findings, filesOf } from './support.ts';

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Packages = Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>>; readonly version?: string }>>;

const json = (path: string): unknown => JSON.parse(filesOf([path]).get(path) ?? 'null');

const looseVersions = ({ dependencies, devDependencies, optionalDependencies }: Manifest): Findings =>
  Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    .map(([name, version]) => `package.json asks for ${name} ${version}. Pin one version: npm install --save-exact ${name}.`);

const strayScripts = ({ scripts = {} }: Manifest): Findings =>
  Object.entries(scripts)
    .filter(([name, command]) => command !== `node scripts/run.mjs ${name}`)
    .map(
      ([name]) =>
        `npm run ${name} does not start by scripts/run.mjs. Add it to COMMANDS there: it installs what is missing and runs Node 24.`,
    );

const downloadAddresses = (lock: string): Findings =>
  lock
    .split('\n')
    .flatMap((line, i) =>
      line.includes('"resolved"')
        ? [`package-lock.json:${i + 1} holds a download address. Install with the .npmrc of this project, which leaves them out.`]
        : [],
    );

const incomplete = (packages: Packages): Findings =>
  Object.keys(missingEntries(packages)).map(
    (path) => `package-lock.json lacks ${path}: npm ci refuses it. Run node scripts/complete-lock.mjs.`,
  );

test('versions are pinned, the lock is complete and without addresses, and every script runs on the own Node', () => {
  const manifest = json('package.json') as Manifest;
  const { packages } = json('package-lock.json') as { readonly packages: Packages };
  expect(Object.keys(packages).length).toBeGreaterThan(200);
  expect(Object.keys(manifest.scripts ?? {})).toEqual(expect.arrayContaining(['start', 'test', 'bench', 'prove', 'check']));
  const lock = filesOf(['package-lock.json']).get('package-lock.json') ?? '';
  expect([...looseVersions(manifest), ...strayScripts(manifest), ...downloadAddresses(lock), ...incomplete(packages)]).toEqual([]);
});

test('the lock and the manifest name the same versions', () => {
  const manifest = json('package.json') as Manifest;
  const { packages } = json('package-lock.json') as { readonly packages: Packages };
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }))
    expect(packages[`node_modules/${name}`]?.version, `${name}: run npm install and then node scripts/complete-lock.mjs`).toBe(version);
});

test('finds a range, a stray script, an address and an absent platform package', () => {
  expect(
    looseVersions({ dependencies: { a: '^1.0.0', b: '1.0.0' }, devDependencies: { c: 'latest' }, optionalDependencies: { d: '~2.0.0' } }),
  ).toHaveLength(3);
  expect(strayScripts({ scripts: { start: 'node scripts/run.mjs start', quick: 'vitest' } })).toHaveLength(1);
  expect(downloadAddresses('{\n"resolved": "https://registry.example/a.tgz"\n}')).toEqual([
    'package-lock.json:2 holds a download address. Install with the .npmrc of this project, which leaves them out.',
  ]);
  const parent = { 'node_modules/tool': { optionalDependencies: { '@tool/darwin-arm64': '1.0.0', '@tool/linux-x64': '1.0.0' } } };
  expect(incomplete({ ...parent, 'node_modules/@tool/linux-x64': {} })).toEqual([
    'package-lock.json lacks node_modules/@tool/darwin-arm64: npm ci refuses it. Run node scripts/complete-lock.mjs.',
  ]);
});
