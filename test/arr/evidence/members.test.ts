import { describe, expect, it } from 'vitest';
import { claimsOf, isTooCommon, newClaims } from '../../../functions/arr/evidence/claims.ts';
import { byCustomer, decidingNames, groupsOf, type Link, linksOf } from '../../../functions/arr/evidence/members.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { customer, seats, subscription } from '../facts.ts';

const at = (system: 'stripe' | 'salesforce', fact: Fact): Fact =>
  ({ ...fact, data: { ...fact.data, provenance: { ...fact.data.provenance, system } } }) as Fact;
const account = (id: string, more: Parameters<typeof customer>[2] = {}, day = '2026-01-02'): Fact =>
  at('salesforce', customer(day, {}, { customerId: id, ...more }));
const payer = (id: string, more: Parameters<typeof customer>[2] = {}, day = '2026-01-02'): Fact =>
  customer(day, {}, { customerId: id, ...more });
const agreement = (customerId: string, id: string, more: Partial<SubscriptionFact> = {}): Fact =>
  at(
    'salesforce',
    subscription('2026-01-15', [seats('a', 1, 100)], {
      customerId,
      subscriptionId: id,
      agreementId: id,
      evidence: 'signed',
      ...more,
    }),
  );
const billed = (customerId: string, id: string, more: Partial<SubscriptionFact> = {}, day = '2026-02-03'): Fact =>
  subscription(day, [seats('a', 1, 100)], { customerId, subscriptionId: id, ...more });
const word = (a: string, b: string, isSame: boolean, day = '2026-03-01'): Fact => ({
  kind: 'link',
  data: {
    provenance: { system: 'manual', instance: 'ascent', eventId: `word-${day}`, eventType: 'stated', observedAt: Date.parse(day) / 1000 },
    customerId: a,
    otherId: b,
    isSame,
    observedOn: day,
    byHand: { reason: 'seen in the order form', proposedBy: 'ann', approvedBy: 'bob' },
  },
});
const A = 'salesforce.main.001A';
const B = 'salesforce.main.001B';
const M = 'stripe.main.cus_m';
const N = 'stripe.main.cus_n';
const links = (...facts: Fact[]): string[] =>
  linksOf(byCustomer(facts), new Set()).map(({ customers, by, id }) => `${customers.toSorted().join(' = ')} by ${by} ${id}`);

describe('customers are one', () => {
  it('where an account names the customer of a billing system, or that one names the account', () => {
    const named = { system: 'stripe', instance: 'main', customerId: 'cus_m' } as const;
    expect(links(account('001A', { sameAs: [named] }))).toEqual([`${A} = ${M} by customer ${M}`]);
    const back = { system: 'salesforce', instance: 'main', customerId: '001A' } as const;
    expect(links(payer('cus_m', { sameAs: [back] }))).toEqual([`${A} = ${M} by customer ${A}`]);
  });

  it('by what the source says last, and by what it said before the customer was deleted', () => {
    const back = (customerId: string) => ({ sameAs: [{ system: 'salesforce', instance: 'main', customerId } as const] });
    expect(links(payer('cus_m', back('001A')), payer('cus_m', back('001B'), '2026-02-01'))).toEqual([`${B} = ${M} by customer ${B}`]);
    expect(links(payer('cus_m', back('001A')), payer('cus_m', {}, '2026-02-01'))).toEqual([]);
    expect(links(payer('cus_m', back('001A')), payer('cus_m', { deleted: true }, '2026-02-01'))).toEqual([`${A} = ${M} by customer ${A}`]);
  });

  it('where what is billed carries an id of the agreement, or the agreement names what bills it', () => {
    const signed = agreement('001A', '800A', { agreementIds: ['800A', '00000101'] });
    expect(links(signed, billed('cus_m', 'sub_1', { agreementId: '00000101' }))).toEqual([`${A} = ${M} by agreement 00000101`]);
    const billedBy = [{ system: 'stripe', instance: 'main', subscriptionId: 'sub_1' } as const];
    expect(links(agreement('001A', '800A', { billedBy }), billed('cus_m', 'sub_1'))).toEqual([`${A} = ${M} by subscription sub_1`]);
  });

  it.each([
    ['that names no agreement', [billed('cus_m', 'sub_1', { agreementId: 'N/A' }), billed('cus_n', 'sub_2', { agreementId: 'N/A' })]],
    [
      'that agreements of two customers bear',
      [
        agreement('001A', '800A', { agreementIds: ['800A', '0101'] }),
        agreement('001B', '800B', { agreementIds: ['800B', '0101'] }),
        billed('cus_m', 'sub_1', { agreementId: '0101' }),
      ],
    ],
    [
      'of an agreement that does not stand any more',
      [agreement('001A', '800A', { status: 'canceled', lines: [] }), billed('cus_m', 'sub_1', { agreementId: '800A' })],
    ],
    [
      'that the subscription carried once',
      [
        agreement('001A', '800A'),
        billed('cus_m', 'sub_1', { agreementId: '800A' }),
        billed('cus_m', 'sub_1', { agreementId: '800Z' }, '2026-02-04'),
      ],
    ],
    ['of their own', [agreement('001A', '800A'), at('salesforce', billed('001A', 'x', { agreementId: '800A' }))]],
    ['by their names', [account('001A', { name: 'Acme' }), payer('cus_m', { name: 'Acme' })]],
  ])('never by an id %s', (_what, facts) => {
    expect(links(...facts)).toEqual([]);
  });

  it('where two people say so, and not where they say that they are two, the last word counting', () => {
    const signed = agreement('001A', '800A');
    const bill = billed('cus_m', 'sub_1', { agreementId: '800A' });
    expect(links(word(A, M, true))).toEqual([`${A} = ${M} by by-hand word-2026-03-01`]);
    expect(links(signed, bill, word(M, A, false))).toEqual([]);
    expect(links(signed, bill, word(M, A, false), word(A, M, true, '2026-03-02'))).toEqual([`${A} = ${M} by by-hand word-2026-03-02`]);
  });
});

describe('a name that too many claim', () => {
  it('says nothing, and leaves what else says who is one', () => {
    const facts = byCustomer([
      agreement('001A', '800A', { agreementIds: ['800A', '0101'] }),
      billed('cus_m', 'sub_1', { agreementId: '0101' }),
      billed('cus_n', 'sub_2', { agreementId: '800A' }),
    ]);
    expect(linksOf(facts, new Set(['agreement 0101'])).map(({ customers }) => customers)).toEqual([[A, N]]);
  });

  it('is to be asked for only where it depends on it who is one', () => {
    const back = { system: 'salesforce', instance: 'main', customerId: '001A' } as const;
    const signed = agreement('001A', '800A');
    const bill = billed('cus_m', 'sub_1', { agreementId: '800A' });
    const names = (...own: Fact[]) => decidingNames(byCustomer(own), new Set(), new Set(byCustomer(own).keys()), () => false);
    expect(names(signed, bill)).toEqual(['agreement 800A']);
    expect(names(signed, bill, payer('cus_m', { sameAs: [back] }))).toEqual([]);
    expect(names(bill)).toEqual([]);
    const all = new Set([A, M]);
    expect(decidingNames(byCustomer([signed, bill]), new Set(), all, (name) => name === 'agreement 800A')).toEqual([]);
  });
});

describe('a group', () => {
  const link = (a: string, b: string): Link => ({ customers: [a, b], by: 'customer', id: b });

  it('holds all that are linked through others, the account first, and everyone once', () => {
    expect(groupsOf([M, N, B, A], [link(M, A), link(A, N)])).toEqual([[A, M, N], [B]]);
    expect(groupsOf([N, M], [link(N, M)])).toEqual([[M, N]]);
    expect(groupsOf([M], [link(M, A)])).toEqual([[A, M]]);
  });
});

describe('claims', () => {
  it('are made by agreements and by what bills them, each asking for the other', () => {
    expect(claimsOf(agreement('001A', '800A', { agreementIds: ['800A', '0101'] }))).toEqual({
      made: [
        { key: 'agreement 800A', side: 'agreement' },
        { key: 'agreement 0101', side: 'agreement' },
      ],
      asked: [{ key: 'agreement 800A' }, { key: 'agreement 0101' }],
    });
    expect(claimsOf(billed('cus_m', 'sub_1', { agreementId: '0101' }))).toEqual({
      made: [{ key: 'agreement 0101', side: 'billing' }],
      asked: [
        { key: 'agreement 0101', side: 'agreement' },
        { key: 'billing stripe/main/sub_1', side: 'agreement' },
      ],
    });
  });

  it('are made once, and asked again where a fact comes again', () => {
    const first = billed('cus_m', 'sub_1', { agreementId: '0101' });
    const second = billed('cus_m', 'sub_1', { agreementId: '0101' }, '2026-02-05');
    expect(newClaims([second], [first])).toEqual({ made: [], asked: [] });
    expect(newClaims([first], [first, second]).made).toEqual([]);
    expect(newClaims([first], [first, second]).asked.map(({ key }) => key)).toEqual(['agreement 0101', 'billing stripe/main/sub_1']);
  });

  it('are made for each side, where one name is borne on both', () => {
    const signed = at('salesforce', agreement('001A', '800A', { agreementIds: ['0101'] }));
    const bill = at('salesforce', billed('001A', 'sub_1', { agreementId: '0101' }));
    const both = [
      { key: 'agreement 0101', side: 'agreement' },
      { key: 'agreement 0101', side: 'billing' },
    ];
    const of = (arriving: Fact[], known: Fact[] = []) => newClaims(arriving, known).made.filter(({ key }) => key === 'agreement 0101');
    expect(of([signed, bill])).toEqual(both);
    expect(of([signed], [bill])).toEqual([both[0]]);
    expect(of([bill], [signed])).toEqual([both[1]]);
    // Who asks for both sides asks more than who asked for one; who asks for one has been answered by both.
    expect(newClaims([signed], [bill]).asked).toContainEqual({ key: 'agreement 0101' });
    expect(newClaims([bill], [signed]).asked).toEqual([{ key: 'billing salesforce/main/sub_1', side: 'agreement' }]);
  });

  it('of more than forty customers say nothing, each counted once', () => {
    const customers = (count: number): string[] => Array.from({ length: count }, (_, i) => `stripe.main.cus_${i}`);
    expect(isTooCommon({ agreement: customers(40), billing: customers(40) })).toBe(false);
    expect(isTooCommon({ agreement: customers(40), billing: customers(40) }, ['stripe.main.cus_39'])).toBe(false);
    expect(isTooCommon({ agreement: customers(40), billing: [] }, ['stripe.main.cus_40'])).toBe(true);
    expect(isTooCommon({ agreement: ['salesforce.main.001A'], billing: customers(40) })).toBe(true);
  });
});
