import { DAY } from '../model.ts';
import { seeded } from '../random.ts';
import type { CurrencyCode } from '../targets.ts';
import { units, yearOfAll } from './amounts.ts';
import { cycleDays, typicalCents } from './cycles.ts';
import type { Deal } from './deals.ts';
import type { History } from './histories.ts';
import type { People } from './people.ts';

/**
 * The customer of docs/concepts.md, possible duplicates: billed by Stripe without any key, while its opportunity is won at 300 for each 285 that are
 * billed, and nobody has signed. Only what is billed is ARR.
 */
export const unsignedOf = (histories: readonly History[], todayAt: number): History | undefined =>
  histories.findLast(
    ({ first, isImported, terms, states, lostAt }) =>
      !isImported &&
      lostAt === undefined &&
      terms.length === 1 &&
      terms[0]?.stretches.length === 1 &&
      states[0]?.subscription.startAt === states[0]?.subscription.createdAt &&
      first.currency === 'USD' &&
      first.tier !== 'Starter' &&
      first.createdAt < todayAt - 10 * DAY,
  );

/** A customer like that one who has signed: their contract names no subscription, and no subscription names their contract. */
export const doubtfulOf = (histories: readonly History[], todayAt: number): History | undefined =>
  unsignedOf(
    histories.filter(({ first }) => first.tier === 'Professional'),
    todayAt,
  );

/** As its contract has it: at 300 for each 285 that are billed, which is more than lines that are taken for one may be apart. */
export const dearer = (history: History): History => ({
  ...history,
  terms: history.terms.map((term) => ({
    ...term,
    stretches: term.stretches.map((stretch) => ({
      ...stretch,
      items: stretch.items.map((item) => ({ ...item, price: { ...item.price, unit: (item.price.unit * 300n) / 285n } })),
    })),
  })),
});

export const unsignedDeal = (
  { first, terms, states }: History,
  accountId: string,
  { people, nextId, seed }: { readonly people: People; readonly nextId: () => string; readonly seed: number },
): Deal => {
  const { tier, region, name, createdAt } = first;
  const items = terms[0]?.stretches[0]?.items ?? states[0]?.subscription.items ?? [];
  const currency = first.currency as CurrencyCode;
  const closedAt = createdAt - 2 * DAY;
  return {
    id: nextId(),
    kind: 'new',
    tier,
    region,
    accountId,
    name: `${name}: platform`,
    currency,
    amount: Math.round((units(yearOfAll(items), currency) * 300) / 285),
    ownerId: people.ownerOf({ region, tier, kind: 'new', isWon: true }),
    createdAt: closedAt - cycleDays(seeded(seed ^ 0x285), { tier, kind: 'new', closedAt, isWon: true, cents: typicalCents(tier) }) * DAY,
    closedAt,
    isWon: true,
    contractId: undefined,
  };
};
