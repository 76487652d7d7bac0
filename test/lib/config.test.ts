import { afterEach, describe, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { companyConfig, defineCompany } from '../../functions/platform/config.ts';

afterEach(() => {
  delete process.env['ASCENT_CONFIG'];
});

describe('the company configuration', () => {
  it('is what the functions read from their environment', () => {
    process.env['ASCENT_CONFIG'] = JSON.stringify(company);
    expect(companyConfig()).toEqual(company);
  });

  it('phases the plan as the seasons say: quarters bring 17.5, 23.5, 23.5 and 35.5% of the year', () => {
    const months = company.plan.monthlyPhasingBps;
    const quarter = (number: number) => months.slice(3 * number - 3, 3 * number).reduce((sum, share) => sum + share, 0);
    // 35, 47, 47 and 71 of 200 (quarters end at $835M, $882M, $929M, $1,000M)
    expect([quarter(1), quarter(2), quarter(3), quarter(4)]).toEqual([1750, 2350, 2350, 3550]);
  });

  it('refuses to be read where it was not handed out', () => {
    expect(() => companyConfig()).toThrow('ASCENT_CONFIG is missing');
  });

  it('refuses a plan whose months do not sum to the year, by the name of the field', () => {
    const plan = { ...company.plan, monthlyPhasingBps: company.plan.monthlyPhasingBps.map(() => 800) };
    expect(() => defineCompany({ ...company, plan })).toThrow('plan.monthlyPhasingBps: the twelve shares must sum to 10000');
  });

  it('refuses a Stripe account of an unknown legal entity', () => {
    const stripe = company.stripe.map((instance) => ({ ...instance, legalEntity: 'acme-gmbh' }));
    expect(() => defineCompany({ ...company, stripe })).toThrow('stripe: every Stripe instance belongs to one of legalEntities');
  });

  it('refuses two Stripe accounts of one name', () => {
    expect(() => defineCompany({ ...company, stripe: [...company.stripe, ...company.stripe] })).toThrow(
      'instances of Stripe have different names',
    );
  });

  it('refuses a partner source that is not Stripe’s', () => {
    const stripe = company.stripe.map((instance) => ({ ...instance, partnerEventSource: 'aws.partner/example.com/1' }));
    expect(() => defineCompany({ ...company, stripe })).toThrow('stripe.0.partnerEventSource');
  });

  describe('of Salesforce', () => {
    const [org] = company.salesforce;
    if (org === undefined) throw new Error('the example has no Salesforce');
    const withOrg = (change: object) => () => defineCompany({ ...company, salesforce: [{ ...org, ...change }] });

    it('may be left out', () => {
      const { salesforce, ...others } = company;
      expect(salesforce).toHaveLength(1);
      expect(defineCompany(others).salesforce).toEqual([]);
    });

    it('fills in what mostly holds', () => {
      expect(org).toMatchObject({
        apiVersion: '66.0',
        sellingModels: false,
        changeDataCapture: ['Account', 'Contract', 'Opportunity', 'Order', 'OrderItem'],
        integrationClient: 'ascent',
      });
    });

    it('refuses an org of an unknown legal entity, and two of one name', () => {
      expect(withOrg({ legalEntity: 'acme-gmbh' })).toThrow('salesforce: every Salesforce instance belongs to one of legalEntities');
      expect(() => defineCompany({ ...company, salesforce: [org, org] })).toThrow('instances of Salesforce have different names');
    });

    it.each([
      'http://acme.my.salesforce.com',
      'https://acme.example.com',
      'https://acme.my.salesforce.com.example.com',
      'https://acme.my.salesforce.com/path',
      'https://login.salesforce.com',
    ])('refuses to send tokens to %s', (instanceUrl) => {
      expect(withOrg({ instanceUrl })).toThrow('salesforce.0.instanceUrl');
    });

    it.each([
      'https://acme.my.salesforce.com',
      'https://acme--dev.sandbox.my.salesforce.com/',
      'http://127.0.0.1:8081',
      'http://localhost:8081',
    ])('takes %s', (instanceUrl) => {
      expect(withOrg({ instanceUrl })().salesforce[0]?.instanceUrl).toBe(instanceUrl);
    });

    it.each(['Segment__c, Name', "Name' OR Id != '", 'Segment c', '1st__c', ''])(
      'refuses "%s" as a field: it becomes part of a query',
      (field) => {
        expect(withOrg({ fields: { ...org.fields, contract: { terminatedOn: field } } })).toThrow(
          'salesforce.0.fields.contract.terminatedOn',
        );
        expect(withOrg({ fields: { ...org.fields, account: { attributes: { segment: field } } } })).toThrow(
          'salesforce.0.fields.account.attributes.segment',
        );
      },
    );

    it('refuses a dimension of its own as an attribute', () => {
      expect(withOrg({ fields: { ...org.fields, account: { attributes: { total: 'Total__c' } } } })).toThrow('salesforce.0.fields.account');
    });

    it('refuses a partner source that is not Salesforce’s', () => {
      const source = 'aws.partner/salesforce.com/00DHs000000SMPLMAM/0YLHs00000SMPLCIA5';
      expect(withOrg({ partnerEventSource: source })().salesforce[0]?.partnerEventSource).toBe(source);
      expect(withOrg({ partnerEventSource: 'aws.partner/stripe.com/ed_1' })).toThrow('salesforce.0.partnerEventSource');
    });

    it('refuses changes of an object that is not followed, and one that is named twice', () => {
      expect(withOrg({ changeDataCapture: ['Lead'] })).toThrow('salesforce.0.changeDataCapture.0');
      expect(withOrg({ changeDataCapture: ['Order', 'Order'] })).toThrow('salesforce.0.changeDataCapture: every object once');
    });

    it('refuses links between accounts that do not exist', () => {
      expect(withOrg({ stripeInstance: 'eu' })).toThrow('salesforce: stripeInstance names one of stripe');
      const stripe = company.stripe.map((one) => ({
        ...one,
        metadata: { ...one.metadata, customer: { ...one.metadata.customer, accountInstance: 'emea' } },
      }));
      expect(() => defineCompany({ ...company, stripe })).toThrow('stripe: metadata.customer.accountInstance names one of salesforce');
    });
  });
});
