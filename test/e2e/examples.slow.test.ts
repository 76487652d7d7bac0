import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod/mini';
import { company } from '../../ascent.config.ts';
import type { arrCustomer } from '../../functions/arr/answers.ts';
import { arrRoutes } from '../../functions/arr/routes.ts';
import { defineCompany } from '../../functions/platform/config.ts';
import type { Org } from '../../local/salesforce/org.ts';
import { accountIn, contractIn, meteredPrice, orderIn, subscribed, usedAndBilled } from './deals.ts';
import { useWholeStack } from './stack.ts';

const SOURCE = 'aws.partner/salesforce.com/00DHs000000SMPLMAM/0YLHs0000000SMPAA0';
const [first] = company.salesforce;
if (first === undefined) throw new Error('the example has no Salesforce');
/** An org of several currencies, so each record says its own. */
const { currency: _, ...several } = first;
const config = defineCompany({
  ...company,
  salesforce: [{ ...several, partnerEventSource: SOURCE, organizationId: '00DHs000000SMPLMAM' }],
});
const whole = useWholeStack({ clockAt: '2026-11-05T08:00:00Z', config });

type Customer = z.infer<typeof arrCustomer>;

const org = (): Org => {
  const found = whole.salesforce.orgs.get('main');
  if (found === undefined) throw new Error('no org stands in');
  return found.org;
};
/** The org's relay tells what people did there. */
const relayed = async (): Promise<void> => {
  await whole.salesforce.relay(whole.stack);
  await whole.stack.idle();
};
const billed = async (...events: readonly object[]): Promise<void> => {
  for (const event of events) expect((await whole.postWebhook(event)).status).toBe(200);
  await whole.stack.idle();
};
const customerOn = async (customerId: string, on: string): Promise<Customer> => {
  const { status, body } = await whole.api<Customer>(`/api/v1/arr/customers/${customerId}?on=${on}`);
  expect([status, arrRoutes.getArrCustomer.response.safeParse(body)]).toMatchObject([200, { success: true }]);
  return body;
};
/** Net movements of a customer until the end of 2028, by day and cause, in whole dollars at plan rates. */
const moved = async (customerId: string): Promise<string[]> => {
  const { body } = await whole.api<{ items: Customer['movements'] }>(
    `/api/v1/arr/movements?customerId=${customerId}&to=2028-12-31&limit=200`,
  );
  const sums = new Map<string, bigint>();
  for (const { effectiveOn, cause, lines } of body.items) {
    const name = `${effectiveOn} ${cause}`;
    sums.set(
      name,
      lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), sums.get(name) ?? 0n),
    );
  }
  return [...sums].flatMap(([name, sum]) => (sum === 0n ? [] : [`${name} ${sum / 100n}`])).toSorted();
};
const movementsOf = async (customerId: string): Promise<number> => (await customerOn(customerId, '2026-11-05')).movements.length;

const tokenOf = async (subject: string): Promise<string> => {
  const { body } = await whole.api<{ access_token: string }>('/local/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roles: ['finance'], subject }),
  });
  return body.access_token;
};
const post = async <T>(path: string, subject: string, body?: object): Promise<{ status: number; body: T }> =>
  whole.api<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(subject)}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  const rates = [
    { base: 'EUR', quote: 'USD', type: 'plan', on: '2025-01-01', rate: '1.10', source: 'treasury' },
    { base: 'EUR', quote: 'USD', type: 'plan', on: '2026-09-01', rate: '1.15', source: 'treasury' },
  ];
  const headers = { 'content-type': 'application/json' };
  expect((await whole.api('/api/v1/fx/rates', { method: 'PUT', headers, body: JSON.stringify({ rates }) })).status).toBe(200);
  await whole.stack.idle();
});

describe('ARR when Stripe and Salesforce both speak', () => {
  it('1: a contract of three years and the subscription that carries its id are one line', async () => {
    const accountId = accountIn(org(), 'One');
    const contractId = contractIn(org(), {
      accountId,
      number: '00001001',
      currency: 'USD',
      signedOn: '2026-01-15',
      items: [{ quantity: 1, price: 1_200_000, startsOn: '2026-02-01', endsOn: '2029-02-01' }],
    });
    await relayed();
    const id = `salesforce.main.${accountId}`;
    const booked = await customerOn(id, '2026-01-15');
    expect(booked).toMatchObject({ arrMinor: '0', contracted: { carr: { planMinor: '120000000' }, tcv: { planMinor: '360000000' } } });
    expect(await moved(id)).toEqual(['2026-02-01 new 1200000']);
    const before = await movementsOf(id);

    await billed(
      subscribed({
        subscriptionId: 'sub_one',
        customerId: 'cus_one',
        startsOn: '2026-02-03',
        quantity: 1,
        price: 1_200_000,
        contract: contractId,
      }),
    );
    expect(await moved(id)).toEqual(['2026-02-01 new 1200000']);
    // Stripe adds nothing, not even movements that cancel out.
    expect(await movementsOf(id)).toBe(before);
    const live = await customerOn('stripe.main.cus_one', '2026-02-05');
    expect(live).toMatchObject({
      customerId: id,
      arrMinor: '120000000',
      billed: { runRate: { planMinor: '120000000' } },
      differences: [],
      identity: {
        links: [{ customers: [id, 'stripe.main.cus_one'], by: 'agreement', id: contractId }],
        pairs: [{ agreementId: contractId, subscriptionId: 'sub_one', by: 'key' }],
      },
    });
  });

  it('2: a ramp is live step by step, and contracted as a whole', async () => {
    const accountId = accountIn(org(), 'Two');
    contractIn(org(), {
      accountId,
      number: '00001002',
      currency: 'USD',
      signedOn: '2026-01-15',
      items: [
        { quantity: 1, price: 600_000, startsOn: '2026-02-01', endsOn: '2027-02-01' },
        { quantity: 1, price: 900_000, startsOn: '2027-02-01', endsOn: '2028-02-01' },
        { quantity: 1, price: 1_200_000, startsOn: '2028-02-01', endsOn: '2029-02-01' },
      ],
    });
    await relayed();
    const id = `salesforce.main.${accountId}`;
    expect(await customerOn(id, '2026-03-01')).toMatchObject({
      arrMinor: '60000000',
      contracted: { carr: { planMinor: '120000000' }, tcv: { planMinor: '270000000' } },
    });
    expect(await moved(id)).toEqual(['2026-02-01 new 600000', '2027-02-01 contracted-step 300000', '2028-02-01 contracted-step 300000']);
  });

  it('3: what is won and not signed is shown apart; signed, and ruled to be one, history is restated', async () => {
    const accountId = accountIn(org(), 'Three', { Stripe_Customer_Id__c: 'cus_three' });
    const opportunityId = org().create(
      'Opportunity',
      {
        AccountId: accountId,
        Name: 'Three',
        StageName: 'Closed Won',
        CloseDate: '2026-02-20',
        IsClosed: true,
        IsWon: true,
        ForecastCategory: 'Closed',
        Amount: 300_000,
        CurrencyIsoCode: 'USD',
      },
      { at: Date.parse('2026-02-20T12:00:00Z') },
    );
    await relayed();
    await billed(subscribed({ subscriptionId: 'sub_three', customerId: 'cus_three', startsOn: '2026-03-05', quantity: 1, price: 285_000 }));
    const id = `salesforce.main.${accountId}`;
    expect(await moved(id)).toEqual(['2026-03-05 new 285000']);
    expect(await customerOn(id, '2026-03-31')).toMatchObject({
      arrMinor: '28500000',
      unsigned: { annual: { planMinor: '30000000' }, bookings: [{ subscriptionId: opportunityId, ageDays: 39 }] },
    });

    const contractId = contractIn(org(), {
      accountId,
      number: '00001003',
      currency: 'USD',
      signedOn: '2026-04-01',
      items: [{ quantity: 1, price: 300_000, startsOn: '2026-03-01', endsOn: '2027-03-01' }],
    });
    org().update('Opportunity', opportunityId, { ContractId: contractId }, { at: Date.parse('2026-04-01T12:00:01Z') });
    await relayed();
    // 5% apart and no key: it may be one, and until two people say so only what is billed counts.
    expect(await moved(id)).toEqual(['2026-03-05 new 285000']);
    expect(await customerOn(id, '2026-04-30')).toMatchObject({
      arrMinor: '28500000',
      possibleDuplicates: [{ signed: { subscriptionId: contractId, amountMinor: '30000000' }, billed: { subscriptionId: 'sub_three' } }],
    });

    const ruling = { kind: 'pair', customerId: id, agreementId: contractId, subscriptionId: 'sub_three', isSame: true };
    const proposed = await post<{ rulingId: string }>('/api/v1/arr/rulings', 'ann', { ruling, reason: 'One deal, by its order form' });
    const path = `/api/v1/arr/rulings/${proposed.body.rulingId}/approve`;
    expect((await post(path, 'ann')).status).toBe(403);
    expect((await post(path, 'bob')).status).toBe(200);
    await whole.stack.idle();
    expect((await moved(id)).filter((one) => one < '2027')).toEqual(['2026-03-01 new 300000']);
    expect(await customerOn(id, '2026-04-30')).toMatchObject({
      arrMinor: '30000000',
      unsigned: { bookings: [] },
      possibleDuplicates: [],
      identity: { pairs: [{ agreementId: contractId, subscriptionId: 'sub_three', by: 'by-hand' }] },
      differences: [{ difference: { amountMinor: '-1500000' }, parts: [{ kind: 'price', amountMinor: '-1500000' }] }],
    });
  });

  it('4: billing that lacks the discount is a difference to reconcile, and no ARR', async () => {
    const accountId = accountIn(org(), 'Four');
    const contractId = contractIn(org(), {
      accountId,
      number: '00001004',
      currency: 'USD',
      signedOn: '2026-01-15',
      items: [{ quantity: 10_000, price: 108, listPrice: 120, startsOn: '2026-02-01', endsOn: '2027-02-01' }],
    });
    await relayed();
    await billed(
      subscribed({
        subscriptionId: 'sub_four',
        customerId: 'cus_four',
        startsOn: '2026-02-01',
        quantity: 10_000,
        price: 120,
        contract: contractId,
      }),
    );
    const id = `salesforce.main.${accountId}`;
    expect((await moved(id)).filter((one) => one < '2027')).toEqual(['2026-02-01 new 1080000']);
    expect(await customerOn(id, '2026-03-01')).toMatchObject({
      arrMinor: '108000000',
      billed: { runRate: { planMinor: '120000000' } },
      differences: [{ difference: { amountMinor: '12000000' }, parts: [{ kind: 'discount', amountMinor: '12000000' }] }],
    });
  });

  it('5: a commitment is ARR; what is used beyond it is a run-rate beside', async () => {
    const accountId = accountIn(org(), 'Five');
    const contractId = contractIn(org(), {
      accountId,
      number: '00001005',
      currency: 'USD',
      signedOn: '2026-01-15',
      items: [{ quantity: 1, price: 240_000, startsOn: '2026-02-01', endsOn: '2027-02-01' }],
    });
    await relayed();
    const five = { subscriptionId: 'sub_five', customerId: 'cus_five' };
    whole.stripe.put(meteredPrice('sub_five'));
    await billed(
      subscribed({ ...five, startsOn: '2026-02-01', quantity: 1, price: 240_000, contract: contractId, metered: true }),
      usedAndBilled(five, '2026-08-31', 18_000),
      usedAndBilled(five, '2026-09-30', 12_000),
      usedAndBilled(five, '2026-10-31', 15_000),
    );
    const id = `salesforce.main.${accountId}`;
    expect((await moved(id)).filter((one) => one < '2027')).toEqual(['2026-02-01 new 240000']);
    // 18,000 + 12,000 + 15,000 = 45,000 a quarter
    expect(await customerOn(id, '2026-11-05')).toMatchObject({ arrMinor: '24000000', usage: { runRate: { planMinor: '18000000' } } });
  });

  it('6: self-serve seats expand; the amendment that is signed later changes the source and moves nothing', async () => {
    const accountId = accountIn(org(), 'Six', { Stripe_Customer_Id__c: 'cus_six' });
    const deal = { accountId, number: '00001006', currency: 'EUR', signedOn: '2025-12-15' };
    const contractId = contractIn(org(), {
      ...deal,
      items: [{ quantity: 1, price: 500_000, startsOn: '2026-01-01', endsOn: '2027-01-01' }],
    });
    await relayed();
    await billed(
      subscribed({ subscriptionId: 'sub_six', customerId: 'cus_six', startsOn: '2026-06-01', quantity: 100, price: 600, currency: 'eur' }),
    );
    const id = `salesforce.main.${accountId}`;
    // €500,000 and €60,000 at 1.10; €560,000 × 0.05 when the plan rate becomes 1.15
    const expected = ['2026-01-01 new 550000', '2026-06-01 expansion 66000', '2026-09-01 fx 28000'];
    expect((await moved(id)).filter((one) => one < '2027')).toEqual(expected);
    const before = await movementsOf(id);
    expect((await customerOn(id, '2026-06-10')).lines.map(({ system, amountMinor }) => `${system} ${amountMinor}`)).toEqual([
      'salesforce 50000000',
      'stripe 6000000',
    ]);

    orderIn(org(), contractId, {
      ...deal,
      number: '00001006A',
      signedOn: '2026-06-20',
      items: [{ quantity: 100, price: 600, startsOn: '2026-06-01', endsOn: '2027-01-01' }],
    });
    await relayed();
    expect((await moved(id)).filter((one) => one < '2027')).toEqual(expected);
    expect(await movementsOf(id)).toBe(before);
    const after = await customerOn(id, '2026-06-30');
    expect(after.arrMinor).toBe('61600000');
    expect(after.lines.map(({ system, amountMinor }) => `${system} ${amountMinor}`)).toEqual(['salesforce 50000000', 'salesforce 6000000']);
    expect((await customerOn(id, '2026-11-05')).arrMinor).toBe('64400000');
  });
});
