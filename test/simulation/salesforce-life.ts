import { DAY } from '../../demo/model.ts';
import type { Random } from '../../demo/random.ts';
import { addDays } from '../../functions/platform/calendar.ts';
import { Agreement, create, dayOf, idOf, OrgTeller, PRODUCTS, update } from './agreements.ts';
import { BEGIN, LAST } from './contracts.ts';
import type { Link, SalesforceHappening } from './history.ts';
import { LAPSES_AT_MS } from './lapse-schedule.ts';

/** Lives of accounts in an org of Salesforce: what they sign, what becomes of it, and which customers of Stripe they are. */
const MAX_ACCOUNTS = 2;
const MAX_CHANGES = 5;
/** What renews a term may begin so late, and so long is its line kept. */
const RENEWAL_DAYS = 30;
/** So long a change of an org takes until its fact is recorded. */
const ON_ITS_WAY_SECONDS = 20;
const SEGMENTS = ['Starter', 'Professional', 'Enterprise', 'Strategic'] as const;
const CURRENCIES = ['USD', 'USD', 'EUR'] as const;
/** Between two changes of an account: whoever was not told reads what became of it within a night or two, and each counts from its own day. */
const ACCOUNT_DAYS = 20;

/** Signs it, and changes it now and then; answers when for the last time. */
const liveAgreement = (random: Random, agreement: Agreement, signedAt: number): number => {
  let at = signedAt;
  agreement.sign(at);
  for (let changes = random.below(MAX_CHANGES); changes > 0; changes -= 1) {
    // Some changes follow within seconds: the second is read while the first is still being recorded.
    at += random.chance(250) ? 1 + random.below(8) : DAY * (2 + random.below(60)) + random.below(DAY);
    if (at > LAST) return at;
    if (random.chance(120)) {
      agreement.terminate(at);
      return at;
    }
    agreement.change(at);
  }
  return at;
};

const soonAfter = (random: Random, at: number): number => at + DAY * (1 + random.below(15)) + random.below(DAY);

/**
 * When a term is renewed: long before it is over, or afterwards. Then it is while the line is expired and renewing, so that its fact comes while
 * the line lapses, or when it has lapsed; and what renews it begins at once, or after a gap, of which some are too long.
 */
const renewalOf = (random: Random, endsOn: string, from: number): { readonly signedAt: number; readonly startsOn: string } => {
  const end = Date.parse(endsOn) / 1000;
  const lapse = end + DAY * RENEWAL_DAYS + LAPSES_AT_MS / 1000;
  const late = random.pick([
    end + random.below(DAY * RENEWAL_DAYS),
    lapse - random.below(ON_ITS_WAY_SECONDS),
    lapse - random.below(ON_ITS_WAY_SECONDS),
    lapse + random.below(30 * DAY),
  ]);
  if (random.chance(250) || late < from || end > LAST) return { signedAt: soonAfter(random, from), startsOn: endsOn };
  return { signedAt: late, startsOn: random.chance(500) ? endsOn : addDays(endsOn, 1 + random.below(RENEWAL_DAYS + 5)) };
};

/** What becomes of an account itself: it moves to another segment, or says, and takes back, whom Stripe knows it as. */
const moveAccount = (random: Random, teller: OrgTeller, accountId: string, madeAt: number, link: Link | undefined): void => {
  const named = link?.by === 'account, later' ? link.customerId : undefined;
  let isNamed = false;
  const next = (at: number): number => at + DAY * (ACCOUNT_DAYS + random.below(200));
  for (let at = next(madeAt); at < LAST && random.chance(named === undefined ? 500 : 800); at = next(at)) {
    if (named !== undefined && random.chance(600)) {
      isNamed = !isNamed;
      const field = { Stripe_Customer_Id__c: isNamed ? named : null };
      teller.tell(at, `${accountId} ${isNamed ? 'names' : 'does not name'} ${named}`, [update('Account', accountId, field)]);
    } else {
      const segment = random.pick(SEGMENTS);
      teller.tell(at, `${accountId} becomes ${segment}`, [update('Account', accountId, { Segment__c: segment })]);
    }
  }
};

const liveAccount = (random: Random, teller: OrgTeller, n: number, link: Link | undefined): void => {
  const at = BEGIN + random.below(150 * DAY);
  const accountId = accountIdOf(n);
  const currency = random.pick(CURRENCIES);
  const account = {
    Id: accountId,
    Name: `Account ${n}`,
    Segment__c: random.pick(SEGMENTS),
    Region__c: random.pick(['EMEA', 'North America']),
  };
  const customer = link?.by === 'account' ? { Stripe_Customer_Id__c: link.customerId } : {};
  teller.tell(at, `account ${n} is made`, [create('Account', { ...account, ...customer })]);
  const agreement = new Agreement(random, teller, accountId, currency, `c${n}1`);
  const drafted = at + random.below(20 * DAY);
  const bills = link?.by === 'contract' ? { Stripe_Subscription_Id__c: `sub_${n}_1` } : {};
  agreement.draft(drafted, dayOf(drafted + DAY * random.below(40)), bills);
  const last = liveAgreement(random, agreement, soonAfter(random, drafted));
  if (random.chance(600)) {
    const renewal = new Agreement(random, teller, accountId, currency, `c${n}2`);
    const { signedAt, startsOn } = renewalOf(random, agreement.endsOn, last + DAY);
    const named = random.chance(700) ? { Renewal_Of__c: agreement.id } : {};
    renewal.draft(Math.max(last + DAY, signedAt - DAY * (1 + random.below(15))), startsOn, named);
    liveAgreement(random, renewal, signedAt);
  }
  moveAccount(random, teller, accountId, at, link);
};

const accountIdOf = (n: number): string => idOf('Account', `a${n}`);

const WAYS = ['account', 'account, later', 'contract', 'customer', 'subscription'] as const;

/** Which accounts are one with which customers of Stripe, of whom there are so many. */
export const linksOf = (random: Random, customers: number): readonly Link[] =>
  Array.from({ length: Math.min(customers, MAX_ACCOUNTS) }, (_, i) => i + 1).flatMap((n): Link[] =>
    random.chance(500) ? [{ customerId: `cus_${n}`, accountId: accountIdOf(n), by: random.pick(WAYS) }] : [],
  );

/** What Stripe's objects carry of the org's ids, by the id of the object. */
export const metadataOf = (links: readonly Link[]): ReadonlyMap<string, Readonly<Record<string, string>>> =>
  new Map(
    links.flatMap(({ customerId, accountId, by }): [string, Record<string, string>][] => {
      const n = customerId.slice('cus_'.length);
      if (by === 'customer') return [[customerId, { salesforce_account_id: accountId }]];
      return by === 'subscription' ? [[`sub_${n}_1`, { salesforce_contract_id: idOf('Contract', `c${n}1`) }]] : [];
    }),
  );

/** What happens in an org of a few accounts, in order. */
export const orgHappenings = (random: Random, links: readonly Link[]): readonly SalesforceHappening[] => {
  const teller = new OrgTeller(random);
  const products = PRODUCTS.map((productId) =>
    create('Product2', { Id: idOf('Product2', productId.slice(5)), Name: productId, Stripe_Product_Id__c: productId }),
  );
  teller.tell(BEGIN, 'products are made', products);
  for (let n = 1; n <= 1 + random.below(MAX_ACCOUNTS); n += 1)
    liveAccount(
      random,
      teller,
      n,
      links.find(({ accountId }) => accountId === accountIdOf(n)),
    );
  return teller.happenings.sort((a, b) => a.atMs - b.atMs);
};
