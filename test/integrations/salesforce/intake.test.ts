import { describe, expect, it, vi } from 'vitest';
import { Dirty } from '../../../functions/integrations/salesforce/dirty.ts';
import { syncMarks } from '../../../functions/integrations/salesforce/sync-store.ts';
import { companyConfig } from '../../../functions/platform/config.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import { agreementIn, counts, factsOf, relayAll, syncAndRead, useOrg } from './org.ts';

vi.mock('../../../functions/integrations/salesforce/accounts.ts', async (original) => {
  const real = await original<typeof import('../../../functions/integrations/salesforce/accounts.ts')>();
  return {
    ...real,
    customerFact: (...[record, context]: Parameters<typeof real.customerFact>) => {
      if (record['Name'] === 'A bug') throw new Error('nobody thought of this');
      return real.customerFact(record, context);
    },
  };
});

const aws = useFakeAws();
const table = useDynamoDB();
const running = useOrg(aws, table);

/** Loaded once the environment is there. */
const load = async () => ({
  ...(await import('../../../functions/integrations/salesforce/changes.ts')),
  ...(await import('../../../functions/integrations/salesforce/intake.ts')),
  ...(await import('../../../functions/integrations/salesforce/org-reading.ts')),
});

/** The org, with more records than a query gives where the query says so. */
const orgWhere = async (isTooMuch: (soql: string) => boolean) => {
  const { openOrg } = await load();
  const [config] = companyConfig().salesforce;
  if (config === undefined) throw new Error('no org is configured');
  const org = openOrg(config, () => 60_000);
  const asked: string[] = [];
  const query: typeof org.reader.query = async (soql, options) => {
    asked.push(soql);
    return isTooMuch(soql) ? { kind: 'refused', code: 'TOO_MANY_RECORDS' } : org.reader.query(soql, options);
  };
  return { org: { ...org, reader: { query } }, asked };
};

describe('what an intake reads', () => {
  it('is halved until it is no more than a query gives', async () => {
    const agreements = Array.from({ length: 3 }, () => agreementIn(running.salesforce.org));
    const dirty = new Dirty();
    for (const [place, { contractId }] of agreements.entries()) dirty.mark('Contract', contractId, [place]);
    const { org, asked } = await orgWhere((soql) => soql.includes('FROM OrderItem') && (soql.match(/'801/g)?.length ?? 0) > 1);
    const { takeIn } = await load();
    const taken = await takeIn(dirty, org);
    expect([...taken.outcomes.values()]).toEqual(['recorded', 'recorded', 'recorded']);
    for (const { contractId } of agreements) expect(await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).toHaveLength(1);
    // All three; two, which are one and one; and one.
    expect(asked.filter((soql) => soql.includes('FROM OrderItem'))).toHaveLength(5);
  });

  it('is everything, by the next sync, where more belongs to a changed product than a query gives', async () => {
    const { productId, contractId } = agreementIn(running.salesforce.org, Date.now() - 86_400_000);
    await syncAndRead(aws);
    running.salesforce.org.update('Product2', productId, { Stripe_Product_Id__c: 'prod_Other' }, { at: Date.now() - 3_600_000 });
    const dirty = new Dirty();
    dirty.mark('Product2', productId, [0]);
    const { org } = await orgWhere((soql) => soql.includes('Product2Id IN'));
    const { takeIn, noteTakenIn } = await load();
    const taken = await takeIn(dirty, org);
    expect(taken.widened).toEqual(['Contract', 'Order', 'Opportunity']);
    await noteTakenIn('main', taken);
    expect((await syncMarks('main'))('Contract')).toMatchObject({ wantedSinceMs: 0 });
    await syncAndRead(aws);
    expect((await factsOf('SubscriptionRecorded', 'subscriptionId', contractId)).at(-1)).toMatchObject({
      lines: [{ productId: 'prod_Other' }],
    });
  });

  it('fails alone where a bug of ours is in its way, and is delivered again', async () => {
    const { org } = running.salesforce;
    org.create('Account', { Name: 'A bug' });
    const accountId = org.create('Account', { Name: 'Sample Labs' });
    expect(await relayAll(running)).toHaveLength(1);
    expect(await factsOf('CustomerRecorded', 'customerId', accountId)).toHaveLength(1);
    expect(await counts()).toMatchObject({ recorded: 1, failed: 1 });
  });
});
