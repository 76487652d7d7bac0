import { addDays, toEpochDay } from '../../functions/platform/calendar.ts';
import { DAY } from '../model.ts';
import { type Random, seeded } from '../random.ts';
import type { History, Term } from './histories.ts';
import { type Ids, isoOf, Orders } from './orders.ts';
import type { Products } from './products.ts';
import { idsFromOne, type OrgRecord } from './records.ts';
import { isLarge, LATE_RENEWALS } from './targets.ts';

/** One term of a customer as Salesforce holds it: a contract, its orders, and their items. */
export interface Agreement {
  readonly contractId: string;
  readonly term: Term;
  /** Day of the last signature, and the second in which the contract was activated. */
  readonly signedOn: string;
  readonly activatedAt: number;
  readonly isLate: boolean;
  readonly records: readonly OrgRecord[];
}

const HOUR = 3600;
const secondOf = (date: string, second: number): number => toEpochDay(date) * DAY + second;

/** How long after the signature a contract is activated: median nine hours, 88% within a day. */
const activationDelay = (random: Random): number => {
  const roll = random.below(100);
  if (roll < 50) return HOUR + random.below(8 * HOUR);
  return roll < 88 ? 9 * HOUR + random.below(15 * HOUR) : 24 * HOUR + random.below(40 * HOUR);
};

/** Whether little enough happens in the first weeks of a term that it may have been signed late. */
const mayBeLate = ({ startsOn, stretches }: Term): boolean => stretches.every(({ from }, i) => i === 0 || from > addDays(startsOn, 40));

/** Every term of every customer who has an account, each a contract that renews the one before; by the customer's id. */
export const agreementsOf = (
  histories: readonly History[],
  accountOf: (customerId: string) => string | undefined,
  products: Products,
  { seed, today }: { readonly seed: number; readonly today: string },
): ReadonlyMap<string, readonly Agreement[]> => {
  const random = seeded(seed ^ 0xc047);
  const ids = idsFromOne();
  const agreements = new Map<string, readonly Agreement[]>();
  for (const history of histories) {
    const accountId = accountOf(history.first.id);
    if (accountId === undefined || history.terms.length === 0) continue;
    const own: Agreement[] = [];
    for (const term of history.terms) own.push(agreementOf(history, term, own.at(-1), { accountId, products, ids, random, today }));
    agreements.set(history.first.id, own);
  }
  return agreements;
};

interface Making {
  readonly accountId: string;
  readonly products: Products;
  readonly ids: Ids;
  readonly random: Random;
  /** What begins on it and has not been told of by noon has not been activated by then. */
  readonly today: string;
}

/** Day of the last signature: of a sale as Stripe's metadata says it, of a renewal some weeks ahead, unless it is late. */
const signatureOf = (
  { states: [began] }: History,
  { startsOn }: Term,
  { isLate, isRenewal }: { readonly isLate: boolean; readonly isRenewal: boolean },
  random: Random,
): string => {
  if (isLate) return addDays(startsOn, 5 + random.below(21));
  if (isRenewal) return addDays(startsOn, -3 - random.below(38));
  return began?.subscription.bookedOn ?? addDays(startsOn, -random.below(9));
};

const agreementOf = (
  history: History,
  term: Term,
  renewed: Agreement | undefined,
  { accountId, products, ids, random, today }: Making,
): Agreement => {
  const [first, ...changes] = term.stretches;
  if (first === undefined) throw new RangeError('A term begins with something that is bought.');
  const isKnown = history.isImported && renewed === undefined;
  const isLate = renewed !== undefined && mayBeLate(term) && random.chance(LATE_RENEWALS);
  const signedOn = signatureOf(history, term, { isLate, isRenewal: renewed !== undefined || isKnown }, random);
  // Whoever begins on its very first day signs before Stripe is told of it.
  const signedAt = Math.min(secondOf(signedOn, 50_000), isKnown || isLate ? Number.POSITIVE_INFINITY : first.at - 3 * HOUR);
  const begunToday = term.startsOn === today && first.at > secondOf(today, DAY / 2);
  const activatedAt = begunToday ? first.at + HOUR : signedAt + activationDelay(random);
  const drafted = signedAt - 6 * DAY - random.below(2 * DAY);
  const contractId = ids('Contract');
  const lastDay = addDays(term.endsOn, -1);
  const { id: subscriptionId, currency } = history.states[0]?.subscription ?? { id: null, currency: null };
  const orders = new Orders(ids, { accountId, contractId, lastDay, products });
  orders.place(first, drafted, activatedAt, null);
  for (const change of changes) orders.place(change, change.at - DAY, change.at + random.below(4 * HOUR), change.from);
  const contract: OrgRecord = {
    object: 'Contract',
    id: contractId,
    versions: [
      {
        at: drafted,
        fields: {
          AccountId: accountId,
          ContractNumber: contractId.slice(7, 15),
          Status: 'Draft',
          StatusCode: 'Draft',
          StartDate: term.startsOn,
          ContractTerm: term.months,
          EndDate: lastDay,
          CurrencyIsoCode: currency,
          Renewal_Of__c: renewed?.contractId ?? null,
          Stripe_Subscription_Id__c: isLarge(history.first.tier) ? subscriptionId : null,
        },
      },
      {
        at: activatedAt,
        fields: {
          Status: 'Activated',
          StatusCode: 'Activated',
          ActivatedDate: isoOf(activatedAt),
          CustomerSignedDate: signedOn,
          CompanySignedDate: signedOn,
        },
      },
    ],
  };
  return { contractId, term, signedOn, activatedAt, isLate, records: [contract, ...orders.records()] };
};
