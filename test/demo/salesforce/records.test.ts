import { beforeAll, describe, expect, it } from 'vitest';
import type { DemoCompany } from '../../../demo/company.ts';
import { type Fields, type OrgRecord, stateAt } from '../../../demo/salesforce/records.ts';
import { TIERS } from '../../../demo/targets.ts';
import { openDemo } from '../../../local/demo.ts';

/** What `npm start -- --salesforce` puts into the org. */
let company: DemoCompany;
let side: NonNullable<DemoCompany['salesforce']>;
let today: ReadonlyMap<string, readonly { readonly record: OrgRecord; readonly fields: Fields }[]>;

beforeAll(() => {
  company = openDemo({ salesforce: true });
  if (company.salesforce === undefined) throw new Error('The company has a Salesforce.');
  side = company.salesforce;
  today = Map.groupBy(
    side.records.flatMap((record) => {
      const state = stateAt(record, company.todayAt);
      return state === undefined ? [] : [{ record, fields: state.fields }];
    }),
    ({ record }) => record.object,
  );
});

const all = (object: string): readonly { readonly record: OrgRecord; readonly fields: Fields }[] => today.get(object) ?? [];
const dayOf = (at: number): string => new Date(at * 1000).toISOString().slice(0, 10);

describe('the demo company’s Salesforce on 5 November 2026', () => {
  it('holds so many records', () => {
    expect(Object.fromEntries([...today].map(([object, records]) => [object, records.length]))).toEqual({
      User: 115,
      Product2: 7,
      Account: 4415,
      Contract: 6253,
      Order: 7648,
      OrderItem: 18_974,
      Opportunity: 9396,
    });
    expect(side.accountIds.size).toBe(2875);
  });

  it('holds the opportunities of each stage, and nine that are won and that nobody has signed', () => {
    const stages = Map.groupBy(all('Opportunity'), ({ fields }) => String(fields['StageName']));
    expect(Object.fromEntries([...stages].map(([stage, deals]) => [stage, deals.length]))).toEqual({
      Qualification: 192,
      'Needs Analysis': 258,
      'Value Proposition': 82,
      'Id. Decision Makers': 3,
      'Proposal/Price Quote': 224,
      'Negotiation/Review': 331,
      'Closed Won': 5240,
      'Closed Lost': 3066,
    });
    // Eight prospects by word of mouth, and the customer of example 3.
    expect(stages.get('Closed Won')?.filter(({ fields }) => fields['ContractId'] === null)).toHaveLength(9);
  });

  it('has closed deals as often won as the plan of the sales team says', () => {
    const counts = (kind: string, tier?: string): readonly [closed: number, won: number] => {
      const closed = side.deals.filter(
        (one) => one.kind === kind && (tier === undefined || one.tier === tier) && dayOf(one.closedAt) <= '2026-12-31',
      );
      return [closed.length, closed.filter(({ isWon }) => isWon).length];
    };
    expect(TIERS.map((tier) => counts('new', tier))).toEqual([
      [1722, 471], // 27%
      [506, 108], // 21%
      [118, 20], // 17%
      [17, 3], // 12% of 17 is 2
    ]);
    expect(counts('expansion')).toEqual([3140, 1507]); // 48%
    // About 5,000 closed deals a year; who serves himself has none.
    expect(side.deals.filter(({ closedAt }) => dayOf(closedAt).startsWith('2026'))).toHaveLength(5082);
  });

  it.each([
    ['Starter', 62],
    ['Professional', 105],
  ])('has won new deals of %s after a median of %d days in the last year, within an eighth', (tier, days) => {
    const won = side.deals
      .filter(
        (one) =>
          one.kind === 'new' && one.tier === tier && one.isWon && dayOf(one.closedAt) > '2025-11-05' && dayOf(one.closedAt) <= '2026-11-05',
      )
      .map(({ createdAt, closedAt }) => (closedAt - createdAt) / 86_400)
      .sort((a, b) => a - b);
    const median = won[Math.floor(won.length / 2)] ?? 0;
    expect(Math.abs(median - days) * 8).toBeLessThanOrEqual(days);
  });

  it('has users under one head, whose managers are users, and who own the open deals only while they are there', () => {
    const users = new Map(all('User').map(({ record, fields }) => [record.id, fields]));
    expect([...users.values()].filter(({ ManagerId }) => ManagerId === null).map(({ Title }) => Title)).toEqual([
      'Chief Revenue Officer',
      'Chief Financial Officer',
    ]);
    for (const { ManagerId } of users.values()) if (ManagerId !== null) expect(users.has(String(ManagerId))).toBe(true);
    const gone = [...users].filter(([, { IsActive }]) => IsActive === false).map(([id]) => id);
    expect(gone).toHaveLength(8);
    const open = all('Opportunity').filter(({ fields }) => fields['IsClosed'] === false);
    expect(open).toHaveLength(1090); // 192 + 258 + 82 + 3 + 224 + 331
    expect(open.filter(({ fields }) => gone.includes(String(fields['OwnerId'])))).toEqual([]);
  });

  it('tells every step of a deal in its order, and pushes of open ones', () => {
    let pushed = 0;
    for (const { record, fields } of all('Opportunity')) {
      const times = record.versions.map(({ at }) => at);
      if (times.some((at, i) => i > 0 && at <= (times[i - 1] ?? 0))) expect([record.id, times]).toEqual('ascending');
      const closeDates = record.versions.filter(({ at, fields: changed }) => at <= company.todayAt && 'CloseDate' in changed);
      if (fields['IsClosed'] === false && closeDates.length >= 4) pushed += 1;
    }
    expect(pushed).toBeGreaterThan(20); // open, and pushed three times at least
  });

  it('has renewals that were signed late, and contracts that are billed otherwise than signed', () => {
    const late = [...side.agreements.values()].flat().filter(({ isLate, activatedAt }) => isLate && activatedAt <= company.todayAt);
    expect(late).toHaveLength(81);
    for (const { signedOn, term } of late) expect(signedOn > term.startsOn).toBe(true);
    expect(side.misbilled.map(({ what }) => what).sort()).toEqual([
      ...Array.from({ length: 6 }, () => 'price'),
      ...Array.from({ length: 6 }, () => 'quantity'),
    ]);
  });

  it('names nothing that it does not hold', () => {
    const ids = new Set(side.records.map(({ id }) => id));
    expect(ids.size).toBe(side.records.length);
    const references = [
      'AccountId',
      'ContractId',
      'OrderId',
      'Product2Id',
      'OwnerId',
      'OriginalOrderId',
      'OriginalOrderItemId',
      'ParentId',
    ];
    const missing = side.records.flatMap(({ id, versions }) =>
      versions.flatMap(({ fields }) =>
        references.flatMap((name) => (typeof fields[name] === 'string' && !ids.has(fields[name]) ? [`${id} ${name}`] : [])),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('is the same for the same seed', () => {
    const print = (records: readonly OrgRecord[] | undefined): string => JSON.stringify(records?.filter((_, i) => i % 20 === 0));
    expect(print(openDemo({ salesforce: true }).salesforce?.records)).toBe(print(side.records));
  });
});

/** What a record became, as `date: what`. */
const courseOf = ({ versions }: OrgRecord, names: readonly string[]): readonly string[] =>
  versions.map(({ at, fields }) => [dayOf(at), ...names.flatMap((name) => (name in fields ? [String(fields[name])] : []))].join(' '));

describe('the story of Eastlake Home Goods, a customer in Valencia', () => {
  const ACCOUNT = '001Dm00000001RUIAY';
  const of = (object: string): readonly OrgRecord[] =>
    side.records.filter(
      (record) => record.object === object && (record.id === ACCOUNT || record.versions[0]?.fields['AccountId'] === ACCOUNT),
    );

  it('is a prospect from September 2024 on, and a customer since February 2025', () => {
    expect(of('Account').map((record) => courseOf(record, ['Name', 'Segment__c', 'Region__c', 'Type']))).toEqual([
      ['2024-09-28 Eastlake Home Goods Starter EMEA Prospect', '2025-02-16 Customer'],
    ]);
  });

  it('is won after 115 days and two pushes, buys thirteen seats more, and renews', () => {
    expect(
      of('Opportunity')
        .slice(0, 3)
        .map((record) => courseOf(record, ['Type', 'StageName', 'Amount', 'CloseDate'])),
    ).toEqual([
      [
        '2024-10-16 New Business Qualification 77500 2024-12-03',
        '2024-11-04 Needs Analysis 77500',
        '2024-12-04 2025-01-01',
        '2024-12-06 Value Proposition 77500',
        '2024-12-26 Proposal/Price Quote 92194.2',
        '2025-01-01 2025-01-17',
        '2025-01-17 2025-02-20',
        '2025-01-25 Negotiation/Review 92194.2',
        '2025-02-08 Closed Won 92194.2 2025-02-08', // 84 seats × €1,097.55
      ],
      [
        '2025-05-29 Existing Business Needs Analysis 13000 2025-06-20',
        '2025-06-04 Value Proposition 13000',
        '2025-06-10 Proposal/Price Quote 16500',
        '2025-06-15 Negotiation/Review 14268.15',
        '2025-06-21 2025-07-15',
        '2025-06-24 Closed Won 14268.15 2025-06-24', // 13 seats × €1,097.55
      ],
      [
        '2025-12-03 Renewal Proposal/Price Quote 116850.08 2026-01-30',
        '2026-01-11 Negotiation/Review 116850.08',
        '2026-01-30 Closed Won 116850.08 2026-01-30', // 97 seats × €1,204.64
      ],
    ]);
  });

  it('signs a contract for a year, an amendment, and a contract that renews the first', () => {
    expect(
      of('Contract').map((record) => courseOf(record, ['StatusCode', 'StartDate', 'EndDate', 'Renewal_Of__c', 'CustomerSignedDate'])),
    ).toEqual([
      ['2025-02-01 Draft 2025-02-16 2026-02-15 null', '2025-02-08 Activated 2025-02-08'],
      ['2026-01-23 Draft 2026-02-16 2027-02-15 800Dm00000004M0IAI', '2026-01-30 Activated 2026-01-29'],
    ]);
    const orders = of('Order');
    expect(orders.map((record) => courseOf(record, ['Type', 'EffectiveDate', 'CustomerAuthorizedDate']))).toEqual([
      ['2025-02-01 New 2025-02-16', '2025-02-08 null'],
      ['2025-06-23 Amendment 2025-06-24', '2025-06-24 2025-06-24'],
      ['2026-01-23 New 2026-02-16', '2026-01-30 null'],
    ]);
    const ids = new Set(orders.map(({ id }) => id));
    const items = side.records.filter(
      ({ object, versions: [first] }) => object === 'OrderItem' && ids.has(String(first?.fields['OrderId'])),
    );
    expect(items.map((record) => courseOf(record, ['Quantity', 'UnitPrice', 'ServiceDate', 'EndDate']))).toEqual([
      ['2025-02-01 84 1097.55 2025-02-16 2026-02-15', '2025-06-24 2025-06-23'],
      ['2025-06-23 97 1097.55 2025-06-24 2026-02-15'],
      ['2026-01-23 97 1204.64 2026-02-16 2027-02-15'],
    ]);
  });
});
