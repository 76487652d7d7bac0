import { encodeCursor } from '../../../functions/platform/cursor.ts';
import { type Operation, type Schema, textFor } from '../operations.ts';
import type { Chance } from './chance.ts';
import type { Makers } from './request.ts';
import { encoded, PROTOTYPE_KEYS, STRANGE_TEXTS } from './strange-texts.ts';

const withQuery = ({ bare }: Operation, entries: readonly (readonly [string, string])[]): string =>
  entries.length === 0 ? bare : `${bare}?${entries.map((entry) => entry.map(encoded).join('=')).join('&')}`;

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

const PARAMETER_NAMES = [...PROTOTYPE_KEYS, 'x', 'Limit', 'on[]', 'on[$gt]', '', '\u0000'];

type Texts = Readonly<Record<string, string>>;

/** A cursor with the checksum that the router expects for this list: how it is made is public, as the code is. */
export const placeIn = (operationId: string, params: Texts, filters: Texts, position: string): string =>
  encodeCursor(JSON.stringify([operationId, Object.entries(params).sort(), Object.entries(filters).sort()]), position);

/** For routes that have parameters in their query. */
export const OF_QUERIES: Makers = {
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
