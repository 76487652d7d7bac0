import { currentPlan } from '../../company/index.ts';
import { toEpochDay } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import { commit, type Write } from '../../platform/table.ts';
import { type Head, readHead, today } from '../figures/read.ts';
import { decidingContext } from '../records/context.ts';
import { dealOf, dealSentence, dealWon, type Opportunity, type PlanFactor, sizeOf, type WonDeal, wonOf } from './deal-won.ts';
import { markWrite, readMarks, readWaiting, settledWrite, toldWrite, waitWrite } from './store.ts';
import { momentOf, onceEvent } from './told.ts';

/** What all deals of a call are told with. */
interface Telling {
  readonly factor: PlanFactor;
  readonly head: Head;
  readonly planVersion: number;
  readonly at: string;
}

const telling = async (at: string): Promise<Telling & { readonly planStartsOn: string }> => {
  const [plan, head, { rates }] = await Promise.all([currentPlan(today()), readHead(dealWon.formula), decidingContext()]);
  const factor: PlanFactor = (currency, on) =>
    currency === head.planCurrency ? { num: 1n, den: 1n } : rates.factor(currency, toEpochDay(on));
  return { factor, head, at, planVersion: plan.version, planStartsOn: plan.content.startsOn };
};

const put = async (...writes: Write[]): Promise<void> => {
  const committed = await commit(writes);
  // Refused: another call told it first.
  if (!committed.ok && committed.problem.code === 'busy') throw new Error('a won deal is busy; its fact is delivered again');
};

/** Tells a won deal where it is large and was not told before; has it wait where that cannot be told. */
const noticeDeal = async (subject: string, deal: WonDeal, waits: boolean, { factor, head, planVersion, at }: Telling): Promise<void> => {
  const { aboveMinor } = companyConfig().alerts.dealWon;
  const size = sizeOf(deal, aboveMinor, factor);
  if (!size.isTold) return waits ? undefined : put(waitWrite(subject, deal));
  const settled = waits ? [settledWrite(subject, deal, at)] : [];
  const isNews = size.isLarge && (await readMarks(dealWon, [subject])).length === 0;
  if (!isNews) return settled.length === 0 ? undefined : put(...settled);
  const event = onceEvent(dealWon, momentOf({ ...head, planVersion }, at), {
    subject,
    sentence: dealSentence(subject, deal),
    on: deal.closesOn,
    currency: head.planCurrency,
    figure: String(size.planMinor),
    threshold: aboveMinor,
    explain: deal.customerId === undefined ? '/api/v1/integrations' : `/api/v1/arr/customers/${encodeURIComponent(deal.customerId)}`,
  });
  return put(markWrite(dealWon, subject, at), toldWrite(event), ...settled);
};

/** Tells which of some opportunities are large deals that were won. The same deal again, amended or not, tells nothing. */
export const noticeDeals = async (opportunities: readonly Opportunity[], at: string): Promise<void> => {
  if (!opportunities.some(({ isClosed, isWon }) => isClosed && isWon)) return;
  const { planStartsOn, ...how } = await telling(at);
  for (const opportunity of opportunities) {
    const won = wonOf(opportunity, planStartsOn);
    if (won !== undefined) await noticeDeal(dealOf(opportunity), won, false, how);
  }
};

/** Plan rates were loaded: tells of the deals that waited for them. */
export const noticeWaitingDeals = async (at: string): Promise<void> => {
  const waiting = await readWaiting();
  if (waiting.size === 0) return;
  const how = await telling(at);
  for (const [subject, deal] of waiting) await noticeDeal(subject, deal, true, how);
};
