import { beforeEach, describe, expect, it } from 'vitest';
import { type Fact, factKeyOf } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { decideAll } from '../../../functions/arr/movements/decide.ts';
import { recordAgain, recordFacts } from '../../../functions/arr/records/record.ts';
import { readBooks, readFacts, readMovements, type StoredBook } from '../../../functions/arr/records/store.ts';
import { addDays } from '../../../functions/platform/calendar.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { agreement, billedYearly, signedLine, usage } from '../agreements.ts';
import { customer, testContext } from '../facts.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
const CUSTOMER = 'stripe.main.cus_1';

beforeEach(async () => {
  await table.another();
  proxy.calls.length = 0;
});

const now = async (): Promise<Context> => testContext;
const record = async (facts: readonly Fact[], on = '2026-11-05'): Promise<ReadonlySet<Fact>> =>
  recordFacts(facts, now, `${on}T12:00:00.000Z`);
/** What is asked of the table while one fact is recorded: operation, whose, and how many items at most. */
const asked = async (fact: Fact, on?: string): Promise<string[]> => {
  proxy.calls.length = 0;
  expect(await record([fact], on)).toEqual(new Set());
  return proxy.calls.map(({ operation, input }) => {
    const pk = input.Item?.['pk']?.S ?? input.ExpressionAttributeValues?.[':pk']?.S ?? input.ExpressionAttributeValues?.[':pk1']?.S;
    return [operation, pk, ...(input.Limit === undefined ? [] : [`limit ${input.Limit}`])].join(' ');
  });
};
const IN_ORDER = [`Query ARR#${CUSTOMER} limit 1`, `PutItem ARR#${CUSTOMER}`];
const WITH_HISTORY = [`Query ARR#${CUSTOMER} limit 1`, `Query ARR#${CUSTOMER}`];

const keys = async (): Promise<string[]> => (await readFacts(CUSTOMER)).facts.map(factKeyOf);
const stored = async (): Promise<StoredBook> => (await readBooks([CUSTOMER])).get(CUSTOMER) as StoredBook;
const told = async (): Promise<string[]> =>
  (await readMovements(CUSTOMER)).map(
    (m) => `${m.effectiveOn} ${m.cause} ${m.lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), 0n)}`,
  );
/** The book knows what all facts tell of usage. */
const isAsDecidedFromAll = async (): Promise<void> => {
  const { facts } = await readFacts(CUSTOMER);
  expect((await stored()).book?.usage).toEqual(decideAll(facts, [], testContext).book.usage);
};

/** The invoice of the day before a day, finalized at its noon. */
const invoice = (day: number): Fact => usage(addDays('2026-03-01', day), addDays('2026-03-02', day), 100 + day);
/** The same invoice, paid within the same second. */
const paid = (day: number): Fact => {
  const at = addDays('2026-03-02', day);
  return usage(addDays('2026-03-01', day), at, 100 + day, { eventId: `paid-${at}`, status: 'paid' });
};

describe('billed usage', () => {
  it('is appended without reading what was recorded before, however much that is', async () => {
    await record([billedYearly('2026-02-01', 12_000)]);
    // 120 invoices a day apart, each by a read of the newest recording alone
    for (let day = 0; day < 120; day += 1) expect(await asked(invoice(day))).toEqual(IN_ORDER);
    expect(await keys()).toHaveLength(121);
    expect(await told()).toEqual(['2026-02-01 new 1200000']);
    expect(await stored()).toMatchObject({ version: 121, book: { usage: { keys: ['stripe/main/usage-2026-06-29/usage'] } } });
    await isAsDecidedFromAll();
    // And what moves ARR goes on as if there were none of it.
    expect(await record([billedYearly('2026-07-01', 15_000, { lifecycle: 'changed' })])).toEqual(new Set());
    expect(await told()).toEqual(['2026-02-01 new 1200000', '2026-07-01 expansion 300000']);
  });

  it('is the first that is known of a customer', async () => {
    const first = await asked(invoice(0));
    expect(first).toEqual([`Query ARR#${CUSTOMER} limit 1`, expect.stringMatching(/^PutItem BOOKS#/), `PutItem ARR#${CUSTOMER}`]);
    expect(await record([billedYearly('2026-02-01', 12_000), customer('2026-02-01', { segment: 'Enterprise' })])).toEqual(new Set());
    expect(await told()).toEqual(['2026-02-01 new 1200000']);
    expect(await keys()).toHaveLength(3);
  });

  it('is recorded once, alone or beside others, within one second or later', async () => {
    await record([billedYearly('2026-02-01', 12_000)]);
    expect(await asked(invoice(0))).toEqual(IN_ORDER);
    expect(await asked(paid(0))).toEqual(IN_ORDER);
    for (const repeated of [[invoice(0)], [paid(0)], [invoice(0), paid(0), invoice(1)], [paid(0), invoice(1), paid(1)], [invoice(0)]])
      expect(await record(repeated)).toEqual(new Set());
    expect((await keys()).filter((key) => key.endsWith('usage'))).toEqual([
      'stripe/main/usage-2026-03-02/usage',
      'stripe/main/paid-2026-03-02/usage',
      'stripe/main/usage-2026-03-03/usage',
      'stripe/main/paid-2026-03-03/usage',
    ]);
    await isAsDecidedFromAll();
  });

  it('that is older than the newest is recorded with all that is known, once', async () => {
    await record([billedYearly('2026-02-01', 12_000), invoice(5)]);
    expect(await asked(invoice(2))).toEqual([...WITH_HISTORY, `PutItem ARR#${CUSTOMER}`]);
    expect(await asked(invoice(2))).toEqual(WITH_HISTORY);
    expect(await keys()).toHaveLength(3);
    expect(await asked(invoice(6))).toEqual(IN_ORDER);
    await isAsDecidedFromAll();
  });

  it('is recorded once by many writers at the same time', async () => {
    await record([billedYearly('2026-02-01', 12_000)]);
    const days = [0, 1, 2, 1, 0, 2];
    expect(await Promise.all(days.map(async (day) => record([invoice(day)])))).toEqual(days.map(() => new Set()));
    expect((await keys()).toSorted()).toEqual([
      'stripe/main/created-2026-02-01/subscription',
      'stripe/main/usage-2026-03-02/usage',
      'stripe/main/usage-2026-03-03/usage',
      'stripe/main/usage-2026-03-04/usage',
    ]);
    await isAsDecidedFromAll();
  });

  it('does not keep a customer from being decided again under other plan rates', async () => {
    await record([billedYearly('2026-02-01', 12_000, { currency: 'GBP' }), invoice(0)]);
    expect(await told()).toEqual(['2026-02-01 new 0']);
    const withPounds: Context = {
      ...testContext,
      rates: { ...testContext.rates, version: 2, factor: () => ({ num: 13n, den: 10n }), changeDays: () => [] },
    };
    expect(await recordFacts([invoice(1)], async () => withPounds, '2026-11-05T12:00:00.000Z')).toEqual(new Set());
    expect(await told()).toEqual(['2026-02-01 new 0', '2026-02-01 new 1560000']); // £12,000 × 1.30
    expect(await recordAgain(CUSTOMER, async () => withPounds, '2026-11-05T12:00:00.000Z')).toBe(true);
    expect(await stored()).toMatchObject({ version: 2 });
  });
});

describe('billed usage beside a signed agreement', () => {
  const signed = (): Fact => agreement('2026-01-15', [signedLine('item', 240_000, '2026-02-01', '2027-02-01')]);

  it('is appended too, and what is to be looked at again stays listed', async () => {
    await record([signed()]);
    const before = await stored();
    expect(before.dueOn).toBe('2027-03-03'); // 1 February and 30 days
    expect(await asked(invoice(0))).toEqual(IN_ORDER);
    expect(await stored()).toMatchObject({ version: 2, dueOn: '2027-03-03', book: { isSettled: true, day: before.book?.day } });
    await isAsDecidedFromAll();
    // Bought beside it, without a key: $12,000 on top of $240,000
    expect(await record([billedYearly('2026-04-01', 12_000)])).toEqual(new Set());
    expect((await told()).slice(0, 2)).toEqual(['2026-02-01 new 24000000', '2026-04-01 expansion 1200000']);
  });

  it('states what is due, as whatever comes does', async () => {
    await record([signed(), invoice(0)]);
    expect((await keys()).filter((key) => key.endsWith('lapse'))).toEqual([]);
    expect(await asked(invoice(1), '2027-03-01')).toEqual(IN_ORDER);
    expect(await asked(invoice(2), '2027-03-04')).toEqual(expect.arrayContaining(WITH_HISTORY));
    expect((await keys()).filter((key) => key.endsWith('lapse'))).toEqual(['ascent/main/lapse:800A:term:2027-02-01/lapse']);
  });
});
