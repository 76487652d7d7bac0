import { company } from '../../ascent.config.ts';

/** The functions as they are deployed. Whoever imports this runs behind the seams (seams.ts). */
export const SIGNING_SECRET = 'whsec_simulation_00000000000000000000';
export const API_KEY = 'rk_test_simulation_0000';
export const INCOMPLETE_QUEUE_URL = 'https://sqs/stripe-incomplete';
export const RATES_QUEUE_URL = 'https://sqs/arr-rates';
/** The same events reach Ascent by the webhook and by this partner bus, as where a company changes from one to the other. */
export const PARTNER_SOURCE = 'aws.partner/stripe.com/ed_test_simulation';
/** Small enough that lives reach its milestones. */
const TARGETS = { openingArrMinor: '100000', targetArrMinor: '2000000' };

const [stripe, ...others] = company.stripe;
if (stripe === undefined) throw new Error('the configuration has a Stripe instance');

Object.assign(process.env, {
  ASCENT_CONFIG: JSON.stringify({
    ...company,
    stripe: [{ ...stripe, partnerEventSource: PARTNER_SOURCE }, ...others],
    plan: { ...company.plan, ...TARGETS },
  }),
  AWS_REGION: 'eu-central-1',
  SOURCE_BUS_NAME: 'sources',
  STRIPE_INCOMPLETE_QUEUE_URL: INCOMPLETE_QUEUE_URL,
  ARR_RATES_QUEUE_URL: RATES_QUEUE_URL,
  POWERTOOLS_SERVICE_NAME: 'simulation',
  POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
  POWERTOOLS_METRICS_DISABLED: 'true',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

// Imported here, behind the configuration, and by nobody else of the simulation before.
const [transport, arr, arrEvents, books, totals, log, ingest, onEvent, onIncomplete, onFact, onRates, onCommit, onChange, companyApi] =
  await Promise.all([
    import('../../functions/platform/clients/transport.ts'),
    import('../../functions/arr/index.ts'),
    import('../../functions/arr/events.ts'),
    import('../../functions/arr/records/store.ts'),
    import('../../functions/arr/totals/store.ts'),
    import('../../functions/arr/totals/log-store.ts'),
    import('../../functions/integrations/stripe/ingest.ts'),
    import('../../functions/integrations/stripe/on-event.ts'),
    import('../../functions/integrations/stripe/on-incomplete.ts'),
    import('../../functions/arr/on-fact.ts'),
    import('../../functions/arr/on-rates.ts'),
    import('../../functions/coordinator/on-commit.ts'),
    import('../../functions/coordinator/on-change.ts'),
    import('../../functions/company/api.ts'),
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
  /** With the events that its filter on the stream lets through. */
  'on-commit': { ...deployed(onCommit.handler, 60_000), accepts: namesOf([arrEvents.arrMovementsRecorded]) },
  'on-change': deployed(onChange.handler),
  'company-api': deployed(companyApi.handler, 29_000),
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
export const { readTotals } = totals;
export const { laneOf, logKey, packCounters } = log;
