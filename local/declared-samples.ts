import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventDeclaration } from '../functions/platform/events.ts';
import { loadSamples } from './samples.ts';
import type { SampleEvent } from './wiring.ts';

const ROOT = join(import.meta.dirname, '..');

const isDeclaration = (value: unknown): value is EventDeclaration =>
  typeof value === 'object' && value !== null && 'name' in value && 'version' in value && 'source' in value && 'schema' in value;

/** Bus source of every event that a capability declares in its `events.ts`, by the event's name. */
const declaredSources = async (): Promise<ReadonlyMap<string, string>> => {
  const sources = new Map<string, string>();
  for (const path of globSync('functions/*/events.ts', { cwd: ROOT })) {
    const declared = (await import(pathToFileURL(join(ROOT, path)).href)) as Readonly<Record<string, unknown>>;
    for (const value of Object.values(declared)) if (isDeclaration(value)) sources.set(value.name, value.source);
  }
  return sources;
};

/** The retained samples of this repository, in the shape in which buses deliver them. */
export const loadDeclaredSamples = async (): Promise<readonly SampleEvent[]> =>
  loadSamples(join(ROOT, 'test', 'contracts'), await declaredSources());
