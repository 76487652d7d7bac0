import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { assert } from '../../platform/bug.ts';
import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import type { Movement } from '../events.ts';
import type { Fact, SubscriptionFact } from '../lines/facts.ts';
import type { Step } from '../lines/steps.ts';
import { type Stretch, type Subscription, stretchFrom, stretchOf } from '../lines/stretches.ts';
import type { LineValue } from '../lines/values.ts';
import type { Book } from '../movements/decide.ts';
import type { Entry } from '../movements/movements.ts';

/**
 * Version of the rules that decide movements, and of what a book knows: one of another version is decided again from all facts. Raise it when
 * either changes.
 */
export const RULES_VERSION = 10;

/** A stretch is what its fact says by itself, or what the facts of its subscription made of it together. */
type EncodedStretch = SubscriptionFact | { readonly fact: SubscriptionFact; readonly fromDay: number; readonly startDay: number };

/** What of a book cannot be told from the rest of it: decided days are decided again. */
interface Encoded extends Omit<Book, 'subscriptions' | 'steps' | 'adjustments' | 'decided'> {
  readonly rules: number;
  readonly subscriptions: readonly (readonly EncodedStretch[])[];
  readonly steps: readonly (readonly [string, readonly Step[]])[];
}

const encodedStretch = ({ fact, fromDay, startDay }: Stretch): EncodedStretch => {
  const own = stretchOf(fact);
  return own.fromDay === fromDay && own.startDay === startDay ? fact : { fact, fromDay, startDay };
};

const stretchFromEncoded = (encoded: EncodedStretch): Stretch =>
  'fact' in encoded ? stretchFrom(encoded.fact, encoded.fromDay, encoded.startDay) : stretchOf(encoded);

/** Money is in bigint, which JSON lacks: `{"$n":"123"}`; the map is a list of pairs. */
export const encodeBook = ({ decided: _, adjustments: __, subscriptions, steps, ...book }: Book): string =>
  JSON.stringify(
    {
      rules: RULES_VERSION,
      ...book,
      subscriptions: book.isSettled ? [] : subscriptions.map(({ stretches }) => stretches.map(encodedStretch)),
      steps: [...steps],
    },
    (_key, value: unknown) => (typeof value === 'bigint' ? { $n: String(value) } : value),
  );

/** Undefined where the text was written under other rules. */
export const decodeBook = (text: string): Book | undefined => {
  const { rules, subscriptions, steps, ...book } = JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '$n' in value ? BigInt((value as { $n: string }).$n) : value,
  ) as Encoded;
  if (rules !== RULES_VERSION) return undefined;
  return {
    day: book.day,
    opening: { ...book.opening, lines: book.opening.lines.map(lineValue) },
    subscriptions: subscriptions.map(subscriptionOf),
    steps: new Map(steps),
    attributes: book.attributes,
    adjustments: [],
    customerObservedAt: book.customerObservedAt,
    usage: book.usage,
    ratesVersion: book.ratesVersion,
    isSettled: book.isSettled,
    decided: undefined,
  };
};

/** No customer's book and facts are larger than this, inflated. */
const MAX_INFLATED_BYTES = 16_000_000;
const LINE_FEED = 10;

/**
 * What nearly every recording says, so that deflate spends nothing on it: half of a small one. It is part of the stored format: what was packed
 * with it can be unpacked with exactly this text only, so it is never edited; another one would be another attribute.
 */
const DICTIONARY = Buffer.from(
  [
    '"usage":"metered""interval":"day""interval":"week""model":"graduated","tiers":[{"upTo":null,"unitMinor":"0","flatMinor":"0"}]',
    '"model":"volume""model":"package","size":"round":"up""discounts":[{"kind":"percent","value":"10","duration":"repeating","startsOn":"',
    '"endsOn":"{"kind":"amount","duration":"forever""status":"trialing""status":"past-due""status":"canceled""status":"unpaid","endedOn":"',
    '"collectionPaused":true"lifecycle":"deleted""lifecycle":"observed","previousFingerprint":"[{"kind":"schedule","data":{"scheduleId":"sub_sched_',
    '"phases":[{"startsOn":"[{"kind":"customer","data":{"provenance":{"system":"stripe","instance":"main","eventId":"evt_","eventType":"',
    'customer.created","observedAt":17},"customerId":"cus_","name":"","observedOn":"20","attributes":{"segment":"Enterprise","region":"',
    '"industry":"","channel":""},"deleted":false"currency":"EUR""currency":"GBP""EUR/acme-inc/{"rules":1,"day":20,"opening":{"lines":[{"key":"sub_',
    '","subscriptionId":"sub_","lineId":"si_","productId":"prod_","legalEntity":"","currency":"USD","origin":"landed","exact":{"num":{"$n":"',
    '"},"den":{"$n":"1"}},"amountMinor":{"$n":"00"},"planMinor":{"$n":"00"},"converted":true,"eventId":"evt_"}],"had":true,"stock":[{"$n":"',
    '"},{"$n":"0"},{"$n":"0"}]},"attributes":[{"fromDay":-1000000000,"attributes":{"segment":"Mid-Market","region":"North America"}}],',
    '"customerObservedAt":17,"ratesVersion":,"subscriptions":[[{"provenance":{"system":"stripe","instance":"main","eventId":"evt_","eventType":"',
    '}]],"stepDays":[]}[{"kind":"subscription","data":{"provenance":{"system":"stripe","instance":"main","eventId":"evt_","eventType":"',
    'customer.subscription.created"customer.subscription.deleted"customer.subscription.updated","observedAt":17},"subscriptionId":"sub_",',
    '"customerId":"cus_","legalEntity":"","currency":"USD","status":"active","evidence":"billed","collectionPaused":false,"startsOn":"202',
    '","observedOn":"202","termMonths":12,"termStartsOn":"202","discounts":[],"lines":[{"lineId":"si_","productId":"prod_","priceId":"price_',
    '","usage":"licensed","interval":"year","intervalCount":1,"quantity":"1","pricing":{"model":"per-unit","unitMinor":"00"},"discounts":[],',
    '"periodStartsOn":"202","periodEndsOn":"202","origin":"expanded"}],"interval":"month","lifecycle":"created","lifecycle":"changed","fingerprint":"',
  ].join(''),
);

/**
 * The book that a recording makes and the facts that it records, as raw deflate of two lines of JSON: the facts, then the book. The facts
 * stand again within the book, where deflate finds them.
 */
export const pack = (book: Book, facts: readonly Fact[]): Uint8Array =>
  deflateRawSync(`${JSON.stringify(facts)}\n${encodeBook(book)}`, { dictionary: DICTIONARY });

const lines = (packed: Uint8Array): readonly [facts: string, book: string] => {
  const text = inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES, dictionary: DICTIONARY });
  const end = text.indexOf(LINE_FEED);
  return [text.toString('utf8', 0, end), text.toString('utf8', end + 1)];
};

export const unpackFacts = (packed: Uint8Array): readonly Fact[] => JSON.parse(lines(packed)[0]) as Fact[];
/** Undefined where it was decided under other rules. */
export const unpackBook = (packed: Uint8Array): Book | undefined => decodeBook(lines(packed)[1]);

const subscriptionOf = (encoded: readonly EncodedStretch[]): Subscription => {
  const stretches = encoded.map(stretchFromEncoded);
  const newest = stretches[stretches.length - 1]?.fact;
  assert(newest !== undefined, 'a subscription of a book has a stretch');
  return { subscriptionId: newest.subscriptionId, observedAt: newest.provenance.observedAt, stretches };
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
