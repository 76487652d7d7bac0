import { describe, expect, it } from 'vitest';
import { customerLists, customersPage, entriesPage, mergedLists, type SortBy } from '../../../functions/arr/standings/lists.ts';
import { addSums, type Standing, type Sums } from '../../../functions/arr/standings/standing.ts';

const standing = (id: string, name: string, arr: Sums, more: Partial<Standing> = {}): Standing => ({
  customerId: `stripe.main.${id}`,
  name,
  version: 1,
  attributes: {},
  arr,
  carr: [],
  tcv: [],
  billed: [],
  usage: [],
  unsigned: [],
  ...more,
});

const ALL = [
  standing('cus_1', 'Beta', [['USD', '900', '900']]),
  standing('cus_2', 'alpha', [['USD', '-5', '-5']]),
  standing('cus_3', 'Gamma', [['GBP', '7000']]),
  standing('cus_4', 'Beta', [
    ['EUR', '1000', '1100'],
    ['USD', '20', '20'],
  ]),
  standing('cus_5', 'Delta', []),
];
/** Of two shards. */
const lists = mergedLists([customerLists(ALL.slice(0, 2)), customerLists(ALL.slice(2))]);

/** Ids page by page until there are no more. */
const walked = (sort: SortBy, limit: number): string[][] => {
  const pages: string[][] = [];
  for (let position: string | undefined; ; ) {
    const { items, nextCursor } = customersPage(lists, { sort }, position, limit);
    pages.push(items.map(({ customerId }) => customerId.slice('stripe.main.'.length)));
    if (nextCursor === null) return pages;
    position = nextCursor;
  }
};

describe('the list of customers', () => {
  it('has the largest first, what is below zero after nothing, and what has no plan rate last', () => {
    // 1,100 + 20; 900; 0; −5; £70 without a rate
    expect(walked('arr', 2)).toEqual([['cus_4', 'cus_1'], ['cus_5', 'cus_2'], ['cus_3']]);
  });

  it('is sorted by name whatever its letters are, and tells equal ones apart', () => {
    expect(walked('name', 5)).toEqual([['cus_2', 'cus_1', 'cus_4', 'cus_5', 'cus_3']]);
    expect(walked('name', 1).flat()).toEqual(['cus_2', 'cus_1', 'cus_4', 'cus_5', 'cus_3']);
  });

  it('finds a customer by the ids of all that are one with it', () => {
    const known = customerLists([...ALL, standing('001', 'Epsilon', [], { others: ['salesforce.main.001', 'stripe.eu.cus_9'] })]);
    const found = (search: string) => customersPage(known, { sort: 'name', search }, undefined, 9).items.map(({ name }) => name);
    expect([found('cus_9'), found('stripe.eu'), found('cus_3'), found('main')]).toEqual([['Epsilon'], ['Epsilon'], ['Gamma'], []]);
  });

  it('goes on behind a place that is not there any more', () => {
    const { nextCursor } = customersPage(lists, { sort: 'name' }, undefined, 2);
    const without = customerLists(ALL.filter(({ customerId }) => customerId !== 'stripe.main.cus_1'));
    const { items } = customersPage(without, { sort: 'name' }, nextCursor ?? '', 9);
    expect(items.map(({ name }) => name)).toEqual(['Beta', 'Delta', 'Gamma']);
  });

  it('sums each currency, and the plan’s where each amount has a rate', () => {
    expect(lists.totals.arr).toEqual([
      ['USD', '915', '915'], // 900 − 5 + 20
      ['GBP', '7000'],
      ['EUR', '1000', '1100'],
    ]);
    // One of two without a rate: none for both.
    expect(addSums([[['GBP', '1', '2']], [['GBP', '1']]])).toEqual([['GBP', '2']]);
  });
});

describe('what is to be looked through', () => {
  const side = { amountMinor: '1', currency: 'USD' };
  const booking = (subscriptionId: string, shownOn: string) => ({ ...side, subscriptionId, shownOn });
  const difference = (lineId: string, planMinor?: string) => ({ signed: { lineId }, difference: { ...side, planMinor } });
  const entries = (unsigned: object[], differences: object[]) =>
    ({ entries: { unsigned, possibleDuplicates: [], differences } }) as unknown as Partial<Standing>;
  const looked = [
    standing('cus_1', 'A', [], entries([booking('s1', '2026-03-01'), booking('s2', '2026-01-01')], [difference('l1', '10')])),
    standing('cus_2', 'B', [], entries([booking('s3', '2026-02-01')], [difference('l2', '-500'), difference('l3')])),
    standing('cus_3', 'C', []),
  ];

  it('has what is claimed oldest first, page by page', () => {
    const first = entriesPage(looked, 'unsigned', undefined, 2);
    expect(first.items.map(({ unsigned }) => unsigned?.subscriptionId)).toEqual(['s2', 's3']);
    const second = entriesPage(looked, 'unsigned', first.nextCursor ?? '', 2);
    expect([second.items.map(({ unsigned }) => unsigned?.subscriptionId), second.nextCursor]).toEqual([['s1'], null]);
  });

  it('has differences by what they come to, in whichever direction, and without a rate last', () => {
    const { items } = entriesPage(looked, 'differences', undefined, 9);
    expect(items.map(({ name, difference: found }) => [name, found?.signed.lineId])).toEqual([
      ['B', 'l2'],
      ['A', 'l1'],
      ['B', 'l3'],
    ]);
  });
});
