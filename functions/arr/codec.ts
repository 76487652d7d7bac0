import { fromEpochDay, toEpochDay } from '../platform/calendar.ts';
import { type LineValue, stretchOf } from './book.ts';
import type { Book } from './decide.ts';
import type { Movement } from './events.ts';
import type { SubscriptionFact } from './facts.ts';
import type { Entry } from './movements.ts';
import type { Subscription } from './timeline.ts';

/** Version of the rules that decide movements: a book of another version is decided again from all facts. Raise it when a rule changes. */
export const RULES_VERSION = 1;

/** What of a book cannot be told from the rest of it: a subscription is the facts of its stretches, and decided days are decided again. */
interface Encoded extends Omit<Book, 'subscriptions' | 'stepDays' | 'decided'> {
  readonly rules: number;
  readonly subscriptions: readonly (readonly [SubscriptionFact, ...SubscriptionFact[]])[];
  readonly stepDays: readonly (readonly [string, readonly number[]])[];
}

/** A book as JSON text. Money is in bigint, which JSON lacks: `{"$n":"123"}`; the map is a list of pairs. */
export const encodeBook = ({ decided: _, subscriptions, stepDays, ...book }: Book): string =>
  JSON.stringify(
    {
      rules: RULES_VERSION,
      ...book,
      subscriptions: subscriptions.map(({ stretches }) => stretches.map((stretch) => stretch.fact)),
      stepDays: [...stepDays],
    },
    (_key, value: unknown) => (typeof value === 'bigint' ? { $n: String(value) } : value),
  );

/** Undefined where the text was written under other rules. */
export const decodeBook = (text: string): Book | undefined => {
  const { rules, subscriptions, stepDays, ...book } = JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '$n' in value ? BigInt((value as { $n: string }).$n) : value,
  ) as Encoded;
  if (rules !== RULES_VERSION) return undefined;
  return {
    day: book.day,
    opening: { ...book.opening, lines: book.opening.lines.map(lineValue) },
    subscriptions: subscriptions.map(subscriptionOf),
    stepDays: new Map(stepDays),
    attributes: book.attributes,
    customerObservedAt: book.customerObservedAt,
    ratesVersion: book.ratesVersion,
    decided: undefined,
  };
};

const subscriptionOf = (facts: readonly [SubscriptionFact, ...SubscriptionFact[]]): Subscription => {
  const newest = facts[facts.length - 1] ?? facts[0];
  return { subscriptionId: newest.subscriptionId, observedAt: newest.provenance.observedAt, stretches: facts.map(stretchOf) };
};

/** JSON leaves out an origin that is undefined. */
const lineValue = (line: LineValue): LineValue => ({ ...line, origin: line.origin });

export interface Recording {
  readonly customerId: string;
  readonly recordedAt: string;
  /** Version of the customer's book that this recording makes. */
  readonly version: number;
}

export const toMovement = (entry: Entry, index: number, { customerId, recordedAt, version }: Recording): Movement => {
  const effectiveOn = fromEpochDay(entry.day);
  return {
    movementId: `${customerId}~${effectiveOn}~${version}~${index}`,
    customerId,
    effectiveOn,
    recordedAt,
    cause: entry.cause,
    correction: entry.correction === true,
    attributes: entry.attributes,
    ...(entry.fromAttributes === undefined ? {} : { fromAttributes: entry.fromAttributes }),
    lines: entry.lines.map((line) => ({
      lineKey: line.key,
      productId: line.productId,
      legalEntity: line.legalEntity,
      currency: line.currency,
      cause: line.cause,
      deltaMinor: String(line.deltaMinor),
      planDeltaMinor: String(line.planDeltaMinor),
    })),
    stock: [String(entry.stock[0]), String(entry.stock[1]), String(entry.stock[2])],
    ...(entry.renewed === undefined
      ? {}
      : {
          renewed: entry.renewed.map((r) => ({ currency: r.currency, amountMinor: String(r.amountMinor), planMinor: String(r.planMinor) })),
        }),
    eventIds: [...entry.eventIds],
  };
};

export const toEntry = (movement: Movement): Entry => ({
  day: toEpochDay(movement.effectiveOn),
  cause: movement.cause,
  attributes: movement.attributes,
  ...(movement.fromAttributes === undefined ? {} : { fromAttributes: movement.fromAttributes }),
  lines: movement.lines.map((line) => ({
    key: line.lineKey,
    productId: line.productId,
    legalEntity: line.legalEntity,
    currency: line.currency,
    cause: line.cause,
    deltaMinor: BigInt(line.deltaMinor),
    planDeltaMinor: BigInt(line.planDeltaMinor),
  })),
  stock: [BigInt(movement.stock[0]), BigInt(movement.stock[1]), BigInt(movement.stock[2])],
  ...(movement.renewed === undefined
    ? {}
    : {
        renewed: movement.renewed.map((r) => ({
          currency: r.currency,
          amountMinor: BigInt(r.amountMinor),
          planMinor: BigInt(r.planMinor),
        })),
      }),
  eventIds: movement.eventIds,
});
