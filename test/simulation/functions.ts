import { company } from '../../ascent.config.ts';
import { to18 } from '../../local/salesforce/schema.ts';

/** The functions as they are deployed. Whoever imports this runs behind the seams (seams.ts). */
export const SIGNING_SECRET = 'whsec_simulation_00000000000000000000';
export const API_KEY = 'rk_test_simulation_0000';
export const ORG_CREDENTIALS = { clientId: '3MVG9localConsumerKey', clientSecret: 'local-consumer-secret' };
export const INCOMPLETE_QUEUE_URL = 'https://sqs/stripe-incomplete';
export const RATES_QUEUE_URL = 'https://sqs/arr-rates';
export const SYNC_QUEUE_URL = 'https://sqs/salesforce-sync';
export const ORG_ID = to18('00DHs000000SIMU');
export const CHANNEL_ID = to18('0YLHs0000000SIM');
/** What the configuration names beside the standard fields. */
export const CUSTOM_FIELDS = {
  Account: { Segment__c: 'string', Region__c: 'string', Fortune_500__c: 'string', Channel__c: 'string', Stripe_Customer_Id__c: 'string' },
  Contract: { Stripe_Subscription_Id__c: 'string', Renewal_Of__c: 'id', Terminated_On__c: 'date' },
  Product2: { Stripe_Product_Id__c: 'string' },
} as const;
export const ORG_SOURCE = `aws.partner/salesforce.com/${ORG_ID}/${CHANNEL_ID}`;
/** The same events reach Ascent by the webhook and by this partner bus, as where a company changes from one to the other. */
export const PARTNER_SOURCE = 'aws.partner/stripe.com/ed_test_simulation';
/** Small enough that lives reach its milestones. */
const TARGETS = { openingArrMinor: '100000', targetArrMinor: '2000000' };
export const PLAN_STARTS_ON = company.plan.startsOn;

const [stripe, ...others] = company.stripe;
const [org] = company.salesforce;
if (stripe === undefined || org === undefined) throw new Error('the configuration has a Stripe instance and an org');
/** Several currencies, so that its agreements meet the plan rates. */
const { currency: _, ...orgOfSeveralCurrencies } = org;

Object.assign(process.env, {
  ASCENT_CONFIG: JSON.stringify({
    ...company,
    stripe: [{ ...stripe, partnerEventSource: PARTNER_SOURCE }, ...others],
    salesforce: [{ ...orgOfSeveralCurrencies, partnerEventSource: ORG_SOURCE, organizationId: ORG_ID, stripeInstance: stripe.instance }],
    plan: { ...company.plan, ...TARGETS },
  }),
  AWS_REGION: 'eu-central-1',
  SOURCE_BUS_NAME: 'sources',
  STRIPE_INCOMPLETE_QUEUE_URL: INCOMPLETE_QUEUE_URL,
  ARR_RATES_QUEUE_URL: RATES_QUEUE_URL,
  SALESFORCE_SYNC_QUEUE_URL: SYNC_QUEUE_URL,
  POWERTOOLS_SERVICE_NAME: 'simulation',
  POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
  POWERTOOLS_METRICS_DISABLED: 'true',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

// Imported here, behind the configuration, and by nobody else of the simulation before.
const [
  transport,
  arr,
  arrEvents,
  books,
  customer,
  facts,
  totals,
  log,
  ingest,
  onEvent,
  onIncomplete,
  onFact,
  onRates,
  lapses,
  onCommit,
  onChange,
  refresh,
  companyApi,
  arrApi,
  orgIngest,
  orgOnChange,
  orgOnSync,
  orgSync,
] = await Promise.all([
  import('../../functions/platform/clients/transport.ts'),
  import('../../functions/arr/index.ts'),
  import('../../functions/arr/events.ts'),
  import('../../functions/arr/records/store.ts'),
  import('../../functions/arr/figures/customer.ts'),
  import('../../functions/arr/lines/facts.ts'),
  import('../../functions/arr/totals/store.ts'),
  import('../../functions/arr/totals/log-store.ts'),
  import('../../functions/integrations/stripe/ingest.ts'),
  import('../../functions/integrations/stripe/on-event.ts'),
  import('../../functions/integrations/stripe/on-incomplete.ts'),
  import('../../functions/arr/on-fact.ts'),
  import('../../functions/arr/on-rates.ts'),
  import('../../functions/arr/task-lapses.ts'),
  import('../../functions/coordinator/on-commit.ts'),
  import('../../functions/coordinator/on-change.ts'),
  import('../../functions/coordinator/task-refresh-dashboard.ts'),
  import('../../functions/company/api.ts'),
  import('../../functions/arr/api.ts'),
  import('../../functions/integrations/salesforce/ingest.ts'),
  import('../../functions/integrations/salesforce/on-change.ts'),
  import('../../functions/integrations/salesforce/on-sync.ts'),
  import('../../functions/integrations/salesforce/task-sync.ts'),
]);

interface Deployed {
  readonly handler: Handler;
  /** As lib/ deploys it. */
  readonly timeoutMs: number;
}

const deployed = (handler: unknown, timeoutMs = 30_000): Deployed => ({ handler: handler as Handler, timeoutMs });

const namesOf = (declarations: readonly { readonly name: string }[]): ReadonlySet<string> => new Set(declarations.map(({ name }) => name));

export const functions = {
  ingest: deployed(ingest.handler, 10_000),
  'on-event': deployed(onEvent.handler),
  'on-incomplete': deployed(onIncomplete.handler, 60_000),
  'on-fact': deployed(onFact.handler),
  'on-rates': deployed(onRates.handler),
  'task-lapses': deployed(lapses.handler, 600_000),
  /** With the events that its filter on the stream lets through. */
  'on-commit': { ...deployed(onCommit.handler, 60_000), accepts: namesOf([arrEvents.arrMovementsRecorded]) },
  'on-change': deployed(onChange.handler),
  'task-refresh-dashboard': deployed(refresh.handler),
  'company-api': deployed(companyApi.handler, 29_000),
  'arr-api': deployed(arrApi.handler, 29_000),
  'salesforce-ingest': deployed(orgIngest.handler, 10_000),
  'salesforce-on-change': deployed(orgOnChange.handler, 120_000),
  'salesforce-on-sync': deployed(orgOnSync.handler, 300_000),
  'salesforce-sync': deployed(orgSync.handler, 270_000),
};
export type FunctionName = keyof typeof functions;

/** Detail types that the rules on the revenue bus let through, by queue. */
export const subscribed = {
  'arr-facts': namesOf(onFact.consumed),
  'arr-rates': namesOf(onRates.consumed),
  'stripe-incomplete': namesOf([arrEvents.subscriptionTieFound]),
  'coordinator-changes': namesOf([arrEvents.arrMovementsRecorded, ...onRates.consumed]),
};
export const { ServiceError } = transport;
export const { readStatus } = arr;
export const { readHistory } = books;
export const { customerOn } = customer;
export const { customerIdOf } = facts;
export const { readTotals } = totals;
export const { laneOf, logKey, packCounters } = log;
