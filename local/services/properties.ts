import type { Resource } from '../service.ts';
import { isObject, type JsonObject } from './json-protocol.ts';

/** A wiring that the local stack cannot play: stops the start with the construct and the property. */
export const unsupported = (resource: Resource, what: string): Error => new Error(`${resource.path} (${resource.type}): ${what}`);

/**
 * Refuses, by name, every property that neither is played nor may be ignored. `played` and `ignored` are dotted;
 * a name covers what lies below it, `*` stands for one level (list items, free keys).
 */
export const checkProperties = (resource: Resource, played: readonly string[], ignored: readonly string[]): void => {
  const known = [...played, ...ignored].map((name) => name.split('.'));
  const visit = (value: unknown, path: readonly string[]): void => {
    if (value === undefined || value === null) return;
    const matching = known.filter((name) => path.every((part, at) => at >= name.length || name[at] === part || name[at] === '*'));
    if (path.length > 0 && matching.some((name) => name.length <= path.length)) return;
    const children = Array.isArray(value)
      ? value.map((item, at): [string, unknown] => [String(at), item])
      : isObject(value)
        ? Object.entries(value)
        : undefined;
    if (matching.length === 0 || (path.length > 0 && children === undefined)) {
      throw unsupported(resource, `property ${path.join('.')} is not played by the local stack`);
    }
    for (const [key, child] of children ?? []) visit(child, [...path, key]);
  };
  visit(resource.properties, []);
};

export const objectAt = (resource: Resource, from: JsonObject, name: string): JsonObject | undefined => {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw unsupported(resource, `${name} is an object; received ${JSON.stringify(value)}`);
};

export const textAt = (resource: Resource, from: JsonObject, name: string): string | undefined => {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw unsupported(resource, `${name} is a string; received ${JSON.stringify(value)}`);
};

export const requiredText = (resource: Resource, from: JsonObject, name: string): string => {
  const value = textAt(resource, from, name);
  if (value === undefined || value === '') throw unsupported(resource, `${name} is missing`);
  return value;
};

/** CloudFormation carries numbers as numbers or as text. */
export const numberAt = (resource: Resource, from: JsonObject, name: string, fallback: number): number => {
  const value = from[name];
  if (value === undefined || value === null) return fallback;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw unsupported(resource, `${name} is a number; received ${JSON.stringify(value)}`);
};

export const listAt = (resource: Resource, from: JsonObject, name: string): readonly unknown[] => {
  const value = from[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw unsupported(resource, `${name} is a list; received ${JSON.stringify(value)}`);
};

export const objectsAt = (resource: Resource, from: JsonObject, name: string): readonly JsonObject[] =>
  listAt(resource, from, name).map((item) => {
    if (isObject(item)) return item;
    throw unsupported(resource, `${name} is a list of objects; received ${JSON.stringify(item)}`);
  });

/** Last part of a name, a URL or an ARN: `…:queue-name`, `http://…/queue-name`. */
export const lastPart = (reference: string): string =>
  reference.slice(Math.max(reference.lastIndexOf('/'), reference.lastIndexOf(':')) + 1);
