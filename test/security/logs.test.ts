import { createHmac } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import type { Route } from '../../functions/platform/routes.ts';
import { entries } from '../../lib/bundles.ts';
import { useFakeAws } from '../integrations/fake-aws.ts';
import { signatureOf } from '../integrations/stripe/intake.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { lambdaContext } from '../support/http.ts';
import { bodyFor } from './hostile/bodies.ts';
import { operations } from './operations.ts';

/**
 * Every function of `functions/` is given events of every shape: those that it is for, those of others, and those that it can do nothing
 * with; once with all services well, once with each of them failing. What must not be logged is marked, and looked for in each line.
 */
const CONTRACTS = join(import.meta.dirname, '../contracts');

/** Each a text that stands nowhere else. */
const MARKED = {
  email: 'zoe.marked@marked-person.example',
  name: 'Zoe Markedname',
  phone: '+1-555-0100-marked',
  street: '1 Marked Street',
  token: 'eyJmarkedtoken0.eyJtYXJrZWQiOjF9.marked-signature',
  signingSecret: 'whsec_markedsigning0000000000000000',
  apiKey: 'rk_test_markedkey000000000000',
  awsSecret: 'marked/aws/secret/access/key/0000000000',
  bodyText: 'marked-body-text',
  query: 'marked-query-value',
  failure: 'marked-answer-of-a-failing-service',
} as const;

/** Fields in which Stripe, Salesforce, or our own events, tell of people. */
const PERSONAL: Readonly<Record<string, string>> = {
  email: MARKED.email,
  customer_email: MARKED.email,
  name: MARKED.name,
  customer_name: MARKED.name,
  cancellation_comment: MARKED.bodyText,
  phone: MARKED.phone,
  customer_phone: MARKED.phone,
  line1: MARKED.street,
  description: MARKED.bodyText,
  comment: MARKED.bodyText,
  reason: MARKED.bodyText,
  footer: MARKED.bodyText,
  changedBy: MARKED.name,
  // As Salesforce spells them.
  Name: MARKED.name,
  FirstName: MARKED.name,
  LastName: MARKED.name,
  Email: MARKED.email,
  Phone: MARKED.phone,
  Street: MARKED.street,
  Description: MARKED.bodyText,
};

/** The value with everything personal in it replaced by what is marked. */
const marked = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, one]) => [
    key,
    key in PERSONAL && (typeof one === 'string' || one === null) ? PERSONAL[key] : marked(one),
  ]);
  return {
    ...Object.fromEntries(fields),
    ...('metadata' in value ? { metadata: { ...(value.metadata as object), note: MARKED.bodyText } } : {}),
  };
};

const jsonOf = (pattern: string): readonly Readonly<Record<string, unknown>>[] =>
  globSync(pattern, { cwd: CONTRACTS })
    .sort()
    .map((path) => marked(JSON.parse(readFileSync(join(CONTRACTS, path), 'utf8'))) as Readonly<Record<string, unknown>>);

const STRIPE_EVENTS = jsonOf('stripe/events/*.json');
const SALESFORCE_EVENTS = jsonOf('salesforce/eventbridge/*.json');
const DOMAIN_EVENTS = jsonOf('events/*/v1/*.json');

useDynamoDB();
const aws = useFakeAws();

/** Stripe's and Salesforce's APIs, which fail and say all that they know. */
const failing = createServer((request, response) => {
  if (request.url === '/services/oauth2/token') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: MARKED.token }));
    return;
  }
  if (request.url?.startsWith('/services/')) {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify([{ errorCode: MARKED.failure, message: `${MARKED.failure} ${MARKED.email}` }]));
    return;
  }
  response.writeHead(500, { 'content-type': 'application/json', 'request-id': MARKED.failure });
  response.end(JSON.stringify({ error: { message: `${MARKED.failure} ${MARKED.email} ${MARKED.apiKey}` } }));
});

/** The configured org. */
const ORG = company.salesforce[0]?.instance ?? 'main';

const lines: string[] = [];

beforeAll(async () => {
  failing.listen(0, '127.0.0.1');
  await new Promise((resolve) => failing.once('listening', resolve));
  const apiBase = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
  const [first] = company.stripe;
  const instance = first?.instance ?? 'main';
  const salesforce = company.salesforce.map((org) => ({ ...org, instanceUrl: apiBase, organizationId: '00DHs000000SMPLMAM' }));
  Object.assign(process.env, {
    ASCENT_CONFIG: JSON.stringify({ ...company, stripe: [{ ...first, apiBase }], salesforce }),
    SALESFORCE_WEBHOOK_SECRET_IDS: JSON.stringify({ [ORG]: 'secret-signing' }),
    SALESFORCE_CREDENTIALS_SECRET_IDS: JSON.stringify({ [ORG]: 'secret-credentials' }),
    SALESFORCE_SYNC_QUEUE_URL: 'https://sqs/salesforce-sync',
    SOURCE_BUS_NAME: 'sources',
    STRIPE_INCOMPLETE_QUEUE_URL: 'https://sqs/incomplete',
    ARR_RATES_QUEUE_URL: 'https://sqs/rates',
    STRIPE_WEBHOOK_SECRET_IDS: JSON.stringify({ [instance]: 'secret-signing' }),
    STRIPE_API_KEY_SECRET_IDS: JSON.stringify({ [instance]: 'secret-key' }),
    AWS_SECRET_ACCESS_KEY: MARKED.awsSecret,
    AWS_SESSION_TOKEN: MARKED.token,
    POWERTOOLS_SERVICE_NAME: 'logs',
    POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
    POWERTOOLS_LOG_LEVEL: 'DEBUG',
    LOG_LEVEL: 'DEBUG',
  });
  const keep = (chunk: unknown): true => {
    lines.push(
      ...String(chunk)
        .split('\n')
        .filter((line) => line !== ''),
    );
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep as never);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep as never);
  for (const level of ['log', 'debug', 'info', 'warn', 'error', 'trace'] as const)
    vi.spyOn(console, level).mockImplementation((...said: unknown[]) => void keep(said.map(String).join(' ')));
});
afterAll(() => {
  vi.restoreAllMocks();
  failing.close();
});
beforeEach(() => {
  lines.length = 0;
  aws.faults.length = 0;
  aws.secrets.set('secret-signing', JSON.stringify({ webhookSecrets: [MARKED.signingSecret] }));
  aws.secrets.set('secret-key', JSON.stringify({ apiKey: MARKED.apiKey }));
  aws.secrets.set('secret-credentials', JSON.stringify({ clientId: MARKED.name, clientSecret: MARKED.apiKey }));
});

const HEADERS = {
  authorization: `Bearer ${MARKED.token}`,
  cookie: `session=${MARKED.token}`,
  'content-type': 'application/json',
  'user-agent': MARKED.name,
  'x-forwarded-for': MARKED.street,
};

/** The claims that the authorizer verified: who calls is known by a number, and by an address that no log needs. */
const claimsOf = (scope: string) => ({ sub: 'user-1', client_id: 'client-1', username: MARKED.email, email: MARKED.email, scope });

const httpEvent = (method: string, path: string, scope: Route['scope'], query: Readonly<Record<string, string>>, body: string): object => ({
  version: '2.0',
  routeKey: `${method} ${path}`,
  rawPath: path,
  rawQueryString: new URLSearchParams(query).toString(),
  headers: HEADERS,
  queryStringParameters: query,
  isBase64Encoded: false,
  body,
  requestContext: {
    requestId: 'req-1',
    http: { method, path, sourceIp: MARKED.street, userAgent: MARKED.name },
    authorizer: { jwt: { claims: claimsOf(scope) } },
  },
});

const OUTBOUND_MESSAGE = readFileSync(join(CONTRACTS, 'salesforce/outbound-message/notification.soap.xml'), 'utf8');

/** Outbound messages, taken and refused, and callouts, rightly and wrongly signed. */
const salesforceEvents = (): readonly object[] => {
  const event = (headers: Readonly<Record<string, string>>, body: string) => ({
    headers: { ...HEADERS, ...headers },
    body,
    isBase64Encoded: false,
    pathParameters: { instance: ORG },
    requestContext: { requestId: 'req-1' },
  });
  const body = JSON.stringify({ organizationId: '00DHs000000SMPLMAM', records: [{ entity: 'Contract', id: '800Hs00001SMPLCIA3' }] });
  const at = String(Date.now());
  const signed = (secret: string) => ({
    'x-timestamp': at,
    'x-signature': createHmac('sha256', secret).update(`${at}.${body}`).digest('base64'),
  });
  return [
    event({ 'content-type': 'text/xml' }, OUTBOUND_MESSAGE.replace('Closed Won', MARKED.name)),
    event({ 'content-type': 'text/xml' }, `${MARKED.bodyText} ${MARKED.email}`),
    event(signed(MARKED.signingSecret), body),
    event(signed('whsec_another'), body),
  ];
};

/** Calls of each route: as it should be, with a body and query that are marked and refused, and webhooks that are rightly and wrongly signed. */
const httpEvents = (): readonly object[] => [
  ...operations.flatMap(({ method, bare, scope = '', query, bodySchema }) => [
    httpEvent(method, bare, scope, Object.fromEntries(query), JSON.stringify(marked(bodyFor(bodySchema ?? {})))),
    httpEvent(
      method,
      bare,
      scope,
      { ...Object.fromEntries(query), [MARKED.query]: MARKED.query },
      `{"${MARKED.bodyText}": "${MARKED.email}"}`,
    ),
    httpEvent(method, `${bare}/${MARKED.query}`, scope, { cursor: MARKED.query }, `${MARKED.bodyText} ${MARKED.email} is no JSON`),
  ]),
  ...STRIPE_EVENTS.slice(0, 5).flatMap((event) => {
    const body = JSON.stringify(event);
    return [MARKED.signingSecret, 'whsec_another'].map((secret) => ({
      headers: { ...HEADERS, 'stripe-signature': signatureOf(body, secret) },
      body,
      isBase64Encoded: false,
      requestContext: { requestId: 'req-1' },
    }));
  }),
  ...salesforceEvents(),
];

/** Messages of queues: events of the buses, ours, Stripe's and Salesforce's, whole, spoilt, and none. */
const bodies = (): readonly string[] => {
  const instance = company.stripe[0]?.instance ?? 'main';
  const ofStripe = STRIPE_EVENTS.map((event) => ({
    ...{ version: '0', id: 'bus-1', account: '111122223333', time: '2026-10-15T11:05:04Z', region: 'eu-central-1', resources: [] },
    'detail-type': event['type'],
    source: `ascent.stripe/${instance}`,
    detail: event,
  }));
  const spoilt = ofStripe
    .slice(0, 20)
    .map((one) => ({ ...one, detail: { ...one.detail, api_version: MARKED.bodyText, data: { object: { name: MARKED.name } } } }));
  const ofSalesforce = SALESFORCE_EVENTS.map((event) => ({ ...event, source: `ascent.salesforce/${ORG}` }));
  const ours = DOMAIN_EVENTS.flatMap((event) => [event, { ...event, detail: { name: MARKED.name, email: MARKED.email } }]);
  return [
    ...[...ofStripe, ...spoilt, ...ofSalesforce, ...ours].map((one) => JSON.stringify(one)),
    `${MARKED.bodyText} ${MARKED.email}`,
    JSON.stringify({ redecide: ['stripe.main.cus_1'], name: MARKED.name }),
    JSON.stringify({ instance: ORG, object: 'Contact', ids: ['003Hs00001SMPLCIA3'], name: MARKED.name }),
    JSON.stringify({ instance, eventId: MARKED.query, event: STRIPE_EVENTS[0] }),
    'null',
  ];
};

const queueEvents = (): readonly object[] => {
  const all = bodies().map((body, at) => ({ messageId: `m${at}`, body, attributes: { ApproximateReceiveCount: '1' } }));
  return [
    ...Array.from({ length: Math.ceil(all.length / 10) }, (_, at) => ({ Records: all.slice(at * 10, at * 10 + 10) })),
    ...all.slice(-5).map((one) => ({ Records: [one] })),
  ];
};

/** A batch of the table's stream; what is new in the table is the event, as text. */
const streamEvents = (): readonly object[] =>
  DOMAIN_EVENTS.map((event, at) => ({
    shardId: 'shardId-1',
    Records: [
      {
        eventName: 'INSERT',
        dynamodb: {
          SequenceNumber: String(at + 1),
          NewImage: {
            pk: { S: 'ARR#c' },
            sk: { S: MARKED.name },
            event: { M: { type: { S: String(event['detail-type']) }, data: { S: JSON.stringify(event['detail']) } } },
          },
        },
      },
    ],
  }));

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** All events, one after another. A throw is what Lambda sees, and logs by what the function itself has said of it. */
const runAll = async (entry: string): Promise<void> => {
  const { handler } = (await import(join(import.meta.dirname, '../../functions', `${entry}.ts`))) as { handler: Handler };
  for (const event of [...httpEvents(), ...queueEvents(), ...streamEvents(), {}, { time: MARKED.query }])
    await Promise.allSettled([handler(event, lambdaContext)]);
};

/** Marked texts, and whatever has the look of an address or a credential, in lines. */
const found = (): readonly string[] =>
  lines.filter(
    (line) =>
      Object.values(MARKED).some((text) => line.includes(text)) ||
      /[\w.]@[\w-]+\.\w|\beyJ[\w-]{8}|\b(?:whsec|[rs]k_(?:test|live))_\w|bearer /i.test(line),
  );

const fault = (operation: string) => ({
  operation,
  status: 500,
  body: JSON.stringify({ __type: 'Failure', message: `${MARKED.failure} ${MARKED.email}` }),
});

/** All shapes of events to one function take 4 s at most on idle cores. */
const LONGEST_MS = 120_000;

describe.each(entries().map((entry) => [entry]))('%s', (entry) => {
  it(
    'logs no personal data, secret, token or body, whatever it is given',
    async () => {
      await runAll(entry);
      expect(lines.length).toBeGreaterThan(0);
      expect(found()).toEqual([]);
    },
    LONGEST_MS,
  );

  it(
    'logs none either where the services that it needs fail, and says what failed',
    async () => {
      vi.resetModules();
      const name = process.env['TABLE_NAME'];
      process.env['TABLE_NAME'] = 'no-such-table';
      aws.faults.push(
        ...['PutEvents', 'GetSecretValue', 'SendMessage'].flatMap((operation) => Array.from({ length: 500 }, () => fault(operation))),
      );
      await runAll(entry);
      process.env['TABLE_NAME'] = name;
      expect(lines.some((line) => line.includes('"level":"ERROR"'))).toBe(true);
      expect(found()).toEqual([]);
    },
    LONGEST_MS,
  );
});

it('finds what is marked, were it logged', () => {
  for (const text of Object.values(MARKED)) console.log(JSON.stringify({ message: `before ${text} after` }));
  expect(found()).toHaveLength(Object.keys(MARKED).length);
});
