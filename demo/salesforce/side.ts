import { toEpochDay } from '../../functions/platform/calendar.ts';
import { PRODUCTS } from '../catalogue.ts';
import { DAY } from '../model.ts';
import { seeded } from '../random.ts';
import type { Act } from '../world.ts';
import { customerAccount, prospectAccount } from './accounts.ts';
import { type Agreement, agreementsOf } from './agreements.ts';
import { plannedDays } from './cycles.ts';
import { type Deal, opportunityOf } from './deals.ts';
import { type History, historiesOf } from './histories.ts';
import { type Misbilled, misbilledOf } from './misbilled.ts';
import { peopleOf } from './people.ts';
import { productsOf } from './products.ts';
import { idsFromOne, type OrgRecord } from './records.ts';
import { dearer, doubtfulOf, unsignedDeal, unsignedOf } from './unsigned.ts';
import { unwonDeals } from './unwon.ts';
import { toldDeals } from './won.ts';

/** The demo company as its Salesforce knows it, and what its billing says about that. */
export interface SalesforceSide {
  /** Every record with all that happens to it until the story's end. */
  readonly records: readonly OrgRecord[];
  /** The story as Stripe tells it where there is a Salesforce: with its ids, and with what is billed otherwise than it was signed. */
  readonly acts: readonly Act[];
  readonly deals: readonly Deal[];
  /** By the Stripe customer's id. */
  readonly accountIds: ReadonlyMap<string, string>;
  readonly agreements: ReadonlyMap<string, readonly Agreement[]>;
  readonly misbilled: readonly Misbilled[];
  /** Billed without a key, and won without a signature. */
  readonly unsigned: History | undefined;
  /** Billed without a key, and signed at another worth: its contract and its subscription may be one. */
  readonly doubtful: History | undefined;
}

const OPENED_AT = Date.UTC(2021, 0, 4, 8) / 1000;

/** A customer's account is there long before the book was taken over, or since its first deal. */
const accountSince = (history: History, deals: readonly Deal[], n: number): number =>
  history.isImported
    ? OPENED_AT + (30 + ((n * 37) % 1300)) * DAY
    : Math.min(history.first.createdAt, ...deals.map(({ createdAt }) => createdAt)) - (1 + (n % 30)) * DAY;

/** Stripe's metadata names the account of a customer, and the first contract of a subscription. */
const linked = (act: Act, accountIds: ReadonlyMap<string, string>, agreements: SalesforceSide['agreements']): Act => {
  if (act.kind === 'customer') {
    const accountId = accountIds.get(act.customer.id);
    return accountId === undefined ? act : { ...act, customer: { ...act.customer, accountId } };
  }
  if (act.kind !== 'subscription') return act;
  const { contractId: _, ...subscription } = act.subscription;
  const contractId = agreements.get(subscription.customerId)?.[0]?.contractId;
  return { ...act, subscription: contractId === undefined ? subscription : { ...subscription, contractId } };
};

export const salesforceSide = (acts: readonly Act[], seed: number, today: string): SalesforceSide => {
  const histories = historiesOf(acts);
  const ids = idsFromOne();
  const accountIds = new Map(histories.filter(({ terms }) => terms.length > 0).map(({ first }) => [first.id, ids('Account')]));
  const accountOf = (customerId: string): string | undefined => accountIds.get(customerId);
  const people = peopleOf(seed);
  const products = productsOf(
    PRODUCTS.map(([id, name]) => [id, name] as const),
    OPENED_AT,
  );
  const todayAt = toEpochDay(today) * DAY + DAY / 2;
  const unsigned = unsignedOf(histories, todayAt);
  const signing = histories.filter((history) => history !== unsigned);
  const doubtful = doubtfulOf(signing, todayAt);
  const agreements = agreementsOf(
    signing.map((history) => (history === doubtful ? dearer(history) : history)),
    accountOf,
    products,
    { seed, today },
  );
  const nextId = (): string => ids('Opportunity');
  const told = toldDeals(histories, agreements, accountOf, { people, nextId, seed });
  const taken = new Set(histories.map(({ first }) => first.name));
  const unwon = unwonDeals(told, histories, { people, nextId, nextAccountId: () => ids('Account'), accountOf, taken, seed, todayAt });
  const claimed = unsigned === undefined ? [] : [unsignedDeal(unsigned, accountOf(unsigned.first.id) ?? '', { people, nextId, seed })];
  const deals = [...told.deals, ...unwon.deals, ...claimed];
  const dealsOf = Map.groupBy(deals, ({ accountId }) => accountId);
  const random = seeded(seed ^ 0x57a9e5);
  const opportunities = deals.map((deal) => {
    const leftAt = people.leftAt(deal.ownerId);
    const takenOver = leftAt === undefined ? undefined : { at: leftAt + DAY, ownerId: people.standingIn(deal.ownerId, leftAt) };
    const owner = leftAt !== undefined && leftAt <= deal.createdAt ? people.standingIn(deal.ownerId, deal.createdAt) : deal.ownerId;
    return opportunityOf({ ...deal, ownerId: owner }, plannedDays(deal.tier, deal.kind), random, takenOver);
  });
  const accounts = histories.flatMap((history, n) => {
    const id = accountOf(history.first.id);
    const own = id === undefined ? [] : (dealsOf.get(id) ?? []);
    return id === undefined
      ? []
      : [customerAccount(id, ownerOf(own, history, people), accountSince(history, own, n), history.customers, accountOf)];
  });
  const named = new Map([...agreements].filter(([customerId]) => customerId !== doubtful?.first.id));
  const misbilled = misbilledOf(histories, today);
  const kept = misbilled.reduce<readonly Act[]>((left, one) => left.flatMap((act) => one.acts(act) ?? []), acts);
  return {
    records: [
      ...people.records,
      ...products.records,
      ...accounts,
      ...unwon.prospects.map(({ id, ownerId, createdAt, prospect }) => prospectAccount(id, ownerId, createdAt, prospect)),
      ...[...agreements.values()].flatMap((own) => own.flatMap(({ records }) => records)),
      ...opportunities,
    ],
    acts: kept.map((act) => linked(act, accountIds, named)),
    deals,
    accountIds,
    agreements,
    misbilled,
    unsigned,
    doubtful,
  };
};

const ownerOf = (deals: readonly Deal[], { first }: History, people: ReturnType<typeof peopleOf>): string =>
  deals[0]?.ownerId ?? people.ownerOf({ region: first.region, tier: first.tier, kind: 'expansion', isWon: true });
