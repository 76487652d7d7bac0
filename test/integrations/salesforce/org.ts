import { afterEach, beforeAll, beforeEach } from 'vitest';
import { watermarkOf } from '../../../functions/integrations/watermark.ts';
import type { Org } from '../../../local/salesforce/org.ts';
import { type SalesforceServer, startSalesforce } from '../../../local/salesforce/server.ts';
import type { TestTable } from '../../support/dynamodb.ts';
import { lambdaContext } from '../../support/http.ts';
import type { FakeAws } from '../fake-aws.ts';
import type { Json } from '../samples.ts';
import { consume, envelopeOf } from '../stripe/intake.ts';
import { carriedEvents, itemsWith } from '../stripe/table.ts';

/** Drives the functions as AWS would, against the local Salesforce as the org: bus and queue to on-change, the sync's queue to on-sync. */
export const WEBHOOK_SECRET = 'sample-callout-secret-0000000000000';
export const QUEUE_URL = 'https://sqs/salesforce-sync';

/** What stands in the org's records beside the standard fields. */
export const CUSTOM_FIELDS = {
  Account: { Segment__c: 'string', Region__c: 'string', Fortune_500__c: 'string', Channel__c: 'string', Stripe_Customer_Id__c: 'string' },
  Contract: { Stripe_Subscription_Id__c: 'string', Renewal_Of__c: 'id', Terminated_On__c: 'date' },
  Product2: { Stripe_Product_Id__c: 'string' },
} as const;

export interface OrgUnderTest {
  /** From `beforeEach` on. */
  salesforce: SalesforceServer;
  /** The configuration of the org with these changes, from now on. */
  readonly configure: (change?: Json) => void;
}

/** Company, wiring, and a local Salesforce and a table of its own for each test. */
export const useOrg = (aws: FakeAws, table: TestTable): OrgUnderTest => {
  const running = {} as { -readonly [K in keyof OrgUnderTest]: OrgUnderTest[K] };
  let write: (change?: Json) => void = () => undefined;
  running.configure = (change) => write(change);
  beforeAll(() => {
    Object.assign(process.env, {
      SOURCE_BUS_NAME: 'sources',
      SALESFORCE_SYNC_QUEUE_URL: QUEUE_URL,
      SALESFORCE_WEBHOOK_SECRET_IDS: JSON.stringify({ main: 'secret-webhook' }),
      POWERTOOLS_SERVICE_NAME: 'integrations',
      POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
      POWERTOOLS_METRICS_DISABLED: 'true',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
    });
    aws.secrets.set('secret-webhook', JSON.stringify({ webhookSecrets: [WEBHOOK_SECRET] }));
  });
  beforeEach(async () => {
    await table.another();
    aws.events.length = 0;
    aws.messages.length = 0;
    running.salesforce = await startSalesforce({ customFields: CUSTOM_FIELDS });
    const { clientId, clientSecret } = running.salesforce;
    putCredentials(aws, { clientId, clientSecret });
    const { company } = await import('../../../ascent.config.ts');
    const [first] = company.salesforce;
    write = (change = {}) => {
      const { url, org, relay } = running.salesforce;
      const salesforce = [{ ...first, instanceUrl: url, partnerEventSource: relay.source, organizationId: org.orgId, ...change }];
      process.env['ASCENT_CONFIG'] = JSON.stringify({ ...company, zone: 'UTC', salesforce });
    };
    running.configure();
  });
  afterEach(() => running.salesforce.stop());
  return running;
};

let secretsPut = 0;
/** In a secret of its own each time: what was read of another is remembered for five minutes. */
export const putCredentials = (aws: FakeAws, credentials: { readonly clientId: string; readonly clientSecret: string }): void => {
  secretsPut += 1;
  const id = `secret-credentials-${secretsPut}`;
  aws.secrets.set(id, JSON.stringify(credentials));
  process.env['SALESFORCE_CREDENTIALS_SECRET_IDS'] = JSON.stringify({ main: id });
};

type Handler = (event: unknown, context: unknown) => Promise<unknown>;
const handlerOf = async (name: 'on-change' | 'on-sync' | 'task-sync' | 'ingest'): Promise<Handler> =>
  ((await import(`../../../functions/integrations/salesforce/${name}.ts`)) as { readonly handler: Handler }).handler;

/** Takes in what the org's relay has to tell, as one batch; answers the bodies that failed. */
export const relayAll = async ({ salesforce }: OrgUnderTest): Promise<readonly string[]> =>
  takeInBodies(salesforce.relay.take().map(({ text }) => text));

/** Takes in bus events by batches of ten. */
export const takeInBodies = async (bodies: readonly string[]): Promise<readonly string[]> => consume(await handlerOf('on-change'), bodies);

/** Runs the sync once, with so much time; its messages lie in the queue. */
export const sync = async (remainingMs = 240_000): Promise<unknown> =>
  (await handlerOf('task-sync'))(
    { scheduledAt: new Date().toISOString() },
    { ...lambdaContext, getRemainingTimeInMillis: () => remainingMs },
  );

/** Reads what the sync found, or these messages in a later delivery; answers the bodies that failed. */
export const readSynced = async (aws: FakeAws, again?: readonly string[], receiveCount = 1): Promise<readonly string[]> =>
  consume(await handlerOf('on-sync'), again ?? aws.messages.splice(0).map(({ body }) => body), receiveCount);

/** All facts that go out to the revenue bus, in the order of their keys, each with its event's name. */
export const facts = async (): Promise<readonly (Json & { readonly event: string })[]> =>
  (await carriedEvents()).map(({ type, data }) => ({ event: String(type), ...(JSON.parse(String(data)) as Json) }));

export const parked = (): Promise<readonly Json[]> => itemsWith('EVT#salesforce#');

/** Facts about one thing, oldest first. */
export const factsOf = async (event: string, key: string, id: string): Promise<readonly Json[]> =>
  (await facts()).filter((fact) => fact.event === event && fact[key] === id);

/** Deliveries by what became of them. */
export const counts = async () => (await watermarkOf('salesforce', 'main')).counts;

export interface Agreement {
  readonly accountId: string;
  readonly contractId: string;
  readonly orderId: string;
  readonly itemId: string;
  readonly productId: string;
}

/** An account with a contract of a year from 1 February 2026, signed on 15 January: 20 seats at $540 a year. */
export const agreementIn = (org: Org, at?: number): Agreement => {
  const when = at === undefined ? {} : { at };
  const productId = org.create('Product2', { Name: 'Platform', Stripe_Product_Id__c: 'prod_Platform' }, when);
  const accountId = org.create('Account', { Name: 'Sample Labs', Segment__c: 'Enterprise', Fortune_500__c: 'yes' }, when);
  const contractId = org.create(
    'Contract',
    {
      AccountId: accountId,
      ContractNumber: '00000117',
      Status: 'Activated',
      StatusCode: 'Activated',
      StartDate: '2026-02-01',
      EndDate: '2027-01-31',
      ContractTerm: 12,
      CustomerSignedDate: '2026-01-12',
      CompanySignedDate: '2026-01-15',
    },
    when,
  );
  const orderId = org.create(
    'Order',
    {
      AccountId: accountId,
      ContractId: contractId,
      OrderNumber: '00000201',
      Status: 'Activated',
      StatusCode: 'Activated',
      EffectiveDate: '2026-02-01',
      EndDate: '2027-01-31',
      IsReductionOrder: false,
    },
    when,
  );
  const itemId = org.create('OrderItem', { OrderId: orderId, Product2Id: productId, Quantity: 20, UnitPrice: 540 }, when);
  return { accountId, contractId, orderId, itemId, productId };
};

/** One run of the sync, and of all that it found. */
export const syncAndRead = async (aws: FakeAws): Promise<void> => {
  await sync();
  const failed = await readSynced(aws);
  if (failed.length > 0) throw new Error(`${failed.length} messages of the sync failed`);
};

let signals = 0;
/** What our own webhook puts on the source bus, as the body of a queue's message. */
export const signal = (
  records: readonly { readonly entity: string; readonly id: string }[],
  { isSure }: { readonly isSure: boolean },
): string => {
  signals += 1;
  const detail = { key: `callout:${signals}`, records, receivedAtMs: Date.now(), isSure };
  return envelopeOf({
    EventBusName: 'sources',
    Source: 'ascent.salesforce/main',
    DetailType: 'SalesforceRecordsChanged',
    Detail: JSON.stringify(detail),
  });
};

/** With the platform's clock so much ahead. */
export const later = async (byMs: number, run: () => Promise<void>): Promise<void> => {
  const shared = new BigInt64Array(new SharedArrayBuffer(16));
  shared[1] = BigInt(byMs);
  const holder = globalThis as { [key: symbol]: BigInt64Array | undefined };
  const clock = Symbol.for('ascent.test-clock');
  holder[clock] = shared;
  try {
    await run();
  } finally {
    delete holder[clock];
  }
};
