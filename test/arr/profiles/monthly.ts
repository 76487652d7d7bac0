import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { decideAll } from '../../../functions/arr/movements/decide.ts';
import type { Profile } from '../../../functions/arr/profiles/profile.ts';
import { fromEpochDay } from '../../../functions/platform/calendar.ts';
import { canceled, seats, subscription, testContext } from '../facts.ts';

/** What one customer paid a month, in whole dollars, from the first of a month until that of another. */
export interface Paid {
  readonly customer: number;
  readonly start: string;
  readonly end: string;
  readonly dollars: number;
}

/** MRR of a base in one month, and what it moved by, in whole dollars. */
export interface MonthOf {
  readonly mrr: number;
  readonly new: number;
  readonly upgrade: number;
  readonly reactivation: number;
  readonly downgrade: number;
  readonly churn: number;
}

const NOTHING: MonthOf = { mrr: 0, new: 0, upgrade: 0, reactivation: 0, downgrade: 0, churn: 0 };

/** Every period is a subscription of its own, cancelled on its end. */
const factsOf = (paid: readonly Paid[]): readonly Fact[] =>
  paid.flatMap(({ start, end, dollars }, i) => [
    subscription(start, [seats('si', 1, dollars * 100)], { subscriptionId: `sub_${i}`, lifecycle: 'created', startsOn: start }),
    canceled(end, { subscriptionId: `sub_${i}`, startsOn: start }),
  ]);

const NAMES = { new: 'new', expansion: 'upgrade', reactivation: 'reactivation', contraction: 'downgrade', churn: 'churn' } as const;

/** The engine's months, through `last` (`2019-12`). */
export const monthsBy = (profile: Profile, paid: readonly Paid[], last: string): ReadonlyMap<string, MonthOf> => {
  const months = new Map<string, MonthOf>();
  for (const own of Map.groupBy(paid, ({ customer }) => customer).values())
    for (const { day, cause, lines } of decideAll(factsOf(own), [], { ...testContext, profile }).movements) {
      const month = fromEpochDay(day).slice(0, 7);
      // Cents a year to dollars a month.
      const dollars = Number(lines.reduce((sum, { planDeltaMinor }) => sum + planDeltaMinor, 0n) / 1200n);
      if (month > last || dollars === 0) continue;
      const known = months.get(month) ?? NOTHING;
      const name = NAMES[cause as keyof typeof NAMES];
      months.set(month, { ...known, [name]: known[name] + dollars, mrr: known.mrr + dollars });
    }
  return running(months);
};

/** The published rule, month by month and customer by customer, without the engine. */
export const monthsByRule = (paid: readonly Paid[], first: string, last: string): ReadonlyMap<string, MonthOf> => {
  const months = new Map<string, MonthOf>();
  const before = new Map<number, number>();
  const had = new Set<number>();
  for (let month = first; month <= last; month = nextMonth(month)) {
    let sums = NOTHING;
    for (const customer of new Set(paid.map((one) => one.customer))) {
      const now = paid.reduce(
        (sum, one) =>
          one.customer === customer && one.start.slice(0, 7) <= month && month < one.end.slice(0, 7) ? sum + one.dollars : sum,
        0,
      );
      const was = before.get(customer) ?? 0;
      const name = was === 0 ? (had.has(customer) ? 'reactivation' : 'new') : now === 0 ? 'churn' : now > was ? 'upgrade' : 'downgrade';
      sums = { ...sums, [name]: sums[name] + now - was, mrr: sums.mrr + now - was };
      before.set(customer, now);
      if (now > 0) had.add(customer);
    }
    if (Object.values(sums).some((dollars) => dollars !== 0)) months.set(month, sums);
  }
  return running(months);
};

const nextMonth = (month: string): string =>
  month.endsWith('-12')
    ? `${Number(month.slice(0, 4)) + 1}-01`
    : `${month.slice(0, 5)}${String(Number(month.slice(5)) + 1).padStart(2, '0')}`;

const running = (months: ReadonlyMap<string, MonthOf>): ReadonlyMap<string, MonthOf> => {
  let mrr = 0;
  return new Map(
    [...months]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, sums]) => {
        mrr += sums.mrr;
        return [month, { ...sums, mrr }];
      }),
  );
};

/** 55 customers over 28 months, by arithmetic: begin, change every few months, pause and come back, some for good. */
export const fiftyFive = (): readonly Paid[] => {
  const dateOf = (month: number): string => `${2017 + Math.floor((8 + month) / 12)}-${String(((8 + month) % 12) + 1).padStart(2, '0')}-01`;
  const paid: Paid[] = [];
  for (let customer = 1; customer <= 55; customer += 1) {
    let month = (customer * 7) % 26;
    for (let period = 0; period < 1 + (customer % 4); period += 1) {
      const months = 1 + ((customer * 3 + period * 5) % 7);
      paid.push({ customer, start: dateOf(month), end: dateOf(month + months), dollars: 25 + 5 * ((customer + period * 11) % 13) });
      // Every third change comes after a gap of one to five months.
      month += months + ((customer + period) % 3 === 0 ? 1 + (customer % 5) : 0);
    }
  }
  return paid;
};
