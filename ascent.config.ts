import { defineCompany } from './functions/platform/config.ts';

/** The company that runs Ascent. Change this file to make it yours; a mistake stops `npm start` and the synthesis with the field’s name. */
export const company = defineCompany({
  name: 'Acme Software, Inc.',
  zone: 'UTC',
  fiscalCalendar: { kind: 'months', startMonth: 1, yearNamedBy: 'end' },
  planCurrency: 'USD',
  legalEntities: [{ legalEntity: 'acme-inc', name: 'Acme Software, Inc.', functionalCurrency: 'USD' }],
  stripe: [
    {
      instance: 'main',
      legalEntity: 'acme-inc',
      livemode: false,
      // With an event destination of the kind Amazon EventBridge: partnerEventSource: 'aws.partner/stripe.com/ed_…',
      apiBase: 'https://api.stripe.com',
      metadata: {
        customer: {
          attributes: { segment: 'segment', region: 'region', fortune500: 'fortune500', channel: 'channel' },
          parentId: 'parent_customer',
          billToId: 'bill_to_customer',
          accountId: 'salesforce_account_id',
        },
        subscription: {
          agreementId: 'salesforce_contract_id',
          bookedOn: 'booked_on',
          serviceStartsOn: 'service_starts_on',
          termMonths: 'term_months',
          termStartsOn: 'term_starts_on',
          origin: 'origin',
        },
      },
    },
  ],
  salesforce: [
    {
      instance: 'main',
      legalEntity: 'acme-inc',
      instanceUrl: 'https://acme.my.salesforce.com',
      audience: 'https://login.salesforce.com',
      // With an event relay: partnerEventSource: 'aws.partner/salesforce.com/00D…/0YL…'
      // An org with one currency says so: currency: 'USD'. Without it, each record says its own.
      prices: 'per-year',
      fields: {
        account: {
          attributes: { segment: 'Segment__c', region: 'Region__c', fortune500: 'Fortune_500__c', channel: 'Channel__c' },
          stripeCustomerId: 'Stripe_Customer_Id__c',
        },
        contract: {
          stripeSubscriptionId: 'Stripe_Subscription_Id__c',
          renewalOf: 'Renewal_Of__c',
          terminatedOn: 'Terminated_On__c',
        },
        product: { productId: 'Stripe_Product_Id__c' },
        order: {},
      },
    },
  ],
  plan: {
    startsOn: '2026-01-01',
    targetOn: '2026-12-31',
    openingArrMinor: '80000000000',
    targetArrMinor: '100000000000',
    compositionBps: { landed: 3000, expanded: 5000, renewalUplift: 2000 },
    // Quarters end at $835M, $882M, $929M and $1,000M: 35, 47, 47 and 71 of 200; within a quarter the months bring 20, 25 and 55%.
    monthlyPhasingBps: [350, 438, 962, 470, 588, 1292, 470, 588, 1292, 710, 888, 1952],
    targetsBps: {
      // More than the growth above leaves room for (125%, and 117.5% with 30% landed): `conflicts` of arr/status says so; no figure rests on it.
      netRevenueRetention: 15_000,
      renewalRate: 9700,
      grossMargin: 4200,
      contributionMargin: 4200,
      netMargin: 1800,
      ruleOf40: 4000,
      ltvToCac: 30_000,
    },
    strategicCustomers: { list: 'Fortune 500', opening: 280, target: 350 },
    salesCycleDays: 120,
    quoteToCashHours: 24,
  },
  // At which figures to be told, where the plan does not say so: `alerts`, see docs/alerts.md. Left out, as there.
});
