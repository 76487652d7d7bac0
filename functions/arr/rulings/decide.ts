import { nowIso } from '../../platform/clock.ts';
import type { PageWanted } from '../../platform/http.ts';
import { digest } from '../../platform/ids.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { CommitProblem } from '../../platform/table.ts';
import { decidingContext } from '../records/context.ts';
import { readCustomer } from '../records/customer.ts';
import { type Adjusting, readAdjusted } from './adjusted-store.ts';
import { recordedAdjustments, wordsOfAdjustment } from './adjustment.ts';
import { checkRuling, type Ruling, type RulingRecord } from './ruling.ts';
import { addDecision, addProposal, type RulingFilter, readOpen, readPageOfRulings, readRuling } from './store.ts';

/** Attempts at a proposal, or at an approval, while others of the same words are in the way. */
const MAX_ATTEMPTS = 3;

interface Proposal {
  readonly ruling: Ruling;
  readonly reason: string;
  readonly proposedBy: string;
}

/**
 * Proposes a ruling; the same one by the same person, while it is open, is answered as it stands. Problems: `customer-unknown`;
 * `ruling-invalid` where it speaks of what is not there.
 */
export const propose = async ({
  ruling,
  reason,
  proposedBy,
}: Proposal): Promise<Result<RulingRecord, Problem<'customer-unknown' | 'ruling-invalid' | CommitProblem['code']>>> => {
  for (const field of ['customerId', 'otherId'] as const) {
    const asked = (ruling as Partial<Record<typeof field, string>>)[field];
    if (asked === undefined) continue;
    const known = await readCustomer(asked);
    if (known === undefined)
      return fail('customer-unknown', `No fact about customer ${asked.slice(0, 100)} has been recorded.`, `ruling.${field}`);
    const checked = checkRuling(ruling, known, await decidingContext());
    if (!checked.ok) return checked;
  }
  for (let attempt = 1; ; attempt += 1) {
    const open = await readOpen({ ruling, proposedBy });
    if (open !== undefined) return ok(open);
    const proposedAt = nowIso();
    const rulingId = `ruling-${proposedAt.replace(/[^0-9]/g, '')}-${digest(JSON.stringify([ruling, proposedBy, proposedAt, attempt]), 8)}`;
    const record: RulingRecord = { rulingId, ruling, reason, proposedBy, proposedAt, status: 'proposed' };
    const added = await addProposal(record);
    if (added.ok) return ok(record);
    // Of two requests at the same time one is recorded; and one may be proposed and decided within a millisecond, which its id tells no finer.
    if (added.problem.code !== 'conflict' || attempt === MAX_ATTEMPTS) return added;
  }
};

type DecisionProblem = Problem<'ruling-unknown' | 'ruling-decided' | 'ruling-invalid' | 'second-person-needed' | CommitProblem['code']>;

interface Decided {
  readonly rulingId: string;
  readonly status: 'approved' | 'rejected';
  readonly by: string;
  readonly observedOn: string;
}

/**
 * What an approval of an adjustment takes: that it still may be made, and that nobody approved the same one, recorded or not yet, unless it was
 * ended. Of any other ruling nothing. Problem `ruling-invalid`.
 */
const adjustingOf = async ({ ruling }: RulingRecord): Promise<Result<Adjusting | undefined, Problem<'ruling-invalid'>>> => {
  if (ruling.kind !== 'adjustment') return ok(undefined);
  const known = await readCustomer(ruling.customerId);
  if (known === undefined) return fail('ruling-invalid', `No fact about customer ${ruling.customerId} is recorded.`, 'ruling.customerId');
  const checked = checkRuling(ruling, known, await decidingContext());
  if (!checked.ok) return checked;
  const words = `${known.customerId} ${wordsOfAdjustment(ruling)}`;
  const before = await readAdjusted(words);
  if (before === undefined || recordedAdjustments(known.facts).get(before)?.isEnded === true) return ok({ words, before });
  const owner = (await readRuling(before))?.ruling.customerId;
  return known.members.some(({ customerId }) => customerId === owner)
    ? fail('ruling-invalid', `The same adjustment was approved as ${before}.`, 'ruling.amountMinor')
    : ok({ words, before });
};

/**
 * Approves a ruling, which takes a second person, or rejects it, which its proposer may do too. Once decided it stands: another ruling can say
 * otherwise. The same decision by the same person again is answered as it stands. Problem `ruling-invalid`: the same adjustment was approved since.
 */
export const decideRuling = async (decided: Decided): Promise<Result<RulingRecord, DecisionProblem>> => {
  for (let attempt = 1; ; attempt += 1) {
    const made = await decideOnce(decided);
    // Somebody decided it, or approved the same adjustment: the next look says which.
    if (made.ok || made.problem.code !== 'conflict' || attempt === MAX_ATTEMPTS) return made;
  }
};

const decideOnce = async ({ rulingId, status, by, observedOn }: Decided): Promise<Result<RulingRecord, DecisionProblem>> => {
  const known = await readRuling(rulingId);
  if (known === undefined) return fail('ruling-unknown', `There is no ruling "${rulingId.slice(0, 100)}".`, 'path.rulingId');
  if (known.status !== 'proposed') return known.status === status && known.decidedBy === by ? ok(known) : isDecided(known);
  if (status === 'approved' && known.proposedBy === by)
    return fail('second-person-needed', 'Whoever proposes a ruling cannot approve it: a second person does.', 'path.rulingId');
  const adjusting = status === 'approved' ? await adjustingOf(known) : ok(undefined);
  if (!adjusting.ok) return adjusting;
  const at = nowIso();
  const added = await addDecision(known, { status, by, at, observedOn }, adjusting.value);
  return added.ok ? ok({ ...known, status, decidedBy: by, decidedAt: at }) : added;
};

const isDecided = ({ rulingId, status, decidedAt }: RulingRecord) =>
  fail('ruling-decided', `Ruling ${rulingId} was ${status} at ${decidedAt}. Propose another one to say otherwise.`, 'path.rulingId');

/** Rulings that one request looks at where it leaves some out, and how often. */
const LOOKED_AT_ONCE = 100;
const MAX_READS = 5;

/**
 * Rulings, newest first, page by page. Of one customer and one status, a request looks at as many of the customer's as it may, and answers those
 * that it found with where it stopped.
 */
export const listRulings = async (filter: RulingFilter, { position, limit }: PageWanted) => {
  const isSifted = filter.status !== undefined && filter.customerId !== undefined;
  const items: RulingRecord[] = [];
  let after = position;
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const { items: found, next } = await readPageOfRulings(filter, after, isSifted ? LOOKED_AT_ONCE : limit - items.length);
    const taken = found.slice(0, limit - items.length);
    items.push(...taken);
    after = taken.length < found.length ? taken[taken.length - 1]?.rulingId : next;
    if (after === undefined || items.length === limit) break;
  }
  return ok({ items, nextCursor: after ?? null });
};
