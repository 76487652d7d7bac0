// Adds to package-lock.json the optional packages of other platforms that the registry did not have when the lock was written.
// Without them `npm ci` refuses the lock ("Missing: … from lock file") although this machine never needs them.
// Run it after every change of dependencies: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK_FILE = new URL('../package-lock.json', import.meta.url);
const PLATFORMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = {
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
  wasm32: 'wasm32',
};

/** Platform, processor and C library as the package's name says them; without a platform npm would try to install it everywhere. */
const restrictionsOf = (name) => {
  const words = name.split(/[/-]/);
  const os = words.filter((word) => PLATFORMS.includes(word));
  const cpu = words.filter((word) => word in PROCESSORS);
  if (os.length !== 1 || cpu.length !== 1)
    throw new Error(`package-lock.json misses ${name}, and its name does not say for which platform it is: add it by hand.`);
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : os[0] === 'linux' && words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : undefined;
  return { cpu, ...(libc && { libc }), os };
};

/** Optional dependencies that no entry of the lock answers, as entries beside their parent. */
export const missingEntries = (packages) => {
  const listed = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const missing = {};
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (path === '' || listed.has(name)) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...restrictionsOf(name),
        ...(parent.dev && { dev: true }),
        license: parent.license,
        optional: true,
        engines: parent.engines,
      };
    }
  }
  return missing;
};

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').at(-1))) {
  const lock = JSON.parse(readFileSync(LOCK_FILE, 'utf8'));
  const missing = missingEntries(lock.packages);
  lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(LOCK_FILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${Object.keys(missing).length} optional packages of other platforms added`);
}
