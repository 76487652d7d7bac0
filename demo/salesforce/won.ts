import { DAY, dateOf } from '../model.ts';
import { type Random, seeded } from '../random.ts';
import type { CurrencyCode, Tier } from '../targets.ts';
import type { Agreement } from './agreements.ts';
import { units, yearOfAll } from './amounts.ts';
import { centsFor, cycleDays } from './cycles.ts';
import type { Deal } from './deals.ts';
import type { History } from './histories.ts';
import type { People } from './people.ts';
import type { DealKind } from './targets.ts';

/** Deals that the story tells of: every sale, expansion and renewal was an opportunity once, and so was every customer that left. */
export interface Told {
  readonly deals: readonly Deal[];
  /** Sizes of won deals a year, cents of the plan currency, and their days. */
  readonly won: readonly { readonly kind: DealKind; readonly tier: Tier; readonly cents: bigint; readonly closedAt: number }[];
}

interface Making {
  readonly random: Random;
  readonly people: People;
  readonly nextId: () => string;
  readonly accountId: string;
}

const HOUR = 3600;

interface Close {
  readonly kind: DealKind;
  readonly title: string;
  readonly tier: Tier;
  /** Stripe's minor units a year. */
  readonly minor: bigint;
  readonly closedAt: number;
  readonly notBefore: number;
  readonly isWon: boolean;
  readonly contractId: string | undefined;
}

const dealOf = ({ first }: History, close: Close, { random, people, nextId, accountId }: Making): Deal => {
  const { kind, tier, closedAt, isWon, minor, title, contractId } = close;
  const currency = first.currency as CurrencyCode;
  const days = cycleDays(random, { tier, kind, closedAt, isWon, cents: centsFor(minor, currency) });
  const createdAt = Math.max(closedAt - days * DAY - random.below(8 * HOUR), Math.min(close.notBefore, closedAt - 3 * DAY));
  return {
    id: nextId(),
    kind,
    tier,
    region: first.region,
    accountId,
    name: `${first.name}: ${title}`,
    currency,
    amount: units(minor, currency),
    ownerId: people.ownerOf({ region: first.region, tier, kind, isWon }),
    createdAt,
    closedAt,
    isWon,
    contractId,
  };
};

const tierAt = ({ customers, first }: History, at: number): Tier => customers.findLast((one) => one.at <= at)?.customer.tier ?? first.tier;

/** The closes of one customer, in the order of its terms. */
const closesOf = (history: History, agreements: readonly Agreement[], random: Random): readonly Close[] => {
  const [began] = history.states;
  const since = history.isImported ? Number.NEGATIVE_INFINITY : (began?.at ?? 0);
  const closes: Close[] = [];
  for (const [i, agreement] of agreements.entries()) {
    const { contractId, term, activatedAt } = agreement;
    const [first, ...changes] = term.stretches;
    if (first === undefined) continue;
    const minor = yearOfAll(first.items);
    const common = { isWon: true, contractId } as const;
    if (i > 0)
      closes.push({
        ...common,
        kind: 'renewal',
        title: `renewal ${term.startsOn.slice(0, 4)}`,
        tier: tierAt(history, first.at - 1),
        minor,
        closedAt: activatedAt - HOUR,
        notBefore: since + DAY,
      });
    else if (!history.isImported)
      closes.push({
        ...common,
        kind: 'new',
        title: 'platform',
        tier: history.first.tier,
        minor,
        closedAt: Math.min(activatedAt - HOUR, history.first.createdAt - HOUR),
        notBefore: Number.NEGATIVE_INFINITY,
      });
    let before = minor;
    for (const change of changes) {
      const after = yearOfAll(change.items);
      if (after > before)
        closes.push({
          ...common,
          kind: 'expansion',
          title: `more seats ${change.from.slice(0, 7)}`,
          tier: tierAt(history, change.at - 1),
          minor: after - before,
          closedAt: change.at - 1800,
          notBefore: since + DAY,
        });
      before = after;
    }
  }
  const last = agreements.at(-1);
  const standing = last?.term.stretches.at(-1);
  if (history.lostAt !== undefined && standing !== undefined)
    closes.push({
      kind: 'renewal',
      title: `renewal ${dateOf(history.lostAt).slice(0, 4)}`,
      tier: tierAt(history, history.lostAt),
      minor: yearOfAll(standing.items),
      closedAt: history.lostAt + random.below(HOUR),
      notBefore: since + DAY,
      isWon: false,
      contractId: undefined,
    });
  return closes;
};

export const toldDeals = (
  histories: readonly History[],
  agreements: ReadonlyMap<string, readonly Agreement[]>,
  accountOf: (customerId: string) => string | undefined,
  making: Pick<Making, 'people' | 'nextId'> & { readonly seed: number },
): Told => {
  const random = seeded(making.seed ^ 0x3077);
  const deals: Deal[] = [];
  const won: { kind: DealKind; tier: Tier; cents: bigint; closedAt: number }[] = [];
  for (const history of histories) {
    const accountId = accountOf(history.first.id);
    if (accountId === undefined) continue;
    for (const close of closesOf(history, agreements.get(history.first.id) ?? [], random)) {
      deals.push(dealOf(history, close, { ...making, random, accountId }));
      const { kind, tier, minor, closedAt } = close;
      if (close.isWon) won.push({ kind, tier, cents: centsFor(minor, history.first.currency), closedAt });
    }
  }
  return { deals, won };
};
