import { INSTANCE } from '../front-door.ts';
import { type Operation, operations } from '../operations.ts';
import { OF_BODIES } from './bodies.ts';
import { Chance } from './chance.ts';
import { OF_EVERY_ROUTE } from './every-route.ts';
import { OF_QUERIES } from './queries.ts';
import type { HostileRequest, Make, Makers } from './request.ts';
import { OF_SALESFORCE } from './salesforce.ts';
import { OF_WEBHOOKS } from './webhooks.ts';

interface Kind {
  readonly kind: string;
  readonly make: Make;
  readonly fits: (operation: Operation) => boolean;
}

const kindsOf = (makers: Makers, fits: Kind['fits']): readonly Kind[] =>
  Object.entries(makers).map(([kind, make]) => ({ kind, make, fits }));

const isPaged = ({ parameters }: Operation): boolean => parameters.some(({ name }) => name === 'cursor');

/** Huge bodies cost most of the time: one in so many is sent. */
const ONE_HUGE_IN = 12;

const KINDS: readonly Kind[] = [
  ...kindsOf(OF_EVERY_ROUTE, () => true),
  ...kindsOf(OF_QUERIES, ({ parameters }) => parameters.length > 0).map((one) =>
    one.kind.startsWith('a cursor') ? { ...one, fits: isPaged } : one,
  ),
  ...kindsOf(OF_BODIES, ({ bodySchema }) => bodySchema !== undefined),
  ...kindsOf(OF_WEBHOOKS, ({ webhook }) => webhook),
  ...kindsOf(OF_SALESFORCE, ({ template }) => template.startsWith('/webhooks/salesforce/')),
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
