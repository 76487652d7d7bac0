import { type PlanVersion, planInForce, planVersions } from '../../company/index.ts';
import { companyConfig } from '../../platform/config.ts';
import { commit } from '../../platform/table.ts';
import type { Movement } from '../events.ts';
import { parentsOf } from '../evidence/members.ts';
import { readHead } from '../figures/read.ts';
import { readCustomer } from '../records/customer.ts';
import { markWrite, readMarks, toldWrite } from './store.ts';
import { type ListNews, listName, listNewsOf, newsSentence, strategicCustomer, strategicList } from './strategic-customer.ts';
import { momentOf, onceEvent } from './told.ts';

/** Levels of parents that are followed, and attempts while others tell of the same company. */
const MAX_LEVELS = 5;
const MAX_ATTEMPTS = 4;
/** Names of one company that are marked together. */
const MAX_NAMES = 90;

/** Tells what movements say of the plan's list of strategic customers. The same movements again tell nothing. */
export const noticeStrategicCustomers = async (movements: readonly Movement[], at: string): Promise<void> => {
  const { strategicCustomers: mark } = companyConfig().alerts;
  let versions: Awaited<ReturnType<typeof planVersions>> | undefined;
  for (const movement of movements) {
    if (movement.cause !== 'new' && movement.cause !== 'transfer') continue;
    versions ??= await planVersions();
    const plan = planInForce(versions, movement.effectiveOn);
    const news = listNewsOf(movement, mark, plan.content);
    if (news !== undefined) await tell(news, plan, at, MAX_ATTEMPTS);
  }
};

const tell = async (news: ListNews, plan: PlanVersion, at: string, attempts: number): Promise<void> => {
  const names = await namesOfCompany(news.customerId);
  const known = new Set(news.what === 'unlisted' ? names : await readMarks(strategicCustomer, names));
  const isNews = news.what === 'added' ? known.size === 0 : await isNewOnList(news, names[0] as string);
  const unmarked = names.filter((name) => !known.has(name));
  const writes = [
    ...unmarked.map((name) => markWrite(strategicCustomer, name, at)),
    ...(isNews ? await eventWrites(news, names[0] as string, plan, at) : []),
  ];
  if (writes.length === 0) return;
  const committed = await commit(writes);
  if (committed.ok) return;
  if (attempts <= 1) throw new Error('others tell of the same company at every attempt; its movements are delivered again');
  await tell(news, plan, at, attempts - 1);
};

const listSubject = ({ what, on }: ListNews, company: string): string => `${company} ${what} ${on}`;

const isNewOnList = async (news: ListNews, company: string): Promise<boolean> =>
  news.what !== 'known' && (await readMarks(strategicList, [listSubject(news, company)])).length === 0;

const eventWrites = async (news: ListNews, company: string, { version, content }: PlanVersion, at: string) => {
  const rule = news.what === 'added' ? strategicCustomer : strategicList;
  const subject = news.what === 'added' ? company : listSubject(news, company);
  const head = await readHead(rule.formula);
  const event = onceEvent(rule, momentOf({ ...head, planVersion: version }, at), {
    subject,
    sentence: newsSentence(news, company, listName(content)),
    on: news.on,
    currency: head.planCurrency,
    figure: String(news.planMinor),
    explain: `/api/v1/arr/explain?${new URLSearchParams({ movementId: news.movementId })}`,
  });
  return [...(rule === strategicList ? [markWrite(strategicList, subject, at)] : []), toldWrite(event)];
};

/**
 * All ids by which a customer's company is known, its topmost parent's first: those that are one with it. A parent that is no customer itself
 * is known by its own id alone.
 */
const namesOfCompany = async (customerId: string): Promise<readonly string[]> => {
  const seen = new Set<string>();
  let names: readonly string[] = [customerId];
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    const known = await readCustomer(names[0] as string);
    if (known === undefined) break;
    names = known.members.map((member) => member.customerId);
    for (const name of names) seen.add(name);
    const parents = parentsOf(known.facts).filter((parent) => !seen.has(parent));
    if (parents.length === 0) break;
    names = parents;
  }
  return [...names].slice(0, MAX_NAMES);
};
