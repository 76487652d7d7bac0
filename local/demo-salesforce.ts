import type { DemoCompany } from '../demo/company.ts';
import { idsFromOne, type OrgRecord, stateAt, type Version } from '../demo/salesforce/records.ts';
import { askApi } from './ask-api.ts';
import type { Org } from './salesforce/org.ts';
import type { Fields } from './salesforce/schema.ts';
import type { StandIns } from './salesforce/stand-in.ts';
import { setLocalSecrets } from './secrets.ts';
import type { LocalStack } from './stack.ts';

/** The demo company's org: filled with what it holds, and connected as an operator connects one, by putting in how to sign in. */
const SYNC_FUNCTION = 'IntegrationsSalesforceTaskSync';
/** Reading all of it takes as long as a fifth of loading the demo; slower machines have time. */
const READ_WITHIN_MS = 1_800_000;
const AGAIN_AFTER_MS = 2_000;

const iso = (at: number): string => new Date(at * 1000).toISOString();

/** What an org keeps of each step of an opportunity. */
const KEPT = ['StageName', 'Amount', 'CloseDate', 'Probability', 'ForecastCategory', 'CurrencyIsoCode'];

const historyRow = (id: string, opportunityId: string, before: Fields, after: Fields, at: number): Fields => ({
  Id: id,
  OpportunityId: opportunityId,
  ...Object.fromEntries(KEPT.map((name) => [name, after[name] ?? null])),
  PrevAmount: before['Amount'] ?? null,
  PrevCloseDate: before['CloseDate'] ?? null,
  CreatedDate: iso(at),
  SystemModstamp: iso(at),
});

const lastStageChange = (versions: readonly Version[]): Fields => {
  const last = versions.slice(1).findLast(({ fields }) => 'StageName' in fields);
  return last === undefined ? {} : { LastStageChangeDate: iso(last.at) };
};

/** A record as it stands on a day; nobody is told of it. */
const putState = (org: Org, record: OrgRecord, at: number): void => {
  const state = stateAt(record, at);
  const [first] = record.versions;
  if (state === undefined || first === undefined) return;
  const changedOn = iso(state.changedAt);
  const stage = record.object === 'Opportunity' ? lastStageChange(record.versions.filter((version) => version.at <= at)) : {};
  const stamps = { CreatedDate: iso(first.at), LastModifiedDate: changedOn, SystemModstamp: changedOn };
  org.put(record.object, { ...state.fields, ...stage, ...stamps, Id: record.id }, state.changedAt * 1000);
};

/** The steps of an opportunity up to a day. */
const putSteps = (org: Org, { id, versions }: OrgRecord, until: number, nextId: () => string): void => {
  let before: Fields = {};
  for (const { at, fields } of versions) {
    if (at > until) return;
    const after = { ...before, ...fields };
    if (KEPT.some((name) => before[name] !== after[name]))
      org.put('OpportunityHistory', historyRow(nextId(), id, before, after, at), at * 1000);
    before = after;
  }
};

/** What happens to a record after a day, each at its own time and told as changes are. */
const writeLater = (org: Org, { object, id, versions: [first, ...others] }: OrgRecord, after: number): void => {
  if (first !== undefined && first.at > after) org.create(object, { ...first.fields, Id: id }, { at: first.at * 1000 });
  for (const { at, fields } of others) if (at > after) org.update(object, id, fields, { at: at * 1000 });
};

/** The past lies there as it came about; what follows happens at its own time, as the test clock moves. */
const fillOrg = (org: Org, records: readonly OrgRecord[], todayAt: number): void => {
  const ids = idsFromOne();
  for (const record of records) {
    putState(org, record, todayAt);
    if (record.object === 'Opportunity') putSteps(org, record, todayAt, () => ids('OpportunityHistory'));
    writeLater(org, record, todayAt);
  }
};

/** Fills the first of the orgs that the configuration names; false where the company has no Salesforce, or the configuration names none. */
export const fillDemoOrg = ({ orgs }: StandIns, { salesforce, todayAt }: DemoCompany): boolean => {
  const [first] = orgs.values();
  if (salesforce === undefined || first === undefined) return false;
  fillOrg(first.org, salesforce.records, todayAt);
  return true;
};

interface Integration {
  readonly id: string;
  readonly status: string;
  readonly deliveries: Readonly<Record<string, number>>;
  readonly sync?: readonly { readonly isUnread: boolean }[];
}

const integration = async (url: string): Promise<Integration | undefined> => {
  const { items } = await askApi<{ readonly items: readonly Integration[] }>(url, '/api/v1/integrations');
  return items.find(({ id }) => id.startsWith('salesforce-'));
};

/** Puts in how to sign in, so that the next sync reads the whole org. */
const connectOrgs = async (stack: LocalStack, dataDir: string, { secrets }: StandIns): Promise<void> => {
  await setLocalSecrets(dataDir, stack.resources, stack.services.secrets, secrets);
};

/** Rejects with the signal's reason, once it comes. */
const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Connects the org, has it read without waiting for the next five minutes, and answers how many facts came of it. */
export const readDemoOrg = async (stack: LocalStack, dataDir: string, standIns: StandIns, signal: AbortSignal): Promise<number> => {
  await connectOrgs(stack, dataDir, standIns);
  const sync = stack.resources.ofType('AWS::Lambda::Function').find(({ path }) => path.includes(SYNC_FUNCTION));
  if (sync === undefined) throw new Error(`the template has no function ${SYNC_FUNCTION}`);
  // A function that read the empty secret just now asks again after half a minute.
  for (;;) {
    signal.throwIfAborted();
    const ran = await stack.functions.invoke(sync.arn, {});
    if (!ran.ok) throw new Error(`the org could not be listed: ${ran.error}`);
    const { sync: objects = [] } = (await integration(stack.url)) ?? {};
    if (objects.length > 0 && objects.every(({ isUnread }) => !isUnread)) break;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
  await Promise.race([stack.idle(READ_WITHIN_MS), ended(signal)]);
  return (await integration(stack.url))?.deliveries['recorded'] ?? 0;
};
