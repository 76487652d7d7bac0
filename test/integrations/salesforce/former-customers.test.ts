import { describe, expect, it } from 'vitest';
import { agreementFact } from '../../../functions/integrations/salesforce/agreements.ts';
import { departuresIn, type Holding } from '../../../functions/integrations/salesforce/former-customers.ts';
import { factWrite } from '../../../functions/integrations/salesforce/record.ts';
import { takeFromFormer } from '../../../functions/integrations/salesforce/take-from.ts';
import type { Told } from '../../../functions/integrations/salesforce/told.ts';
import { commit } from '../../../functions/platform/table.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import type { Json } from '../samples.ts';
import { agreementIn, counts, factsOf, relayAll, syncAndRead, useOrg } from './org.ts';
import { contextWith, contract } from './records.ts';

const aws = useFakeAws();
const table = useDynamoDB();
const running = useOrg(aws, table);

const reading = (customerId: string, second: number): Holding => ({
  observedAt: second,
  eventId: `read:800:${second}000:abc`,
  eventType: 'Contract.read',
  customerId,
});
const left = (readings: readonly Holding[]): readonly string[] =>
  departuresIn(readings).map(({ customerId, shownBy }) => `${customerId} at ${shownBy.observedAt}`);

describe('former customers of an agreement', () => {
  it('are those that the newest reading does not name, each left with the first reading behind its last one', () => {
    expect(left([])).toEqual([]);
    expect(left([reading('A', 1), reading('A', 2)])).toEqual([]);
    expect(left([reading('A', 1), reading('A', 2), reading('B', 3), reading('B', 4)])).toEqual(['A at 3']);
    expect(left([reading('A', 1), reading('B', 2), reading('C', 3)])).toEqual(['A at 2', 'B at 3']);
    expect(left([reading('A', 1), reading('B', 2), reading('A', 3)])).toEqual(['B at 3']);
  });
});

/** Facts of one agreement: of whom, in which state, with how many lines; oldest first as ARR orders them. */
const told = async (agreementId: string): Promise<readonly string[]> => {
  const idOf = ({ provenance }: Json): string => (provenance as { readonly eventId: string }).eventId;
  const all = await factsOf('SubscriptionRecorded', 'subscriptionId', agreementId);
  return [...all]
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
    .map(({ customerId, status, lines }) => `${customerId} ${status} ${(lines as unknown[]).length}`);
};

/** A reading of the contract with this account and time, by another function. */
const readElsewhere = (contractId: string, accountId: string, at: string, change: Json = {}, currency = 'USD'): Told => {
  const records = { orders: [], items: [], products: [], sellingModels: [] };
  const mapped = agreementFact(
    { ...records, agreementId: contractId, contract: contract({ Id: contractId, AccountId: accountId, SystemModstamp: at, ...change }) },
    contextWith({ currency }),
  );
  if (!mapped.ok) throw new Error(mapped.problem.detail);
  return { kind: 'subscription', objectId: contractId, ...mapped.value };
};

/** It is recorded, and nothing else is done. */
const recorded = async (told: Told): Promise<void> => {
  expect(await commit([factWrite(told, '2026-11-05T00:00:00.000Z')])).toMatchObject({ ok: true });
};
const recordedElsewhere = (contractId: string, accountId: string, at: string): Promise<void> =>
  recorded(readElsewhere(contractId, accountId, at));

describe('an agreement that changes its account', () => {
  it('is taken from the account before: one canceled fact without lines, however often it is read', async () => {
    const { org } = running.salesforce;
    const { accountId, contractId } = agreementIn(org);
    const other = org.create('Account', { Name: 'Other Labs' });
    await relayAll(running);
    org.update('Contract', contractId, { AccountId: other });
    expect(await relayAll(running)).toEqual([]);
    const once = [`${accountId} active 1`, `${other} active 1`, `${accountId} canceled 0`];
    expect(await told(contractId)).toEqual(once);
    const [taken] = (await factsOf('SubscriptionRecorded', 'customerId', accountId)).filter(({ status }) => status === 'canceled');
    // No key may tie the former customer to what bills the agreement now.
    expect(taken).not.toHaveProperty('agreementIds');
    expect(taken).not.toHaveProperty('billedBy');
    await syncAndRead(aws);
    expect(await told(contractId)).toEqual(once);
    org.update('Contract', contractId, { Description: 'seen' });
    await relayAll(running);
    expect((await told(contractId)).filter((one) => one.endsWith('canceled 0'))).toEqual([`${accountId} canceled 0`]);
    expect(await counts()).toMatchObject({ failed: 0, parked: 0 });
  });

  it('and comes back, ends where it is: the newest fact of each says so', async () => {
    const { org } = running.salesforce;
    const { accountId, contractId } = agreementIn(org);
    const other = org.create('Account', { Name: 'Other Labs' });
    await relayAll(running);
    for (const AccountId of [other, accountId]) {
      org.update('Contract', contractId, { AccountId });
      await relayAll(running);
    }
    const newestOf = async (id: string) => (await told(contractId)).filter((one) => one.startsWith(id)).at(-1);
    expect(await newestOf(accountId)).toBe(`${accountId} active 1`);
    expect(await newestOf(other)).toBe(`${other} canceled 0`);
  });

  it('is taken from an account whose reading is recorded after the one that shows the other', async () => {
    const { org } = running.salesforce;
    const { accountId, contractId } = agreementIn(org);
    await recordedElsewhere(contractId, '001Hs0000OTHERAIA5', '2099-01-01T00:00:00.000+0000');
    expect(await relayAll(running)).toEqual([]);
    expect(await told(contractId)).toEqual([`${accountId} active 1`, '001Hs0000OTHERAIA5 active 0', `${accountId} canceled 0`]);
  });

  it('is taken back with the next reading where a function died right after its commit', async () => {
    const { org } = running.salesforce;
    const { accountId, contractId } = agreementIn(org);
    await recordedElsewhere(contractId, '001Hs0000OTHERAIA5', '2020-01-01T00:00:00.000+0000');
    await recordedElsewhere(contractId, '001Hs0000THIRDAIA5', '2020-01-02T00:00:00.000+0000');
    expect(await told(contractId)).toHaveLength(2);
    expect(await relayAll(running)).toEqual([]);
    expect(await told(contractId)).toEqual([
      '001Hs0000OTHERAIA5 active 0',
      '001Hs0000THIRDAIA5 active 0',
      '001Hs0000OTHERAIA5 canceled 0',
      `${accountId} active 1`,
      '001Hs0000THIRDAIA5 canceled 0',
    ]);
  });

  it('is taken with what the reading says that showed the other account, whichever reading comes first', async () => {
    const contractId = '800Hs00000AAAAAIA5';
    const [accountId, other] = ['001Hs0000FIRSTAIA5', '001Hs0000OTHERAIA5'];
    const readings = [
      readElsewhere(contractId, accountId, '2026-01-01T00:00:00.000+0000', { StartDate: '2026-02-01' }, 'USD'),
      readElsewhere(contractId, other, '2026-01-02T00:00:00.000+0000', { StartDate: '2026-03-01' }, 'EUR'),
      readElsewhere(contractId, other, '2026-01-03T00:00:00.000+0000', { StartDate: '2026-04-01' }, 'GBP'),
    ] as const;
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
    ] as const) {
      await table.another();
      for (const i of order.slice(0, 2)) await recorded(readings[i]);
      // The last one finds what is to be taken back.
      const last = readings[order[2]];
      await recorded(last);
      expect(await takeFromFormer([last], contextWith(), '2026-11-05T00:00:00.000Z')).toBe(true);
      const taken = (await factsOf('SubscriptionRecorded', 'customerId', accountId)).filter(({ status }) => status === 'canceled');
      expect(taken.map(({ currency, startsOn, observedOn }) => ({ currency, startsOn, observedOn }))).toEqual([
        { currency: 'EUR', startsOn: '2026-03-01', observedOn: '2026-01-02' },
      ]);
    }
  });

  it('takes the claim of a won opportunity along', async () => {
    const { org } = running.salesforce;
    const accountId = org.create('Account', { Name: 'Sample Labs' });
    const other = org.create('Account', { Name: 'Other Labs' });
    const deal = { AccountId: accountId, Name: 'More', StageName: 'Prospecting', CloseDate: '2026-09-30', Amount: 1000 };
    const opportunityId = org.create('Opportunity', deal);
    org.update('Opportunity', opportunityId, { StageName: 'Closed Won' });
    await relayAll(running);
    org.update('Opportunity', opportunityId, { AccountId: other });
    await relayAll(running);
    expect(await told(opportunityId)).toEqual([`${accountId} active 1`, `${other} active 1`, `${accountId} canceled 0`]);
  });
});
