import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodeCursor } from '../../functions/platform/cursor.ts';
import { INSTANCE, SIGNING_SECRET } from './front-door.ts';
import { type Operation, operations, type Schema, textFor } from './operations.ts';

/** Numbers from 0 up to, not including, 1: the same for a seed on every machine (mulberry32). */
const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export interface HostileRequest {
  readonly kind: string;
  readonly operation: Operation;
  /** `refused`: only a 4xx will do. `answered`: strange and yet allowed, or harmless: whatever but a 5xx. */
  readonly must: 'refused' | 'answered';
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Buffer | string;
  /** Handed to the function as it is, as no API Gateway would: base64 that is none, a path that cannot be decoded. */
  readonly event?: Readonly<Record<string, unknown>>;
}

class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomOf(seed);
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  of<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('there is nothing to choose from');
    return value;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

type Make = (operation: Operation, chance: Chance) => Partial<HostileRequest> & Pick<HostileRequest, 'must'>;

const JSON_TYPE = [['content-type', 'application/json']] as const;
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
const STRANGE_TEXTS = [
  '',
  ' ',
  '\u0000',
  '%',
  "' OR 1=1 --",
  '${jndi:ldap://x}',
  '{"$gt":""}',
  '../../etc/passwd',
  '<script>',
  '\ud800',
  '𝒜',
  '１',
  'null',
  'NaN',
  '-1',
  '0x10',
  '1e309',
  '9'.repeat(400),
];

const withQuery = ({ bare }: Operation, entries: readonly (readonly [string, string])[]): string =>
  entries.length === 0 ? bare : `${bare}?${entries.map((entry) => entry.map(encoded).join('=')).join('&')}`;

/** Half a character cannot be written as UTF-8: it goes out as the bytes that careless programs make of it. */
const encoded = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80');

/** A value that the parameter's schema refuses. */
const refusedBy = (schema: Schema, name: string, chance: Chance): string => {
  if (schema['format'] === 'date')
    return chance.of(['2026-02-30', '2026-13-01', '20261105', '2026-11-05T00:00:00Z', '2026-11-05,2026-11-06', 'x']);
  if (typeof schema['maxLength'] === 'number') return chance.of(['é', 'x']).repeat(schema['maxLength'] + 1 + chance.below(2_000));
  if (schema['type'] === 'integer')
    return chance.of(['0', '-1', '1.5', '1e3', '0x10', '201', '99999999999999999999', 'NaN', '', ' ', '１']);
  if (name === 'cursor') return chance.of(['', '!', 'AAAA', '[]', Buffer.from('[1,"x","y"]').toString('base64url'), 'a'.repeat(3_000)]);
  return chance.of(STRANGE_TEXTS.filter((text) => text !== textFor(schema)));
};

/** The query with one parameter's value replaced. */
const replaced = (operation: Operation, name: string, value: string): readonly (readonly [string, string])[] => [
  ...operation.query.filter(([other]) => other !== name),
  [name, value],
];

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

const nested = (depth: number, chance: Chance): string =>
  chance.below(2) === 0 ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** `{"rates":…}` with one more key in front, as text: an object of ours could not have `__proto__`. */
const withKey = (body: string, key: string): string => `{${JSON.stringify(key)}:{"admin":true},${body.slice(1)}`;

const OF_BODIES: Readonly<Record<string, Make>> = {
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

const EVENT = JSON.stringify({
  id: 'evt_Hostile1',
  object: 'event',
  type: 'invoice.paid',
  created: 1_792_918_800,
  livemode: false,
  data: { object: {} },
});

const hmac = (body: Buffer | string, timestamp: string, secret = SIGNING_SECRET, algorithm = 'sha256'): string =>
  createHmac(algorithm, secret).update(`${timestamp}.`).update(body).digest('hex');

const now = (offset = 0): string => String(Math.floor(Date.now() / 1000) + offset);

/** As Stripe signs a body, now. */
export const signedBy = (body: Buffer | string): readonly (readonly [string, string])[] => {
  const t = now();
  return [...JSON_TYPE, ['stripe-signature', `t=${t},v1=${hmac(body, t)}`]];
};

/** Headers that are off in one way each, for a body that would be taken in. */
const offSignatures = (chance: Chance): readonly string[] => {
  const t = now();
  const good = hmac(EVENT, t);
  const at = 1 + chance.below(62);
  const old = now(-301 - chance.below(100_000));
  const ahead = now(330 + chance.below(100_000));
  return [
    '',
    ' ',
    `t=${t}`,
    `v1=${good}`,
    `t=,v1=${good}`,
    `t=abc,v1=${good}`,
    `t=-${t},v1=${good}`,
    `t=${t}.0,v1=${good}`,
    `t=0x1,v1=${good}`,
    `t=${'9'.repeat(15)},v1=${good}`,
    `t=${'9'.repeat(400)},v1=${good}`,
    `t=${Number(t) + 1},v1=${good}`,
    `t=${t},v0=${good}`,
    `t=${t},v2=${good}`,
    `t=${t},V1=${good}`,
    `t=${t};v1=${good}`,
    `t=${t},v1=`,
    `t=${t},v1=${good.slice(0, at)}`,
    `t=${t},v1=${good}0`,
    `t=${t},v1=${good.slice(0, at)}${good[at] === '0' ? '1' : '0'}${good.slice(at + 1)}`,
    `t=${t},v1=${'é'.repeat(64)}`,
    `t=${t},v1=${'0'.repeat(64)}`,
    `t=${t},v1=${hmac(EVENT, t, 'whsec_other')}`,
    `t=${t},v1=${hmac(EVENT, t, SIGNING_SECRET.slice('whsec_'.length))}`,
    `t=${t},v1=${hmac(EVENT, t, SIGNING_SECRET, 'sha512').slice(0, 64)}`,
    `t=${t},v1=${createHmac('sha256', SIGNING_SECRET).update(EVENT).digest('hex')}`,
    `t=${old},v1=${hmac(EVENT, old)}`,
    `t=${ahead},v1=${hmac(EVENT, ahead)}`,
    `t=${t}${`,v1=${'0'.repeat(64)}`.repeat(17)}`,
    `t=${t}${`,v1=${'0'.repeat(64)}`.repeat(16)},v1=${good}`,
    `${',='.repeat(3_000)}t=${t},v1=${good}`,
    `Bearer ${good}`,
    chance
      .bytes(40)
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '='),
  ];
};

/** Bodies that Stripe's own secret signed and that are no event all the same. */
const notEvents = (chance: Chance): readonly (Buffer | string)[] => [
  '[]',
  'null',
  '1',
  '"x"',
  '{',
  `${EVENT}x`,
  EVENT.slice(0, chance.below(EVENT.length - 1) + 1),
  EVENT.replace('evt_', 'ev_'),
  EVENT.replace('evt_Hostile1', `evt_${'x'.repeat(200)}`),
  EVENT.replace('evt_Hostile1', '../evt_1'),
  EVENT.replace('"evt_Hostile1"', '{"a":1}'),
  EVENT.replace('invoice.paid', ''),
  EVENT.replace('invoice.paid', 'x'.repeat(129)),
  EVENT.replace('"event"', '"__proto__"'),
  `{"__proto__":${EVENT}}`,
  nested(30_000, chance),
  EVENT.replace('{"object":{}}', nested(30_000, chance)),
  chance.bytes(300),
  Buffer.from(EVENT, 'utf16le'),
];

const OF_WEBHOOKS: Readonly<Record<string, Make>> = {
  'a signature that is off': (_, chance) => ({
    must: 'refused',
    body: EVENT,
    headers: [...JSON_TYPE, ['stripe-signature', chance.of(offSignatures(chance))]],
  }),
  'no signature': () => ({ must: 'refused', body: EVENT, headers: JSON_TYPE }),
  'two signatures that are each off': (_, chance) => ({
    must: 'refused',
    body: EVENT,
    headers: [
      ...JSON_TYPE,
      ['stripe-signature', chance.of(offSignatures(chance).slice(2, 12))],
      ['stripe-signature', `v1=${'0'.repeat(64)}`],
    ],
  }),
  'a body that was altered after it was signed': (_, chance) => {
    const altered = [
      `${EVENT} `,
      EVENT.replace('paid', 'Paid'),
      EVENT.replace('{', '{ '),
      Buffer.from(`\uFEFF${EVENT}`),
      gzipSync(EVENT),
      '',
    ];
    return { must: 'refused', body: chance.of(altered), headers: signedBy(EVENT) };
  },
  'a signed body that is no event': (_, chance) => {
    const body = chance.of(notEvents(chance));
    return { must: 'refused', body, headers: signedBy(body) };
  },
  'a huge webhook': (_, chance) => {
    const body = 'x'.repeat(4_000_001 + chance.below(chance.below(4) === 0 ? 8_000_000 : 1_000));
    return { must: 'refused', body, headers: signedBy(body) };
  },
  'another instance': ({ template }, chance) => ({
    must: 'refused',
    path: `${template.replace('{instance}', '').replace(/\/$/, '')}/${chance.of([...PROTOTYPE_KEYS, 'other', '%00', 'main%20', '%2e%2e%2f', 'a/b', encoded(chance.of(STRANGE_TEXTS.slice(1)))])}`,
    body: EVENT,
    headers: signedBy(EVENT),
  }),
  'base64 that is none, to a webhook': (_, chance) => ({
    must: 'refused',
    event: {
      headers: { 'stripe-signature': chance.of(offSignatures(chance)) },
      body: chance.of(['%%%', '====', EVENT, '']),
      isBase64Encoded: true,
    },
  }),
};

const PARAMETER_NAMES = [...PROTOTYPE_KEYS, 'x', 'Limit', 'on[]', 'on[$gt]', '', '\u0000'];

type Texts = Readonly<Record<string, string>>;

/** A cursor with the checksum that the router expects for this list: how it is made is public, as the code is. */
export const placeIn = (operationId: string, params: Texts, filters: Texts, position: string): string =>
  encodeCursor(JSON.stringify([operationId, Object.entries(params).sort(), Object.entries(filters).sort()]), position);

const OF_QUERIES: Readonly<Record<string, Make>> = {
  'a parameter that the route does not have': (operation, chance) => ({
    must: 'refused',
    path: withQuery(operation, [...operation.query, [chance.of(PARAMETER_NAMES), chance.of(['1', '', 'x'])]]),
  }),
  "a value that the parameter's schema refuses": (operation, chance) => {
    const { name, schema } = chance.of(operation.parameters);
    const free = schema['type'] === 'string' && Object.keys(schema).length === 1 && name !== 'cursor';
    return { must: free ? 'answered' : 'refused', path: withQuery(operation, replaced(operation, name, refusedBy(schema, name, chance))) };
  },
  'a parameter many times': (operation, chance) => {
    const { name, schema } = chance.of(operation.parameters);
    const again = Array.from({ length: 2 + chance.below(200) }, () => [name, textFor(schema)] as const);
    return { must: 'answered', path: withQuery(operation, [...operation.query, ...again]) };
  },
  'strange text in a parameter': (operation, chance) => {
    const { name } = chance.of(operation.parameters);
    return { must: 'answered', path: withQuery(operation, replaced(operation, name, chance.of(STRANGE_TEXTS))) };
  },
  'the ends of the calendar': (operation, chance) => {
    const dates = operation.parameters.filter(({ schema }) => schema['format'] === 'date').map(({ name }) => name);
    const days = ['0000-01-01', '0001-01-01', '1582-10-15', '1970-01-01', '2000-02-29', '9999-12-31'];
    const query = operation.query.filter(([name]) => !dates.includes(name));
    const chosen = dates.filter(() => chance.below(4) > 0).map((name) => [name, chance.of(days)] as const);
    const period = operation.parameters.some(({ name }) => name === 'period')
      ? [['period', chance.of(['day', 'month', 'year'])] as const]
      : [];
    return { must: 'answered', path: withQuery(operation, [...query, ...chosen, ...period]) };
  },
  'a cursor with a checksum of its own': (operation, chance) => {
    const filters = operation.query.filter(([name]) => name !== 'cursor' && name !== 'limit');
    const extra = operation.template.endsWith('/explain') ? [['on', '2026-11-05'] as const] : [];
    const all = [...filters, ...extra];
    const params = Object.fromEntries([...operation.template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'stripe-main']));
    const position = chance.of([
      ...STRANGE_TEXTS,
      '|',
      'x|y|z|w',
      '2026-11|x|y|z',
      '2026-11|1|1.5|',
      '-1|-1|-1|-1',
      '{}',
      '[]',
      'ARR#x',
      '\uffff',
    ]);
    return {
      must: 'answered',
      path: withQuery(operation, [...all, ['cursor', placeIn(operation.operationId, params, Object.fromEntries(all), position)]]),
    };
  },
};

const PATH_TRICKS: readonly ((path: string, chance: Chance) => string)[] = [
  (path) => `/${path}`,
  (path) => `//evil.example${path}`,
  (path) => `http://evil.example${path}`,
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}/..`,
  (path) => `${path}/../..${path}`,
  (path) => `${path}/%2e%2e/%2e%2e/local/token`,
  (path) => `${path}%00`,
  (path) => `${path}%`,
  (path) => `${path}%zz`,
  (path) => `${path}%c0%ae%c0%ae`,
  (path) => `${path};a=b`,
  (path) => `${path}%2f..%2f..`,
  (path) => `${path}\\..\\..`,
  (path) => path.toUpperCase(),
  (path) => path.replace('/', '/./'),
  (path, chance) => path.replace(/[^/]+$/, 'a'.repeat(1 + chance.below(7_000))),
  (path, chance) => path.replace(/[^/]+$/, encoded(chance.of(STRANGE_TEXTS))),
  (path, chance) => path.replace(/[^/]+$/, chance.of(PROTOTYPE_KEYS)),
  (path, chance) => path + '/x'.repeat(chance.below(500)),
];

const METHODS = ['PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'HEAD', 'POST', 'PUT', 'GET', 'QUERY'];

const OF_ALL: Readonly<Record<string, Make>> = {
  'another method': ({ template, method }, chance) => {
    const offered = operations.filter((other) => other.template === template).map((other) => other.method);
    return { must: 'refused', method: chance.of(METHODS.filter((one) => one !== method && !offered.includes(one))) };
  },
  'a path trick': ({ bare }, chance) => ({ must: 'answered', path: chance.of(PATH_TRICKS)(bare, chance) }),
  'a flood of headers': (_, chance) => ({
    must: 'answered',
    headers: Array.from({ length: chance.below(400) }, (_none, at) => [`x-${at}`, 'v'.repeat(chance.below(60))] as const),
  }),
  'strange headers': (_, chance) => ({
    must: 'answered',
    headers: Array.from(
      { length: 1 + chance.below(6) },
      () =>
        [
          chance.of([
            'accept',
            'if-none-match',
            'if-match',
            'content-type',
            'cookie',
            'range',
            'x-forwarded-for',
            'x-http-method-override',
            ...PROTOTYPE_KEYS,
          ]),
          chance.of([
            '*',
            'W/"',
            '"x",',
            ';q=',
            'application/json;q=abc',
            'a=b; __proto__=c',
            'DELETE',
            'bytes=0-',
            'x'.repeat(3_000),
            '\u00ff',
            '*/*;q=0',
          ]),
        ] as const,
    ),
  }),
  'a body where none belongs': (_, chance) => ({
    must: 'answered',
    body: chance.of([nested(5_000, chance), 'x'.repeat(50_000), chance.bytes(200), '{}']),
    headers: chance.of([JSON_TYPE, []]),
  }),
  'a path that the function cannot decode': ({ bare, method }, chance) => ({
    must: 'answered',
    event: {
      rawPath: chance.of([`${bare}%`, `${bare}/%ff`, '', '/', '//', '\u0000', 'x'.repeat(10_000), bare.replace(/[^/]+$/, '%E0%A4%A')]),
      headers: {},
      isBase64Encoded: chance.below(2) === 0,
      ...(method === 'GET' ? {} : { body: '%' }),
    },
  }),
};

interface Kind {
  readonly kind: string;
  readonly make: Make;
  readonly fits: (operation: Operation) => boolean;
}

const kindsOf = (makers: Readonly<Record<string, Make>>, fits: Kind['fits']): readonly Kind[] =>
  Object.entries(makers).map(([kind, make]) => ({ kind, make, fits }));

const isPaged = ({ parameters }: Operation): boolean => parameters.some(({ name }) => name === 'cursor');

/** Huge bodies cost most of the time: one in so many is sent. */
const ONE_HUGE_IN = 12;

const KINDS: readonly Kind[] = [
  ...kindsOf(OF_ALL, () => true),
  ...kindsOf(OF_QUERIES, ({ parameters }) => parameters.length > 0).map((one) =>
    one.kind.startsWith('a cursor') ? { ...one, fits: isPaged } : one,
  ),
  ...kindsOf(OF_BODIES, ({ bodySchema }) => bodySchema !== undefined),
  ...kindsOf(OF_WEBHOOKS, ({ webhook }) => webhook),
];

export const kindNames: readonly string[] = KINDS.map(({ kind }) => kind);

/** The instance's own name in the path of its webhooks, so that it is the signature by which they fail. */
const pathOf = (operation: Operation): string => (operation.webhook ? operation.template.replace('{instance}', INSTANCE) : operation.path);

/** So many requests, the same for a seed. Kinds take turns, and with each kind the operations that it fits. */
export const hostileRequests = function* (seed: number, requests: number): Generator<HostileRequest> {
  const chance = new Chance(seed);
  for (let made = 0; made < requests; made += 1) {
    let { kind, make, fits } = KINDS[made % KINDS.length] as Kind;
    if (kind.includes('huge') && chance.below(ONE_HUGE_IN) > 0 && made >= KINDS.length) ({ kind, make, fits } = KINDS[0] as Kind);
    const operation = chance.of(operations.filter(fits));
    const { method } = operation;
    yield { kind, operation, method, path: pathOf(operation), headers: [], ...make(operation, chance) };
  }
};
