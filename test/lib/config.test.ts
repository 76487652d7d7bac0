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
});
