import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { WholeStack } from '../../bench/whole-stack.ts';
import { salesforceReader } from '../../functions/integrations/salesforce/reader.ts';
import { putPartnerEvents } from '../../local/partner-bus.ts';

/** A sample's path, its type, and what became of it. */
export type SampleFate = readonly [file: string, type: string, fate: string];

type Json = Readonly<Record<string, unknown>>;

const ORG_ID = '00DHs000000SMPLMAM';
const SOURCE = `aws.partner/salesforce.com/${ORG_ID}/0YLHs0000000SMPAA0`;
/** The org that the samples are of, with a relay. */
export const SAMPLE_ORG = { organizationId: ORG_ID, partnerEventSource: SOURCE, integrationClient: 'revops-sync' } as const;
const FIVE_MINUTES_MS = 300_000;

const filesIn = (from: string, folder: string, ending: string): readonly string[] => {
  const place = join(from, folder);
  return existsSync(place)
    ? readdirSync(place)
        .filter((name) => name.endsWith(ending))
        .sort()
    : [];
};
const text = (from: string, file: string): string => readFileSync(join(from, file), 'utf8');
const json = (from: string, file: string): Json => JSON.parse(text(from, file)) as Json;

interface Counts {
  readonly deliveries: Readonly<Record<string, number>>;
  readonly sync: readonly { readonly object: string; readonly isUnread: boolean }[];
}
const stateOf = async ({ api }: WholeStack): Promise<Counts> => {
  const { items } = await api<{ readonly items: readonly (Counts & { readonly id: string })[] }>('/api/v1/integrations');
  const found = items.find(({ id }) => id === 'salesforce-main');
  if (found === undefined) throw new Error('the configuration has no Salesforce');
  return found;
};

const FATES: Readonly<Record<string, string>> = {
  recorded: 'taken in',
  duplicate: 'taken in: known',
  parked: 'parked',
  dropped: 'dropped',
  incomplete: 'taken in: left to the sync',
  failed: 'FAILED: SILENCE',
};

/** Why the newest parked event is. */
const parkedReason = async ({ api }: WholeStack): Promise<string> => {
  const { items } = await api<{ readonly items: readonly { readonly reason: string }[] }>('/api/v1/integrations/salesforce-main/parked');
  return items.at(-1)?.reason ?? 'without a reason: SILENCE';
};

const DROPPED = 'nobody reads its object, it is gone, or it is our own write';

/** Delivers one sample and looks at which count has grown. */
const fateOf = async (whole: WholeStack, deliver: () => Promise<void>): Promise<string> => {
  const before = await stateOf(whole);
  await deliver();
  await whole.stack.idle();
  const after = await stateOf(whole);
  const grown = Object.keys(FATES).find((outcome) => (after.deliveries[outcome] ?? 0) > (before.deliveries[outcome] ?? 0));
  if (grown === undefined) return 'SILENCE';
  if (grown === 'parked') return `parked: ${await parkedReason(whole)}`;
  if (grown === 'dropped') return `dropped: ${DROPPED}`;
  return FATES[grown] ?? 'SILENCE';
};

/** An answer of the REST API, by what the reader makes of it. */
const answerFate = async (status: number, body: unknown): Promise<string> => {
  const server = createServer((request, response) => {
    const isToken = request.url === '/services/oauth2/token';
    response.writeHead(isToken ? 200 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isToken ? { access_token: 'a' } : body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const reader = salesforceReader({
    instanceUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    audience: 'https://test.salesforce.com',
    apiVersion: '66.0',
    credentials: () => Promise.resolve({ clientId: 'a', clientSecret: 'b' }),
    rereadCredentials: () => Promise.resolve(undefined),
    budgetMs: () => 5_000,
    wallSeconds: () => Math.floor(Date.now() / 1000),
    wait: () => Promise.resolve(),
  });
  const read = await reader.query('SELECT Id FROM Account');
  server.closeAllConnections();
  server.close();
  if (read.kind === 'found') return `no delivery: the reader finds ${read.records.length} records`;
  return read.kind === 'refused' ? `no delivery: the reader is refused (${read.code})` : `no delivery: the reader says that ${read.reason}`;
};

const restFates = async (from: string): Promise<readonly SampleFate[]> => {
  const fates: SampleFate[] = [];
  for (const name of filesIn(from, 'rest', '.json')) {
    const sample = json(from, `rest/${name}`);
    const isWrapped = typeof sample['status'] === 'number' && 'body' in sample;
    const status = isWrapped ? Number(sample['status']) : Number(/\.(\d{3})\./.exec(name)?.[1] ?? 200);
    fates.push([`salesforce/rest/${name}`, 'answer', await answerFate(status, isWrapped ? sample['body'] : sample)]);
  }
  for (const name of filesIn(from, 'bulk2', ''))
    fates.push([`salesforce/bulk2/${name}`, 'answer', 'no delivery: it answers a write, and nothing is written to Salesforce']);
  return fates;
};

/** What the samples tell of stands in the org, so that it can be read. */
const putRecords = (whole: WholeStack): void => {
  const org = whole.salesforce.orgs.get('main')?.org;
  if (org === undefined) throw new Error('no org stands in');
  const accountId = '001Hs00003SMPLAIA5';
  org.put('Account', { Id: accountId, Name: 'Sample Labs' });
  for (const Id of ['006Hs00001SMPLOIA3', '006Hs00001SMPLPIA3', '006Hs00001SMPLQIA3']) {
    const won = { StageName: 'Closed Won', CloseDate: '2026-10-30', IsClosed: true, IsWon: true, ForecastCategory: 'Closed' };
    org.put('Opportunity', { Id, AccountId: accountId, Name: Id, Amount: 27000, ...won });
  }
  const item = { OpportunityId: '006Hs00001SMPLOIA3', Product2Id: '01tHs00000SMPLPIA5', Quantity: 1, UnitPrice: 27000, TotalPrice: 27000 };
  org.put('OpportunityLineItem', { Id: '00kHs00000SMPLLIAX', ...item });
};

/** What became of every sample of Salesforce: events of a relay and of the Pub/Sub API, messages, and answers, which are no deliveries. */
export const salesforceFates = async (whole: WholeStack, from: string): Promise<readonly SampleFate[]> => {
  putRecords(whole);
  const fates: SampleFate[] = [];
  const put = (detailType: string, detail: unknown) => () =>
    putPartnerEvents(whole.stack, [{ source: SOURCE, detailType, detail: JSON.stringify(detail) }]);
  for (const name of filesIn(from, 'eventbridge', '.json')) {
    const { 'detail-type': type, detail } = json(from, `eventbridge/${name}`);
    fates.push([`salesforce/eventbridge/${name}`, String(type), await fateOf(whole, put(String(type), detail))]);
  }
  for (const name of filesIn(from, 'pubsub-decoded', '.json')) {
    const type = name.split('.')[0] ?? name;
    fates.push([`salesforce/pubsub-decoded/${name}`, type, await fateOf(whole, put(type, json(from, `pubsub-decoded/${name}`)))]);
  }
  for (const name of filesIn(from, 'outbound-message', '.xml')) {
    const body = text(from, `outbound-message/${name}`);
    const file = `salesforce/outbound-message/${name}`;
    if (!body.includes('<notifications ')) {
      fates.push([file, 'acknowledgement', 'no delivery: it is our own answer']);
      continue;
    }
    let status = 0;
    const fate = await fateOf(whole, async () => {
      const headers = { 'content-type': 'text/xml; charset=UTF-8' };
      ({ status } = await fetch(`${whole.stack.url}/webhooks/salesforce/main`, { method: 'POST', headers, body }));
    });
    fates.push([file, 'outbound message', status === 200 ? fate : `answered ${status}`]);
  }
  // What was left to the sync is read by its next run.
  await whole.stack.clock.advance(whole.stack.clock.now() + FIVE_MINUTES_MS);
  await whole.stack.idle();
  const unread = (await stateOf(whole)).sync.filter(({ isUnread }) => isUnread).map(({ object }) => object);
  const left = unread.length === 0 ? fates : [...fates, ['the sync', unread.join(', '), 'SILENCE'] as const];
  return [...left, ...(await restFates(from))];
};
