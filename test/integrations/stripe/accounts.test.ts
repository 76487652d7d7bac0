import { afterEach, describe, expect, test } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { contextOf } from '../../../functions/integrations/stripe/company.ts';
import { agreementIdIn, subscriptionKeys } from '../../../functions/integrations/stripe/context.ts';
import { mapCustomer } from '../../../functions/integrations/stripe/customers.ts';
import { mapEvent } from '../../../functions/integrations/stripe/from-stripe.ts';
import { openSourceEvent } from '../../../functions/integrations/stripe/source-event.ts';
import { catalogue, context, type Json, sample } from '../samples.ts';

const salesforce = { ...context, accountInstance: 'crm' };

const customer = (metadata: Json, previous?: Json, by: typeof context = salesforce) => {
  const reading = mapCustomer(
    {
      eventId: 'evt_1',
      eventType: 'customer.updated',
      observedAt: 1_790_849_100,
      object: { id: 'cus_1', object: 'customer', name: 'Kyoto KK', metadata },
      ...(previous === undefined ? {} : { previous }),
      refetched: false,
    },
    by,
  );
  if (reading.kind !== 'read') throw new Error(reading.kind);
  return reading.value;
};

describe('the Salesforce account that a Stripe customer is', () => {
  test.each([
    ['15', '001Hs00003SMPLA'],
    ['18', '001Hs00003SMPLAIA5'],
  ])('is told by its id of %s characters, as that of 18', (_, id) => {
    expect(customer({ salesforce_account_id: id })).toMatchObject({
      fact: { sameAs: [{ system: 'salesforce', instance: 'crm', customerId: '001Hs00003SMPLAIA5' }] },
      warnings: [],
    });
  });

  test('may stand under another key', () => {
    const { instance } = context;
    const metadata = { ...instance.metadata, customer: { attributes: {}, accountId: 'sfdc' } };
    const { fact } = customer({ sfdc: '001Hs00003SMPLA' }, undefined, {
      ...salesforce,
      instance: { ...instance, metadata },
    } as typeof context);
    expect(fact.sameAs).toHaveLength(1);
  });

  test.each(['Kyoto KK', '001', '006Hs00001SMPLOIA3', '001Hs00003SMPL!'])('is left out with a warning where it is %s', (text) => {
    const { fact, warnings } = customer({ salesforce_account_id: text });
    expect(fact.sameAs).toBeUndefined();
    expect(warnings).toEqual([
      'metadata salesforce_account_id is not the id of a Salesforce account (001…, 15 or 18 characters): left out',
    ]);
  });

  test('is of no org where none is configured', () => {
    expect(customer({ salesforce_account_id: '001Hs00003SMPLA' }, undefined, context).fact.sameAs).toBeUndefined();
  });

  test('is part of the fingerprint only where it is told: other customers keep theirs', () => {
    // SHA-256 of ["Kyoto KK",null,null,[["segment","Starter"]],false], as before accounts were told.
    const plain = customer({ segment: 'Starter' }).fact.fingerprint;
    expect(plain).toBe('Es4RaKcTeMvg_n4_7sOj1l');
    expect(customer({ segment: 'Starter', salesforce_account_id: 'none' }).fact.fingerprint).toBe(plain);
    const linked = customer(
      { segment: 'Starter', salesforce_account_id: '001Hs00003SMPLA' },
      { metadata: { salesforce_account_id: null } },
    ).fact;
    expect(linked.fingerprint).not.toBe(plain);
    expect(linked.previousFingerprint).toBe(plain);
  });

  test('comes with its warnings through the door of events', () => {
    const created = sample('events/01.customer.created.json');
    const data = { object: { ...(created['data'] as { object: Json }).object, metadata: { salesforce_account_id: 'x' } } };
    const opened = openSourceEvent({ ...created, data });
    expect(opened.ok && mapEvent(opened.value, catalogue, salesforce)).toMatchObject({
      kind: 'read',
      value: { warnings: [expect.stringContaining('salesforce_account_id')] },
    });
  });
});

test('the id of a contract or order that a subscription bills is of 18 characters; any other name stays as it is', () => {
  const keys = subscriptionKeys(context.instance);
  const told = (text: string | null | undefined) => agreementIdIn(text === undefined ? undefined : { opportunity_id: text }, keys);
  expect(told('800Hs00000SMPLC')).toBe('800Hs00000SMPLCIA5');
  expect(told('801Hs00000SMPLO')).toBe('801Hs00000SMPLOIA5');
  expect(told('800Hs00000SMPLCIA5')).toBe('800Hs00000SMPLCIA5');
  // An opportunity's is none of these, nor is a contract's number.
  expect([told('006Hs00001SMPLO'), told('80012345'), told('AGR-2026-17')]).toEqual(['006Hs00001SMPLO', '80012345', 'AGR-2026-17']);
  expect([told(''), told(null), told(undefined)]).toEqual([undefined, undefined, undefined]);
});

test('a subscription’s fact bears that id', () => {
  const created = sample('events/09.customer.subscription.created.json');
  const data = { object: { ...(created['data'] as { object: Json }).object, metadata: { opportunity_id: '800Hs00000SMPLC' } } };
  const opened = openSourceEvent({ ...created, data });
  expect(opened.ok && mapEvent(opened.value, catalogue, context)).toMatchObject({
    value: { told: { fact: { agreementId: '800Hs00000SMPLCIA5' } } },
  });
});

describe('the org that account ids are of', () => {
  afterEach(() => {
    delete process.env['ASCENT_CONFIG'];
  });
  const [org] = company.salesforce;
  const [account] = company.stripe;
  const orgOf = (orgs: readonly string[], accountInstance?: string) => {
    if (account === undefined) throw new Error('the example has no Stripe account');
    const customer = { ...account.metadata.customer, ...(accountInstance === undefined ? {} : { accountInstance }) };
    const instance = { ...account, metadata: { ...account.metadata, customer } };
    const salesforce = orgs.map((name) => ({ ...org, instance: name }));
    process.env['ASCENT_CONFIG'] = JSON.stringify({ ...company, stripe: [instance], salesforce });
    return contextOf(instance).accountInstance;
  };

  test('is the one that there is, or the one that is named; of several that are not named it is none', () => {
    expect(orgOf(['crm'])).toBe('crm');
    expect(orgOf(['crm', 'emea'], 'emea')).toBe('emea');
    expect(orgOf(['crm', 'emea'])).toBeUndefined();
    expect(orgOf([])).toBeUndefined();
  });
});
