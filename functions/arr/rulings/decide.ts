import { nowIso } from '../../platform/clock.ts';
import type { PageWanted } from '../../platform/http.ts';
import { digest } from '../../platform/ids.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { CommitProblem } from '../../platform/table.ts';
import { decidingContext } from '../records/context.ts';
import { readCustomer } from '../records/customer.ts';
import { checkRuling, type Ruling, type RulingRecord, type RulingStatus } from './ruling.ts';
import { addDecision, addProposal, readRuling, readRulings } from './store.ts';

interface Proposal {
  readonly ruling: Ruling;
  readonly reason: string;
  readonly proposedBy: string;
}

const isEqual = (a: Ruling, b: Ruling): boolean => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

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
  const open = (await readRulings()).find(
    (one) => one.status === 'proposed' && one.proposedBy === proposedBy && isEqual(one.ruling, ruling),
  );
  if (open !== undefined) return ok(open);
  const proposedAt = nowIso();
  const rulingId = `ruling-${proposedAt.replace(/[^0-9]/g, '')}-${digest(JSON.stringify([ruling, proposedBy, proposedAt]), 8)}`;
  const record: RulingRecord = { rulingId, ruling, reason, proposedBy, proposedAt, status: 'proposed' };
  const added = await addProposal(record);
  return added.ok ? ok(record) : added;
};

type DecisionProblem = Problem<'ruling-unknown' | 'ruling-decided' | 'second-person-needed' | CommitProblem['code']>;

interface Decided {
  readonly rulingId: string;
  readonly status: 'approved' | 'rejected';
  readonly by: string;
  readonly observedOn: string;
}

/**
 * Approves a ruling, which takes a second person, or rejects it, which its proposer may do too. Once decided it stands: another ruling can say
 * otherwise. The same decision by the same person again is answered as it stands.
 */
export const decideRuling = async ({ rulingId, status, by, observedOn }: Decided): Promise<Result<RulingRecord, DecisionProblem>> => {
  const known = await readRuling(rulingId);
  if (known === undefined) return fail('ruling-unknown', `There is no ruling "${rulingId.slice(0, 100)}".`, 'path.rulingId');
  if (known.status !== 'proposed') return known.status === status && known.decidedBy === by ? ok(known) : isDecided(known);
  if (status === 'approved' && known.proposedBy === by)
    return fail('second-person-needed', 'Whoever proposes a ruling cannot approve it: a second person does.', 'path.rulingId');
  const at = nowIso();
  const added = await addDecision(known, { status, by, at, observedOn });
  if (added.ok) return ok({ ...known, status, decidedBy: by, decidedAt: at });
  if (added.problem.code !== 'conflict') return added;
  return isDecided((await readRuling(rulingId)) ?? known);
};

const isDecided = ({ rulingId, status, decidedAt }: RulingRecord) =>
  fail('ruling-decided', `Ruling ${rulingId} was ${status} at ${decidedAt}. Propose another one to say otherwise.`, 'path.rulingId');

/** Rulings, newest first, page by page. */
export const listRulings = async (
  { status, customerId }: { readonly status?: RulingStatus | undefined; readonly customerId?: string | undefined },
  { position, limit }: PageWanted,
) => {
  const isWanted = ({ ruling, status: own }: RulingRecord): boolean =>
    (status === undefined || own === status) &&
    (customerId === undefined || ruling.customerId === customerId || (ruling.kind === 'link' && ruling.otherId === customerId));
  const wanted = (await readRulings()).filter(isWanted).reverse();
  const start = position === undefined ? 0 : wanted.findIndex(({ rulingId }) => rulingId < position);
  const items = start < 0 ? [] : wanted.slice(start, start + limit);
  const last = items[items.length - 1];
  return ok({ items, nextCursor: last === undefined || wanted[wanted.length - 1] === last ? null : last.rulingId });
};
