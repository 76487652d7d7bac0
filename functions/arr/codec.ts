import { fromEpochDay, toEpochDay } from '../platform/calendar.ts';
import type { Book } from './decide.ts';
import type { Movement } from './events.ts';
import type { Entry } from './movements.ts';

/** Version of the rules that decide movements: a book of another version is decided again from all facts. Raise it when a rule changes. */
export const RULES_VERSION = 1;

/** A book as JSON text. Money is in bigint, which JSON lacks: `{"$n":"123"}`; maps are lists of pairs. */
export const encodeBook = (book: Book): string =>
  JSON.stringify(
    { rules: RULES_VERSION, ...book, subscriptions: [...book.subscriptions], stepDays: [...book.stepDays] },
    (_key, value: unknown) => (typeof value === 'bigint' ? { $n: String(value) } : value),
  );

interface Encoded extends Omit<Book, 'subscriptions' | 'stepDays'> {
  readonly rules: number;
  readonly subscriptions: [string, Book['subscriptions'] extends ReadonlyMap<string, infer V> ? V : never][];
  readonly stepDays: [string, readonly number[]][];
}

/** Undefined where the text was written under other rules. */
export const decodeBook = (text: string): Book | undefined => {
  const encoded = JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '$n' in value ? BigInt((value as { $n: string }).$n) : value,
  ) as Encoded;
  const { rules, ...book } = encoded;
  if (rules !== RULES_VERSION) return undefined;
  return { ...book, lastCustomerFact: book.lastCustomerFact, subscriptions: new Map(book.subscriptions), stepDays: new Map(book.stepDays) };
};

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
