import { addMonths, toEpochDay } from '../../functions/platform/calendar.ts';
import { DAY } from '../model.ts';
import { type CompanyName, nameFactory } from '../names.ts';
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

export interface Making {
  readonly people: People;
  readonly nextId: () => string;
  readonly nextAccountId: () => string;
  readonly accountOf: (customerId: string) => string | undefined;
  /** Names of customers. */
  readonly taken: ReadonlySet<string>;
  readonly seed: number;
  /** Instant: no signature has come until then under the last wins before it. */
  readonly todayAt: number;
}

/** Months after the story's end in which deals close that are open by then. */
const MONTHS_BEYOND = 8;
const PLACES: readonly (readonly [currency: CurrencyCode, region: string, country: string, city: string])[] = [
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
/** Per mille of lost new deals that are of a prospect who was lost before. */
const COMES_BACK = 200;
const monthOf = (index: number): string => addMonths(`${FIRST_YEAR}-01-01`, index);

/** A close in the working hours of one of the month's days, later ones more likely. */
const closeIn = (random: Random, index: number): number =>
  toEpochDay(monthOf(index)) * DAY + Math.max(random.below(28), random.below(28)) * DAY + 8 * HOUR + random.below(9 * HOUR);

/** How many of a story's lost deals close in each of its months, and in those beyond it as in the same months of the last year. */
const byMonth = (count: number): readonly number[] => {
  const months = split(BigInt(count), [4n, 5n]).flatMap((year) => split(year, MONTH_WEIGHTS).map(Number));
  return [...months, ...months.slice(MONTHS - 12, MONTHS - 12 + MONTHS_BEYOND)];
};

const lostFor = (won: number, rate: number): number => Math.round((won * (100 - rate)) / rate);

type Place = Pick<Deal, 'accountId' | 'region' | 'currency' | 'name'>;

/** Makes deals that are lost, and remembers them. */
class Losses {
  readonly deals: Deal[] = [];
  readonly prospects: { id: string; ownerId: string; createdAt: number; prospect: Prospect }[] = [];
  readonly #random: Random;
  readonly #name: () => CompanyName;
  readonly #told: Told;
  readonly #making: Making;

  constructor(told: Told, making: Making) {
    this.#random = seeded(making.seed ^ 0x1057);
    this.#name = nameFactory(seeded(making.seed ^ 0xfa11));
    this.#told = told;
    this.#making = making;
  }

  won(kind: DealKind, tier?: Tier): readonly Told['won'][number][] {
    return this.#told.won.filter((one) => one.kind === kind && (tier === undefined || one.tier === tier));
  }

  #lose(kind: DealKind, tier: Tier, index: number, place: Place): Deal {
    const { people, nextId } = this.#making;
    const random = this.#random;
    const closedAt = closeIn(random, index);
    const like = this.won(kind, tier);
    const typical = like.length === 0 ? typicalCents(tier) : random.pick(like).cents;
    const cents = (typical * BigInt(75 + random.below(66))) / 100n;
    const days = cycleDays(random, { tier, kind, closedAt, isWon: false, cents });
    const deal: Deal = {
      ...place,
      id: nextId(),
      kind,
      tier,
      amount: unitsFor(cents, place.currency),
      ownerId: people.ownerOf({ region: place.region, tier, kind, isWon: false }),
      createdAt: closedAt - days * DAY - random.below(8 * HOUR),
      closedAt,
      isWon: false,
      contractId: undefined,
    };
    this.deals.push(deal);
    return deal;
  }

  #freshName(): CompanyName {
    for (;;) {
      const made = this.#name();
      if (!this.#making.taken.has(made.name)) return made;
    }
  }

  /** A deal with somebody who is no customer: with a new prospect, or once more with one who was lost before. */
  prospect(tier: Tier, index: number): void {
    const random = this.#random;
    const known = this.prospects.length > 20 && random.chance(COMES_BACK) ? random.pick(this.prospects) : undefined;
    if (known !== undefined) {
      const { name, region, currency } = known.prospect;
      this.#lose('new', tier, index, { accountId: known.id, region, currency, name: `${name}: platform` });
      return;
    }
    const { name, industry } = this.#freshName();
    const [currency, region, country, city] = random.pick(PLACES);
    const id = this.#making.nextAccountId();
    const deal = this.#lose('new', tier, index, { accountId: id, region, currency, name: `${name}: platform` });
    const prospect: Prospect = { name, industry, tier, region, country, city, currency, fortune500: false, channel: 'direct' };
    this.prospects.push({ id, ownerId: deal.ownerId, createdAt: deal.createdAt - (1 + random.below(40)) * DAY, prospect });
  }

  /** A deal with a customer who has been one for some months, and is one still. */
  expansion(histories: readonly History[], index: number): void {
    const begins = toEpochDay(monthOf(index)) * DAY;
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const { first, isImported, lostAt = Number.POSITIVE_INFINITY } = this.#random.pick(histories);
      const accountId = this.#making.accountOf(first.id);
      if (accountId === undefined || lostAt < begins || !(isImported || first.createdAt < begins - 120 * DAY)) continue;
      this.#lose('expansion', first.tier, index, {
        accountId,
        region: first.region,
        currency: first.currency,
        name: `${first.name}: more seats`,
      });
      return;
    }
  }
}

export const unwonDeals = (told: Told, histories: readonly History[], making: Making): Unwon => {
  const losses = new Losses(told, making);
  for (const tier of TIERS)
    for (const [index, count] of byMonth(lostFor(losses.won('new', tier).length, WIN_RATE.new[tier])).entries())
      for (let n = 0; n < count; n += 1) losses.prospect(tier, index);
  for (const [index, count] of byMonth(lostFor(losses.won('expansion').length, WIN_RATE.expansion)).entries())
    for (let n = 0; n < count; n += 1) losses.expansion(histories, index);
  return { deals: withUnsigned(losses.deals, making.todayAt), prospects: earliest(losses.prospects, losses.deals) };
};

/** A prospect's account is there before its first deal, also where an earlier one was drawn later. */
const earliest = (prospects: Unwon['prospects'], deals: readonly Deal[]): Unwon['prospects'] => {
  const firsts = new Map<string, number>();
  for (const { accountId, createdAt } of deals) firsts.set(accountId, Math.min(firsts.get(accountId) ?? createdAt, createdAt));
  return prospects.map((one) => ({ ...one, createdAt: Math.min(one.createdAt, (firsts.get(one.id) ?? one.createdAt) - DAY) }));
};

/** The last new deals before today are won by word of mouth: closed, without a contract. */
const withUnsigned = (deals: readonly Deal[], todayAt: number): readonly Deal[] => {
  const last = deals
    .filter(({ kind, closedAt }) => kind === 'new' && closedAt < todayAt - 2 * DAY)
    .sort((a, b) => b.closedAt - a.closedAt)
    .slice(0, UNSIGNED_WINS);
  const chosen = new Set(last.map(({ id }) => id));
  return deals.map((deal) => (chosen.has(deal.id) ? { ...deal, isWon: true } : deal));
};
