import { beforeAll, describe, expect, it } from 'vitest';
import { company as configuration } from '../../../ascent.config.ts';
import { demoContext, openIntake } from '../../../bench/demo-facts.ts';
import type { DemoCompany } from '../../../demo/company.ts';
import { type OrgRecord, stateAt } from '../../../demo/salesforce/records.ts';
import { dueOn } from '../../../functions/arr/evidence/ends.ts';
import { lapsesOf } from '../../../functions/arr/evidence/lapses.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { wholeBook } from '../../../functions/arr/movements/history.ts';
import type { Entry } from '../../../functions/arr/movements/movements.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { agreementFact, agreementIdOf } from '../../../functions/integrations/salesforce/agreements.ts';
import { contextFor } from '../../../functions/integrations/salesforce/context.ts';
import type { SalesforceRecord } from '../../../functions/integrations/salesforce/reader.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { openDemo } from '../../../local/demo.ts';

/** ARR of customers by their billing alone, by their contracts alone, and by both in one book, as they stand on 5 November 2026. */
const TODAY = '2026-11-05';
const DAYS = ['2024-12-31', '2025-03-31', '2025-06-30', '2025-09-30', '2025-12-31', '2026-03-31', '2026-06-30', '2026-09-30', TODAY];
let company: DemoCompany;
let customers: readonly string[];
/** Movements by customer: of the story without a Salesforce, of what Stripe tells beside one, of the contracts, and of both. */
const told = { story: new Map<string, readonly Entry[]>(), billed: new Map(), signed: new Map(), both: new Map() } as Record<
  'story' | 'billed' | 'signed' | 'both',
  Map<string, readonly Entry[]>
>;

/** Customers one of whose contracts is over for less than thirty days. */
const expired = new Set<string>();

const arrOn = (entries: readonly Entry[] | undefined, on: string): bigint =>
  (entries ?? [])
    .filter(({ day, cause }) => day <= toEpochDay(on) && cause !== 'transfer')
    .reduce((sum, { lines }) => lines.reduce((own, { planDeltaMinor }) => own + BigInt(planDeltaMinor), sum), 0n);

const rest = (at: number): string => new Date(at * 1000).toISOString().replace('Z', '+0000');

/** As the REST API shows it. */
const shown = (record: OrgRecord, at: number): SalesforceRecord[] => {
  const state = stateAt(record, at);
  const [first] = record.versions;
  if (state === undefined || first === undefined) return [];
  const { ActivatedDate } = state.fields;
  const activated = typeof ActivatedDate === 'string' ? { ActivatedDate: ActivatedDate.replace('Z', '+0000') } : {};
  const stamps = { Id: record.id, IsDeleted: false, CreatedDate: rest(first.at), SystemModstamp: rest(state.changedAt) };
  return [{ ...state.fields, ...activated, ...stamps }];
};

/** The contracts' facts, by the Stripe customer whose they are. */
const signedFacts = (): ReadonlyMap<string, readonly Fact[]> => {
  const [instance] = configuration.salesforce;
  if (company.salesforce === undefined || instance === undefined) throw new Error('The company has a Salesforce.');
  const context = contextFor(instance, configuration);
  const records = Map.groupBy(company.salesforce.records, ({ object }) => object);
  const of = (object: OrgRecord['object']): SalesforceRecord[] => (records.get(object) ?? []).flatMap((one) => shown(one, company.todayAt));
  const orders = Map.groupBy(of('Order'), (order) => agreementIdOf(order) ?? '');
  const items = Map.groupBy(of('OrderItem'), (item) => String(item['OrderId']));
  const products = of('Product2');
  const customerOf = new Map([...company.salesforce.accountIds].map(([customerId, accountId]) => [accountId, customerId]));
  const facts = of('Contract').map((contract): Fact => {
    const agreementId = String(contract['Id']);
    const own = orders.get(agreementId) ?? [];
    const ownItems = own.flatMap((order) => items.get(String(order['Id'])) ?? []);
    const read = agreementFact({ agreementId, contract, orders: own, items: ownItems, products, sellingModels: [] }, context);
    if (!read.ok) throw new Error(read.problem.detail);
    expect(read.value.warnings).toEqual([]);
    return { kind: 'subscription', data: { ...read.value.fact, customerId: customerOf.get(String(contract['AccountId'])) ?? '' } };
  });
  return Map.groupBy(facts, ({ data }) => ('customerId' in data ? String(data.customerId) : ''));
};

const billedFacts = (demo: DemoCompany): ReadonlyMap<string, readonly Fact[]> => {
  const state = demo.stripeState();
  state.moveTo(Number.MAX_SAFE_INTEGER);
  const factOf = openIntake(state);
  const facts: Fact[] = [];
  for (const { deliverAt, event } of demo.events) {
    if (deliverAt > demo.todayAt) break;
    const fact = factOf(event);
    if (fact !== undefined) facts.push(fact);
  }
  return Map.groupBy(facts, ({ data }) => ('customerId' in data ? String(data.customerId) : ''));
};

const movementsOf = (facts: readonly Fact[]): readonly Entry[] => {
  const context = demoContext(company);
  const account = openAccount(context);
  for (const fact of facts) recordFact(account, fact, context);
  for (const lapse of lapsesOf(facts, watchesOf(facts), { on: TODAY, at: Date.parse(TODAY) / 1000 }, enterprise))
    recordFact(account, { kind: 'lapse', data: lapse }, context);
  return account.recorded;
};
const watchesOf = (facts: readonly Fact[]) => wholeBook(facts, demoContext(company)).settlement?.watches ?? [];

beforeAll(() => {
  const { salesforce } = openDemo({ salesforce: true });
  const sold = [...(salesforce?.agreements.keys() ?? [])].filter((_, i) => i % 15 === 0);
  customers = [...new Set([...sold, ...(salesforce?.misbilled ?? []).map(({ customerId }) => customerId)])];
  const only = { customers: new Set(customers) };
  company = openDemo({ salesforce: true, ...only });
  const story = billedFacts(openDemo(only));
  const billed = billedFacts(company);
  const signed = signedFacts();
  for (const customerId of customers) {
    const [a, b, c] = [story, billed, signed].map((facts) => facts.get(customerId) ?? []);
    if (a === undefined || b === undefined || c === undefined || a.length === 0) continue;
    told.story.set(customerId, movementsOf(a));
    told.billed.set(customerId, movementsOf(b));
    told.signed.set(customerId, movementsOf(c));
    if (watchesOf(c).some((watch) => watch.on <= TODAY && dueOn(watch, enterprise) > TODAY)) expired.add(customerId);
    told.both.set(customerId, movementsOf([...b, ...c]));
  }
}, 120_000);

const total = (which: keyof typeof told, on: string): bigint => {
  let sum = 0n;
  for (const entries of told[which].values()) sum += arrOn(entries, on);
  return sum;
};

describe('the demo company’s contracts', () => {
  it('leave ARR of every customer as the story tells it, to the cent, where contract and billing are one book', () => {
    expect(told.story.size).toBeGreaterThan(180);
    for (const on of DAYS) {
      const differing = [...told.story].filter(([id, entries]) => arrOn(entries, on) !== arrOn(told.both.get(id), on)).map(([id]) => id);
      expect([on, differing]).toEqual([on, []]);
    }
    expect(total('both', TODAY)).toBe(total('story', TODAY));
    expect(total('story', TODAY)).toBeGreaterThan(5_000_000_000n); // $50M of the $944M
  });

  it('say by themselves what is billed today, but for the twelve that are billed wrongly', () => {
    let unsigned = 0;
    const wrong = new Set(company.salesforce?.misbilled.map(({ customerId }) => customerId));
    for (const [id, entries] of told.story) {
      // Renewals that begin this afternoon, or are late, have not been signed.
      const begun = (company.salesforce?.agreements.get(id) ?? []).filter(({ term }) => term.startsOn <= TODAY);
      const isSigned = begun.every(({ activatedAt }) => activatedAt <= company.todayAt);
      // A term that is over less than thirty days ago may be renewed, for all that contracts say.
      if (isSigned && !expired.has(id)) expect([id, arrOn(told.signed.get(id), TODAY)]).toEqual([id, arrOn(entries, TODAY)]);
      unsigned += Number(!isSigned);
      const isBilledRight = arrOn(told.billed.get(id), TODAY) === arrOn(entries, TODAY);
      expect([id, isBilledRight]).toEqual([id, !wrong.has(id)]);
    }
    expect(wrong.size).toBe(12);
    expect(unsigned).toBeLessThan(5);
  });

  it('are billed at more than half a percent less where they are billed wrongly', () => {
    for (const { customerId } of company.salesforce?.misbilled ?? []) {
      const signed = arrOn(told.signed.get(customerId), TODAY);
      const billed = arrOn(told.billed.get(customerId), TODAY);
      expect([customerId, (signed - billed) * 200n > signed]).toEqual([customerId, true]);
    }
  });

  it('renew with the uplift that billing tells', () => {
    const upliftOf = (which: keyof typeof told): bigint => {
      let sum = 0n;
      for (const entries of told[which].values())
        for (const { cause, day, lines } of entries)
          if (cause === 'renewal-uplift' && day <= toEpochDay('2026-10-31'))
            for (const { planDeltaMinor } of lines) sum += BigInt(planDeltaMinor);
      return sum;
    };
    expect(upliftOf('both')).toBe(upliftOf('story'));
  });

  it('leave every cause and every origin of stock as the story tells them', () => {
    const sums = (which: keyof typeof told): Readonly<Record<string, bigint>> => {
      const all: Record<string, bigint> = { landed: 0n, expanded: 0n, 'renewal-uplift of stock': 0n };
      const add = (name: string, amount: bigint): void => {
        all[name] = (all[name] ?? 0n) + amount;
      };
      for (const entries of told[which].values())
        for (const { cause, day, lines, stock } of entries) {
          if (day > toEpochDay('2026-10-31')) continue;
          if (cause !== 'transfer') for (const { planDeltaMinor } of lines) add(cause, BigInt(planDeltaMinor));
          for (const [i, name] of ['landed', 'expanded', 'renewal-uplift of stock'].entries()) add(name, BigInt(stock[i] ?? 0n));
        }
      return all;
    };
    expect(sums('both')).toEqual(sums('story'));
  });
});
