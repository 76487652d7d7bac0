import { expect } from 'vitest';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { readBooks, readMovements } from '../../../functions/arr/records/store.ts';
import { org, seats, subscription, testContext } from '../facts.ts';

/** An account's agreement and customers that bill it, all by one name. */
export const RECORDED_AT = '2026-11-05T12:00:00.000Z';
export const now = async (): Promise<Context> => testContext;

export let id = 0;
/** Another account, with other customers and another name; each test begins with one. */
export const another = (): number => {
  id += 1;
  return id;
};

export const record = async (...facts: Fact[]): Promise<number> => (await recordFacts(facts, now, RECORDED_AT)).size;
export const recordEach = async (facts: readonly Fact[]): Promise<void> => {
  for (const fact of facts) expect(await record(fact)).toBe(0);
};
/** As a queue delivers: what could not be recorded comes again, up to five times. */
export const deliver = async (fact: Fact): Promise<number> => {
  for (let delivery = 1; delivery <= 5; delivery += 1) if ((await record(fact)) === 0) return delivery;
  throw new Error('a dead letter');
};

export const A = (): string => `salesforce.main.001A${id}`;
export const payerId = (n: number): string => `stripe.main.cus_${id}_${n}`;
/** $1,200,000 a year from 1 February, of an account, with a name of its own and one that others may bear. */
export const agreement = (more: Partial<SubscriptionFact> & { eventId?: string } = {}): Fact =>
  org(
    subscription('2026-01-15', [seats('item', 1, 120_000_000, { interval: 'year', startsOn: '2026-02-01', endsOn: '2029-02-01' })], {
      customerId: `001A${id}`,
      subscriptionId: `800${id}`,
      agreementId: `800${id}`,
      agreementIds: [`800${id}`, `name-${id}`],
      evidence: 'signed',
      lifecycle: 'observed',
      startsOn: '2026-02-01',
      startsOnStated: true,
      bookedOn: '2026-01-15',
      eventId: `read-${id}`,
      ...more,
    }),
  );
/** $1,000 a year of another product, from a day in February on. */
export const billed = (
  n: number,
  more: Partial<SubscriptionFact> & { eventId?: string } = {},
  on = `2026-02-${String((n % 20) + 3).padStart(2, '0')}`,
): Fact =>
  subscription(on, [seats(`si_${n}`, 1, 100_000, { productId: 'prod_other', interval: 'year' })], {
    customerId: `cus_${id}_${n}`,
    subscriptionId: `sub_${id}_${n}`,
    agreementId: `name-${id}`,
    startsOn: on,
    lifecycle: 'created',
    eventId: `evt_${id}_${n}`,
    ...more,
  });
export const billers = (from: number, count: number): Fact[] => Array.from({ length: count }, (_, i) => billed(from + i));

/** Until the end of 2028: the agreement's term is over afterwards. */
const arrOf = async (customerId: string): Promise<bigint> =>
  (await readMovements(customerId))
    .filter(({ effectiveOn }) => effectiveOn < '2029-01-01')
    .reduce((sum, { lines }) => sum + lines.reduce((own, { planDeltaMinor }) => own + BigInt(planDeltaMinor), 0n), 0n);
/** ARR of the account's book and of all others, and how many customers are decided in another's book. */
export const standing = async (count: number) => {
  const payers = Array.from({ length: count }, (_, n) => payerId(n));
  const held = await Promise.all(payers.map(arrOf));
  const books = await readBooks(payers);
  return {
    account: await arrOf(A()),
    payers: held.reduce((sum, own) => sum + own, 0n),
    moved: [...books.values()].filter(({ place }) => place.movedTo === A()).length,
  };
};
/** An agreement, and customers that bill it and came before it. */
export const oneOf = async (payers: number): Promise<void> => {
  expect(await record(...billers(0, payers))).toBe(0);
  await recordEach([agreement()]);
};
export const apart = (payers: number) => ({ account: 120_000_000n, payers: BigInt(payers) * 100_000n, moved: 0 });
