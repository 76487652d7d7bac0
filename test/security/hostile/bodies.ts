import { gzipSync } from 'node:zlib';
import { type Operation, type Schema, textFor } from '../operations.ts';
import type { Chance } from './chance.ts';
import { JSON_TYPE, type Makers } from './request.ts';
import { nested, PROTOTYPE_KEYS, STRANGE_TEXTS } from './strange-texts.ts';

/** A body that fits the schema. */
export const bodyFor = (schema: Schema): unknown => {
  const options = (schema['oneOf'] ?? schema['anyOf']) as readonly Schema[] | undefined;
  if (options?.[0] !== undefined) return bodyFor(options[0]);
  if ('const' in schema) return schema['const'];
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(([key, one]) => [key, bodyFor(one)]),
      );
    case 'array':
      return [bodyFor(schema['items'] as Schema)];
    case 'integer':
    case 'number':
      return Math.max(Number(schema['minimum'] ?? 1), 1);
    case 'boolean':
      return true;
    default:
      return textFor(schema);
  }
};

const validBody = (operation: Operation): string => JSON.stringify(bodyFor(operation.bodySchema ?? {}));

/** The value with one leaf, chosen by chance, replaced by what no leaf of ours may be. */
const withoutSense = (value: unknown, chance: Chance): unknown => {
  if (Array.isArray(value)) return value.map((one) => withoutSense(one, chance));
  if (typeof value !== 'object' || value === null) return chance.of([null, [], {}, [[]]]);
  const chosen = chance.of(Object.keys(value));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === chosen ? withoutSense(one, chance) : one]));
};

/** `{"rates":…}` with one more key in front, as text: an object of ours could not have `__proto__`. */
const withKey = (body: string, key: string): string => `{${JSON.stringify(key)}:{"admin":true},${body.slice(1)}`;

/** For routes that take a body. */
export const OF_BODIES: Makers = {
  'truncated JSON': (operation, chance) => {
    const body = validBody(operation);
    return { must: 'refused', body: body.slice(0, chance.below(body.length)), headers: JSON_TYPE };
  },
  'random bytes': (_, chance) => ({ must: 'refused', body: chance.bytes(1 + chance.below(500)), headers: JSON_TYPE }),
  'text that is nearly JSON': (operation, chance) => {
    const body = validBody(operation);
    const near = [
      `${body}x`,
      body.replaceAll('"', "'"),
      `\uFEFF${body}`,
      `${body.slice(0, -1)},}`,
      `/*x*/${body}`,
      '{"a":NaN}',
      '{"a":01}',
      body + body,
    ];
    return { must: 'refused', body: chance.of(near), headers: JSON_TYPE };
  },
  'another encoding': (operation, chance) => {
    const body = validBody(operation);
    const utf16 = Buffer.from(`\uFEFF${body}`, 'utf16le');
    return { must: 'refused', body: chance.of([utf16, utf16.swap16(), Buffer.from(body, 'utf16le')]), headers: JSON_TYPE };
  },
  'deep nesting': (_, chance) => ({ must: 'refused', body: nested(21 + chance.below(20_000), chance), headers: JSON_TYPE }),
  'a huge body': (_, chance) => ({
    must: 'refused',
    body: JSON.stringify({ a: 'x'.repeat(1_000_000 + chance.below(chance.below(8) === 0 ? 12_000_000 : 100_000)) }),
    headers: JSON_TYPE,
  }),
  'another type at the root': (_, chance) => ({
    must: 'refused',
    body: chance.of(['[]', '"x"', '1', 'null', 'true', '[{}]', '{}']),
    headers: JSON_TYPE,
  }),
  'a key of the prototype': (operation, chance) => ({
    must: 'refused',
    body: withKey(validBody(operation), chance.of(PROTOTYPE_KEYS)),
    headers: JSON_TYPE,
  }),
  'a field without sense': (operation, chance) => ({
    must: 'refused',
    body: JSON.stringify(withoutSense(bodyFor(operation.bodySchema ?? {}), chance)),
    headers: JSON_TYPE,
  }),
  'strange text in a field': (operation, chance) => ({
    must: 'refused',
    body: `{"${chance.of(['x', 'content', 'rates'])}":${JSON.stringify(chance.of(STRANGE_TEXTS))}}`,
    headers: JSON_TYPE,
    path: operation.path,
  }),
  'another content type': (operation, chance) => {
    const type = chance.of([
      'text/plain',
      'application/xml',
      'application/jsonx',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'json',
      '',
      'application/json,text/plain',
    ]);
    return { must: 'refused', body: validBody(operation), headers: [['content-type', type]] };
  },
  'a compressed body': (operation) => ({
    must: 'refused',
    body: gzipSync(validBody(operation)),
    headers: [...JSON_TYPE, ['content-encoding', 'gzip']],
  }),
  'base64 that is none': (operation, chance) => ({
    must: 'refused',
    event: {
      headers: { 'content-type': 'application/json' },
      body: chance.of(['%%%', '====', 'e30', '{}', '\u0000', 'é'.repeat(100)]),
      isBase64Encoded: true,
    },
    path: operation.path,
  }),
};
