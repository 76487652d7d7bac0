import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EventDeclaration } from '../functions/platform/events.ts';
import { type CapabilityRoutes, type OpenApiDocument, openApiDocument } from '../functions/platform/openapi.ts';
import type { Route } from '../functions/platform/routes.ts';
import { accessPatternsMarkdown, type DeclaredEntity, type EntityModel } from './docs/access-patterns.ts';
import { apiMarkdown } from './docs/api.ts';
import { eventsMarkdown } from './docs/events.ts';

/**
 * Writes docs/reference/ from the declarations in functions/. With `--check` it writes nothing and fails where a file differs;
 * `--into DIR` takes another folder.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const into = process.argv.indexOf('--into');
const REFERENCE = into < 0 ? `${ROOT}docs/reference/` : `${process.argv[into + 1]}/`;

/** Entities are collected as they are declared: ElectroDB is replaced by something that only remembers the models. */
const declared: { readonly model: EntityModel; readonly stack: string }[] = [];
Object.assign(globalThis, { [Symbol.for('ascent.docs.entities')]: declared });
const RECORDER = `data:text/javascript,${encodeURIComponent(`
  const declared = globalThis[Symbol.for('ascent.docs.entities')];
  export class Entity { constructor(model) { declared.push({ model, stack: new Error().stack ?? '' }); } }
  export class Service { constructor(entities) { this.entities = entities; } }
  export const createSchema = (schema) => schema;
  export const CustomAttributeType = (type) => type;
`)}`;
registerHooks({
  resolve: (specifier, context, next) => (specifier === 'electrodb' ? { url: RECORDER, shortCircuit: true } : next(specifier, context)),
});

const load = (path: string): Promise<Record<string, unknown>> => import(pathToFileURL(`${ROOT}${path}`).href);

/** Sources of one kind, in a stable order. */
const sources = (name: string): string[] =>
  globSync(`functions/**/${name}`, { cwd: ROOT })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path !== `functions/platform/${name}`)
    .sort();

const capabilityOf = (path: string): string => dirname(path).split('/')[1] ?? '';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRoute = (value: unknown): value is Route =>
  isRecord(value) && 'method' in value && 'path' in value && 'scope' in value && 'response' in value;
const isEvent = (value: unknown): value is EventDeclaration =>
  isRecord(value) && 'meaning' in value && 'schema' in value && 'version' in value;

const readRoutes = async (): Promise<CapabilityRoutes[]> => {
  const byCapability = new Map<string, Record<string, Route>>();
  for (const path of sources('routes.ts')) {
    const tables = Object.values(await load(path)).filter(
      (value) => isRecord(value) && Object.values(value).length > 0 && Object.values(value).every(isRoute),
    );
    const all = byCapability.get(capabilityOf(path)) ?? {};
    byCapability.set(capabilityOf(path), Object.assign(all, ...tables) as Record<string, Route>);
  }
  return [...byCapability].map(([capability, routes]) => ({ capability, routes }));
};

const readEvents = async (): Promise<EventDeclaration[]> => {
  const events: EventDeclaration[] = [];
  for (const path of sources('events.ts')) events.push(...Object.values(await load(path)).filter(isEvent));
  return events;
};

/** Files that declare entities: every store, and a few steps and files of the kernel that hold a small one of their own. */
const declaring = (): string[] =>
  globSync('functions/**/*.ts', { cwd: ROOT })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => readFileSync(`${ROOT}${path}`, 'utf8').includes('= new Entity('))
    .sort();

/** The file that declares an entity: the first of ours on the stack. */
const declaredIn = (stack: string): string => /functions\/[\w./-]+\.ts/.exec(stack)?.[0] ?? 'unknown';

const readEntities = async (): Promise<DeclaredEntity[]> => {
  for (const path of declaring()) await load(path);
  return declared.map(({ model, stack }) => ({ path: declaredIn(stack), model }));
};

/** A guard that sees nothing would pass everything. */
const FLOORS = { routes: 5, events: 3, entities: 10 };

const render = async (): Promise<Record<string, string>> => {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };
  const routes = await readRoutes();
  const events = await readEvents();
  const entities = await readEntities();
  const seen = {
    routes: routes.reduce((total, one) => total + Object.keys(one.routes).length, 0),
    events: events.length,
    entities: entities.length,
  };
  for (const [kind, floor] of Object.entries(FLOORS)) {
    const found = seen[kind as keyof typeof seen];
    if (found < floor) throw new Error(`only ${found} ${kind} were found, at least ${floor} are expected: has a file been renamed?`);
  }
  const info: OpenApiDocument['info'] = {
    title: 'Ascent API',
    version,
    description:
      'Revenue operations of one company: its ARR, its plan, and why. Amounts are minor units as text, dates are days of the company’s zone.',
  };
  const openapi = openApiDocument(info, routes);
  return {
    'openapi.json': `${JSON.stringify(openapi, null, 2)}\n`,
    'api.md': apiMarkdown(openapi),
    'events.md': eventsMarkdown(events),
    'access-patterns.md': accessPatternsMarkdown(entities),
  };
};

const current = (name: string): string | undefined => {
  try {
    return readFileSync(REFERENCE + name, 'utf8');
  } catch {
    // Not there yet: that is a difference like any other.
    return undefined;
  }
};

const files = await render();
if (process.argv.includes('--check')) {
  const stale = Object.entries(files).filter(([name, text]) => current(name) !== text);
  for (const [name] of stale) console.error(`docs/reference/${name} differs from the declarations: run \`npm run docs\` and commit it`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  mkdirSync(REFERENCE, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(REFERENCE + name, text);
  console.log(`docs/reference: ${Object.keys(files).join(', ')}`);
}
