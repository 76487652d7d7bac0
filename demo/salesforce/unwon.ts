import { addMonths, toEpochDay } from '../../functions/platform/calendar.ts';
import { DAY } from '../model.ts';
import { nameFactory } from '../names.ts';
import { MONTH_WEIGHTS, split } from '../opening.ts';
import { type Random, seeded } from '../random.ts';
import { type CurrencyCode, FIRST_YEAR, MONTHS, TIERS, type Tier } from '../targets.ts';
import type { Prospect } from './accounts.ts';
import { cycleDays, typicalCents, unitsFor } from './cycles.ts';
import type { Deal } from './deals.ts';
import type { History } from './histories.ts';
import type { People } from './people.ts';
import { type DealKind, UNSIGNED_WINS, WIN_RATE } from './targets.ts';
import type { Told } from './won.ts';

/**
 * Deals that the story does not tell of, since no ARR came of them: lost ones, so many that the win rates come out; those that are still open when
 * it ends; and a few that are won and that nobody has signed.
 */
export interface Unwon {
  readonly deals: readonly Deal[];
  readonly prospects: readonly { readonly id: string; readonly ownerId: string; readonly createdAt: number; readonly prospect: Prospect }[];
}

/** Months after the story's end in which deals close that are open by then. */
const MONTHS_BEYOND = 8;
const PLACES: readonly (readonly [CurrencyCode, string, string, string])[] = [
  ['USD', 'North America', 'US', 'Denver'],
  ['USD', 'North America', 'US', 'Boston'],
  ['USD', 'North America', 'US', 'Austin'],
  ['USD', 'LATAM', 'BR', 'Recife'],
  ['EUR', 'EMEA', 'DE', 'Hamburg'],
  ['EUR', 'EMEA', 'FR', 'Nantes'],
  ['GBP', 'EMEA', 'GB', 'Bristol'],
  ['AUD', 'APAC', 'AU', 'Perth'],
];
const HOUR = 3600;
const monthOf = (index: number): string => addMonths(`${FIRST_YEAR}-01-01`, index);

/** A close in the working hours of one of the month's days, later ones more likely. */
const closeIn = (random: Random, index: number): number =>
  toEpochDay(monthOf(index)) * DAY + Math.max(random.below(28), random.below(28)) * DAY + 8 * HOUR + random.below(9 * HOUR);

/** How many of a story's lost deals close in each of its months, and in those beyond it as in the same months of the last year. */
const byMonth = (count: number): readonly number[] => {
  const years = split(BigInt(count), [4n, 5n]);
  const months = years.flatMap((year) => split(year, MONTH_WEIGHTS).map(Number));
  return [...months, ...months.slice(MONTHS - 12, MONTHS - 12 + MONTHS_BEYOND)];
};

const lostFor = (won: number, rate: number): number => Math.round((won * (100 - rate)) / rate);

interface Making {
  readonly people: People;
  readonly nextId: () => string;
  readonly nextAccountId: () => string;
  readonly taken: ReadonlySet<string>;
  readonly seed: number;
  /** No signature has come until then under the last wins before it. */
  readonly today: number;
}

const sizeOf = (random: Random, { won }: Told, kind: DealKind, tier: Tier): bigint => {
  const like = won.filter((one) => one.kind === kind && one.tier === tier);
  const cents = like.length === 0 ? typicalCents(tier) : random.pick(like).cents;
  return (cents * BigInt(75 + random.below(66))) / 100n;
};

export const unwonDeals = (
  told: Told,
  histories: readonly History[],
  accountOf: (id: string) => string | undefined,
  making: Making,
): Unwon => {
  const { people, nextId, nextAccountId, taken } = making;
  const random = seeded(making.seed ^ 0x1057);
  const name = nameFactory(seeded(making.seed ^ 0xfa11));
  const deals: Deal[] = [];
  const prospects: { id: string; ownerId: string; createdAt: number; prospect: Prospect }[] = [];
  const wonOf = (kind: DealKind, tier: Tier): number => told.won.filter((one) => one.kind === kind && one.tier === tier).length;
  const freshName = (): ReturnType<typeof name> => {
    for (;;) {
      const made = name();
      if (!taken.has(made.name)) return made;
    }
  };

  const lose = (kind: DealKind, tier: Tier, index: number, place: Pick<Deal, 'accountId' | 'region' | 'currency' | 'name'>): Deal => {
    const closedAt = closeIn(random, index);
    const cents = sizeOf(random, told, kind, tier);
    const days = cycleDays(random, { tier, kind, closedAt, isWon: false, isLarger: cents > typicalCents(tier) });
    const deal: Deal = {
      ...place,
      id: nextId(),
      kind,
      tier,
      amount: roundHundred(unitsFor(cents, place.currency)),
      ownerId: people.ownerOf({ region: place.region, tier, kind, isWon: false }),
      createdAt: closedAt - days * DAY - random.below(8 * HOUR),
      closedAt,
      isWon: false,
      contractId: undefined,
    };
    deals.push(deal);
    return deal;
  };

  for (const tier of TIERS)
    for (const [index, count] of byMonth(lostFor(wonOf('new', tier), WIN_RATE.new[tier])).entries())
      for (let n = 0; n < count; n += 1) {
        // One in five has been lost before, and comes back.
        const again = prospects.length > 20 && random.chance(200) ? random.pick(prospects) : undefined;
        const { name: company, industry } = again?.prospect ?? freshName();
        const [currency, region, country, city] = again === undefined ? random.pick(PLACES) : placeOf(again.prospect);
        const accountId = again?.id ?? nextAccountId();
        const deal = lose('new', tier, index, { accountId, region, currency, name: `${company}: platform` });
        if (again !== undefined) continue;
        const prospect: Prospect = { name: company, industry, tier, region, country, city, currency, fortune500: false, channel: 'direct' };
        prospects.push({ id: accountId, ownerId: deal.ownerId, createdAt: deal.createdAt - (1 + random.below(40)) * DAY, prospect });
      }

  const sellable = histories.filter(({ first, terms }) => accountOf(first.id) !== undefined && terms.length > 0);
  const wonExpansions = told.won.filter(({ kind }) => kind === 'expansion').length;
  for (const [index, count] of byMonth(lostFor(wonExpansions, WIN_RATE.expansion)).entries())
    for (let n = 0; n < count; n += 1) {
      const { first, terms, lostAt = Number.POSITIVE_INFINITY } = liveIn(random, sellable, monthOf(index));
      const accountId = accountOf(first.id) ?? '';
      if (terms.length === 0 || lostAt < toEpochDay(monthOf(index)) * DAY) continue;
      lose('expansion', first.tier, index, {
        accountId,
        region: first.region,
        currency: first.currency,
        name: `${first.name}: more seats`,
      });
    }
  return { deals: withUnsigned(deals, making.today), prospects: earliest(prospects, deals) };
};

const placeOf = ({ currency, region, country, city }: Prospect): (typeof PLACES)[number] => [currency, region, country, city];
const roundHundred = (amount: number): number => Math.max(100, Math.round(amount / 100) * 100);

/** A customer that has been one for some time in a month. */
const liveIn = (random: Random, sellable: readonly History[], month: string): History => {
  const before = (toEpochDay(month) - 120) * DAY;
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const history = random.pick(sellable);
    if (history.isImported || history.first.createdAt < before) return history;
  }
  return random.pick(sellable);
};

/** A prospect's account is there before its first deal, also where an earlier one was drawn later. */
const earliest = (prospects: Unwon['prospects'], deals: readonly Deal[]): Unwon['prospects'] => {
  const firsts = new Map<string, number>();
  for (const { accountId, createdAt } of deals) firsts.set(accountId, Math.min(firsts.get(accountId) ?? createdAt, createdAt));
  return prospects.map((one) => ({ ...one, createdAt: Math.min(one.createdAt, (firsts.get(one.id) ?? one.createdAt) - DAY) }));
};

/** The last new deals of their kind before today are won by word of mouth: closed, without a contract. */
const withUnsigned = (deals: readonly Deal[], today: number): readonly Deal[] => {
  const last = deals
    .filter(({ kind, closedAt }) => kind === 'new' && closedAt < today - 2 * DAY)
    .sort((a, b) => b.closedAt - a.closedAt)
    .slice(0, UNSIGNED_WINS);
  const chosen = new Set(last.map(({ id }) => id));
  return deals.map((deal) => (chosen.has(deal.id) ? { ...deal, isWon: true } : deal));
};
