import { describe, expect, it } from 'vitest';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import type { Json } from '../samples.ts';
import { agreementIn, counts, facts, factsOf, parked, readSynced, relayAll, syncAndRead, takeInBodies, useOrg } from './org.ts';

const aws = useFakeAws();
const table = useDynamoDB();
const running = useOrg(aws, table);

const agreement = (contractId: string) => factsOf('SubscriptionRecorded', 'subscriptionId', contractId);
const quantities = (fact: Json): readonly string[] => (fact['lines'] as readonly { quantity: string }[]).map(({ quantity }) => quantity);
const queries = (): readonly string[] =>
  running.salesforce.requests.map(({ path }) => decodeURIComponent(path)).filter((path) => path.includes('/query'));

/** The relayed events that wait, as the bodies of queue messages. */
const told = (): readonly string[] => running.salesforce.relay.take().map(({ text }) => text);
const inAnotherEnvelope = (body: string): string => body.replace(/"id":"[0-9a-f-]+"/, '"id":"11111111-2222-3333-4444-555555555555"');

describe('a change that the relay tells', () => {
  it('ends as a fact: of an account about a customer, of a contract about what was signed', async () => {
    const { accountId, contractId, itemId } = agreementIn(running.salesforce.org);
    expect(await relayAll(running)).toEqual([]);
    expect(await facts()).toMatchObject([
      { event: 'CustomerRecorded', customerId: accountId, name: 'Sample Labs', attributes: { segment: 'Enterprise', fortune500: 'yes' } },
      {
        event: 'SubscriptionRecorded',
        subscriptionId: contractId,
        customerId: accountId,
        evidence: 'signed',
        status: 'active',
        bookedOn: '2026-01-15',
        // 20 seats at $540 a year
        lines: [
          {
            lineId: itemId,
            quantity: '20',
            pricing: { model: 'per-unit', unitMinor: '54000' },
            startsOn: '2026-02-01',
            endsOn: '2027-02-01',
          },
        ],
      },
    ]);
    // The product was told of too, and belongs to the same agreement.
    expect(await counts()).toMatchObject({ recorded: 5, failed: 0, parked: 0 });
  });

  it('of ten records of one agreement is one reading of it', async () => {
    const { org } = running.salesforce;
    const { contractId, orderId, itemId } = agreementIn(org);
    await relayAll(running);
    const before = queries().length;
    for (const quantity of [21, 22, 23, 24, 25, 26]) org.update('OrderItem', itemId, { Quantity: quantity });
    org.update('Order', orderId, { PoNumber: '7' });
    org.update('Contract', contractId, { Description: 'seen' });
    expect(await relayAll(running)).toEqual([]);
    expect((await agreement(contractId)).map(quantities)).toEqual([['20'], ['26']]);
    // To which order, to which contract; then contract, orders by contract and by own id (and what reduces it), items, products.
    expect(queries().slice(before)).toHaveLength(8);
  });

  it('is taken in once, however often it is delivered: in one batch, in the next, in a new envelope [B1]', async () => {
    const { contractId } = agreementIn(running.salesforce.org);
    const bodies = told();
    expect(await takeInBodies([...bodies, ...bodies])).toEqual([]);
    expect(await takeInBodies(bodies)).toEqual([]);
    expect(await takeInBodies(bodies.map(inAnotherEnvelope))).toEqual([]);
    expect(await agreement(contractId)).toHaveLength(1);
    expect(await facts()).toHaveLength(2);
    expect(await counts()).toMatchObject({ recorded: 5, duplicate: 10 });
  });

  it('that names a field and leaves it out, or several records, is read where it is true [C16]', async () => {
    const { org } = running.salesforce;
    const ids = ['One', 'Two', 'Three'].map((Name) => org.create('Account', { Name }));
    await relayAll(running);
    org.update('Account', ids, { Segment__c: 'Mid-Market' }, { omitted: ['Segment__c'] });
    expect(running.salesforce.org.commits.at(-1)?.changes).toHaveLength(3);
    expect(await relayAll(running)).toEqual([]);
    for (const id of ids)
      expect((await factsOf('CustomerRecorded', 'customerId', id)).at(-1)).toMatchObject({ attributes: { segment: 'Mid-Market' } });
  });

  it('does not depend on numbers that a double cannot hold: two commits that differ in the last digit are two [C14]', async () => {
    const { org } = running.salesforce;
    const accountId = org.create('Account', { Name: 'First' });
    org.update('Account', accountId, { Name: 'Second' });
    // Spelled out: whether two commits of one run lie so close depends on the millisecond.
    const numbers = ['1795437375493000001', '1795437375493000002'];
    const bodies = told().map((body, i) => body.replace(/"commitNumber":\d+/, `"commitNumber":${numbers[i]}`));
    expect(Number(numbers[0])).toBe(Number(numbers[1]));
    expect(bodies.map((body) => /"commitNumber":(\d+)/.exec(body)?.[1])).toEqual(numbers);
    expect(await takeInBodies(bodies)).toEqual([]);
    expect(await counts()).toMatchObject({ recorded: 2, duplicate: 0 });
  });

  it('of a transaction makes the same fact in any order, with parts of it lost, and with holes in its numbers [D6]', async () => {
    const { org } = running.salesforce;
    const { contractId, orderId, itemId } = agreementIn(org);
    await relayAll(running);
    org.commit([
      { kind: 'update', type: 'Contract', id: contractId, fields: { CompanySignedDate: '2026-01-20' } },
      { kind: 'update', type: 'Order', id: orderId, fields: { PoNumber: '8' } },
      { kind: 'update', type: 'OrderItem', id: itemId, fields: { Quantity: 30 } },
    ]);
    const bodies = told();
    expect(bodies).toHaveLength(3);
    const seen: string[] = [];
    for (const some of [bodies.slice(2), [...bodies].reverse(), bodies.slice(1, 2), bodies]) {
      expect(await takeInBodies(some)).toEqual([]);
      const all = await agreement(contractId);
      expect(all).toHaveLength(2);
      expect(all[1]).toMatchObject({ bookedOn: '2026-01-20', lines: [{ quantity: '30' }] });
      seen.push(JSON.stringify(all));
    }
    expect(new Set(seen).size).toBe(1);
  });

  it('of an order item, an order, a product or a line of an opportunity leads to what it belongs to', async () => {
    const { org } = running.salesforce;
    const { accountId, contractId, productId, itemId, orderId } = agreementIn(org);
    const opportunityId = org.create('Opportunity', {
      AccountId: accountId,
      Name: 'More',
      StageName: 'Prospecting',
      CloseDate: '2026-09-30',
    });
    await relayAll(running);
    const steps: readonly (() => void)[] = [
      () => org.update('OrderItem', itemId, { Quantity: 21 }),
      () => org.update('Order', orderId, { EndDate: '2026-12-31' }),
      () => org.update('Product2', productId, { Stripe_Product_Id__c: 'prod_Other' }),
    ];
    for (const [i, step] of steps.entries()) {
      step();
      expect(await relayAll(running)).toEqual([]);
      expect(await agreement(contractId)).toHaveLength(2 + i);
    }
    expect((await agreement(contractId)).at(-1)).toMatchObject({
      lines: [{ quantity: '21', productId: 'prod_Other', endsOn: '2027-01-01' }],
    });
    org.create('OpportunityLineItem', {
      OpportunityId: opportunityId,
      Product2Id: productId,
      Quantity: 2,
      UnitPrice: 500,
      TotalPrice: 1000,
    });
    expect(await relayAll(running)).toEqual([]);
    expect((await factsOf('OpportunityRecorded', 'opportunityId', opportunityId)).at(-1)).toMatchObject({
      products: [{ productId: 'prod_Other', quantity: '2', amountMinor: '100000' }],
    });
  });

  it('takes an order without a contract for an agreement, and takes that back when it has got one', async () => {
    const { org } = running.salesforce;
    const { accountId, contractId } = agreementIn(org);
    const draft = { AccountId: accountId, Status: 'Draft', StatusCode: 'Draft', EffectiveDate: '2026-03-01', IsReductionOrder: false };
    const orderId = org.create('Order', draft);
    await relayAll(running);
    expect(await agreement(orderId)).toMatchObject([{ evidence: 'claimed', status: 'active' }]);
    org.update('Order', orderId, { ContractId: contractId });
    await relayAll(running);
    expect(await agreement(orderId)).toMatchObject([{ status: 'active' }, { status: 'canceled', lines: [] }]);
    // An order that had a contract from the beginning was never one itself.
    expect((await facts()).filter(({ subscriptionId }) => String(subscriptionId).startsWith('801'))).toHaveLength(2);
  });

  it('of a won opportunity is a claim, which ends when a contract comes of it', async () => {
    const { org } = running.salesforce;
    const { accountId, contractId } = agreementIn(org);
    const deal = { AccountId: accountId, Name: 'More', StageName: 'Prospecting', CloseDate: '2026-09-30', Amount: 1000 };
    const opportunityId = org.create('Opportunity', deal);
    await relayAll(running);
    expect(await agreement(opportunityId)).toEqual([]);
    org.update('Opportunity', opportunityId, { StageName: 'Closed Won' });
    await relayAll(running);
    expect(await agreement(opportunityId)).toMatchObject([{ evidence: 'claimed', status: 'active' }]);
    org.update('Opportunity', opportunityId, { ContractId: contractId });
    await relayAll(running);
    expect(await agreement(opportunityId)).toMatchObject([{ status: 'active' }, { evidence: 'claimed', status: 'canceled', lines: [] }]);
    expect(await factsOf('OpportunityRecorded', 'opportunityId', opportunityId)).toHaveLength(3);
  });

  it('of a deletion, and of its undoing, is read from the recycle bin', async () => {
    const { org } = running.salesforce;
    const { contractId } = agreementIn(org);
    await relayAll(running);
    org.remove('Contract', contractId);
    await relayAll(running);
    org.undelete('Contract', contractId);
    await relayAll(running);
    expect((await agreement(contractId)).map(({ status }) => status)).toEqual(['active', 'canceled', 'active']);
  });
});

describe('a reading of the same time that says something else', () => {
  it('takes the place of the one before: it is numbered, and sorts behind it', async () => {
    const { contractId } = agreementIn(running.salesforce.org);
    const bodies = told();
    await takeInBodies(bodies);
    for (const prices of ['per-month', 'per-year', 'per-month'] as const) {
      // Nothing has changed in the org, so the new readings bear the same time.
      running.configure({ prices });
      expect(await takeInBodies(bodies)).toEqual([]);
      expect(await takeInBodies(bodies)).toEqual([]);
    }
    const all = await agreement(contractId);
    expect(all.map(({ lines }) => (lines as readonly { interval: string }[])[0]?.interval)).toEqual(['year', 'month', 'year', 'month']);
    expect(new Set(all.map(({ provenance }) => (provenance as { observedAt: number }).observedAt)).size).toBe(1);
    const ids = all.map(({ provenance }) => (provenance as { eventId: string }).eventId);
    expect(ids.map((id) => id.replace(/^read:\w+:\d+/, '').replace(/:\w+$/, ''))).toEqual(['', '~0001', '~0002', '~0003']);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('an event that says nothing to read', () => {
  it('because it is our own write, is dropped and counted [B14]', async () => {
    const { org } = running.salesforce;
    const { contractId } = agreementIn(org);
    await relayAll(running);
    const before = running.salesforce.requests.length;
    org.update('Contract', contractId, { Stripe_Subscription_Id__c: 'sub_Sample' }, { client: 'ascent' });
    expect(await relayAll(running)).toEqual([]);
    expect(running.salesforce.requests).toHaveLength(before);
    expect(await counts()).toMatchObject({ recorded: 5, dropped: 1 });
    // Another client's write is news.
    org.update('Contract', contractId, { Stripe_Subscription_Id__c: 'sub_Other' }, { client: 'billing' });
    await relayAll(running);
    expect((await agreement(contractId)).at(-1)).toMatchObject({ billedBy: [{ subscriptionId: 'sub_Other' }] });
  });

  it('because nobody reads its object, is dropped and counted, and asks the org nothing', async () => {
    const event = (entityName: string, id: string): string =>
      onBus(`${entityName}ChangeEvent`, {
        entityName,
        recordIds: [id],
        changeType: 'UPDATE',
        transactionKey: id,
        sequenceNumber: 1,
        commitTimestamp: 1_793_375_999_000,
      });
    expect(await takeInBodies([event('Lead', '00QHs00001SMPLOIA3'), event('Invoice__c', 'a00Hs00001SMPLOIA3')])).toEqual([]);
    expect(await counts()).toMatchObject({ dropped: 2, parked: 0 });
    expect(await parked()).toEqual([]);
    expect(running.salesforce.requests).toEqual([]);
  });
});

const onBus = (detailType: string, header: Json, source = running.salesforce.relay.source): string =>
  JSON.stringify({
    version: '0',
    id: '66666666-2222-3333-4444-555555555555',
    'detail-type': detailType,
    source,
    account: '111122223333',
    time: '2026-10-30T15:59:59Z',
    region: 'us-east-1',
    resources: [],
    detail: { payload: { ChangeEventHeader: header } },
  });

describe('a gap', () => {
  it('of one record is read like any change; of a prefix or an overflow, the sync reads what was changed [C15]', async () => {
    const { org, relay } = running.salesforce;
    const { contractId, accountId } = agreementIn(org);
    await syncAndRead(aws);
    await relayAll(running);
    org.update('Contract', contractId, { CompanySignedDate: '2026-01-16' }, { delivery: 'gap' });
    expect(await relayAll(running)).toEqual([]);
    expect((await agreement(contractId)).at(-1)).toMatchObject({ bookedOn: '2026-01-16' });

    org.update('Contract', contractId, { CompanySignedDate: '2026-01-17' }, { delivery: 'lost' });
    relay.gap('Contract', 'UPDATE', 'all');
    expect(await relayAll(running)).toEqual([]);
    expect((await agreement(contractId)).at(-1)).toMatchObject({ bookedOn: '2026-01-16' });
    await syncAndRead(aws);
    expect((await agreement(contractId)).at(-1)).toMatchObject({ bookedOn: '2026-01-17' });

    org.remove('Account', accountId, { delivery: 'lost' });
    relay.overflow('Account');
    expect(await relayAll(running)).toEqual([]);
    await syncAndRead(aws);
    expect((await factsOf('CustomerRecorded', 'customerId', accountId)).at(-1)).toMatchObject({ deleted: true });
    // Once read, nothing is wanted any more.
    await syncAndRead(aws);
    expect(await readSynced(aws)).toEqual([]);
  });
});
