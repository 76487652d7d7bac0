import { addMonths, startOfMonth } from '../../platform/calendar.ts';
import { nowIso } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { cursorInvalid } from '../../platform/cursor.ts';
import type { PageWanted } from '../../platform/http.ts';
import { digest } from '../../platform/ids.ts';
import { fail, ok } from '../../platform/result.ts';
import { readComparison } from '../decided/read-comparison.ts';
import { profileAsked } from '../decided/read-decided.ts';
import { profileInForce, profileNamed } from '../profiles/presets.ts';
import { type Profile, versionOf } from '../profiles/profile.ts';
import { type NamedProfile, type ProfileChange, switchesBetween } from './change.ts';
import { addChange, putDecision, readChanges } from './store.ts';

/** Months that end, or go on, on the day of the proposal. */
const MONTHS_OF_EFFECT = 24;

const named = (profile: Profile): NamedProfile => ({ profile: profile.name, profileVersion: versionOf(profile) });

/** As it is told, and whether the profile is in force by now: approved alone it is not. */
const answerOf = (change: ProfileChange) => ({
  ...change,
  isInForce: change.status === 'approved' && versionOf(profileInForce(companyConfig())) === change.to.profileVersion,
});

interface Proposal {
  readonly profile: string;
  readonly reason: string;
  readonly proposedBy: string;
}

/**
 * Proposes that another profile be put in force, with what ARR of the last 24 months would have been. Problems, in the order of their checks:
 * `profile-unknown`; `profile-in-force`; `ledger-not-made`, before the two were compared.
 */
export const proposeChange = async ({ profile: name, reason, proposedBy }: Proposal, today: string) => {
  const asked = profileAsked(name, 'body.profile');
  if (!asked.ok) return asked;
  const [from, to] = [profileInForce(companyConfig()), asked.value];
  if (from.name === to.name) return fail('profile-in-force', `${name} is in force already.`, 'body.profile');
  const since = addMonths(startOfMonth(today), 1 - MONTHS_OF_EFFECT);
  const compared = await readComparison({ left: from.name, right: to.name, from: since, to: today });
  if (!compared.ok) return compared;
  const { ledgerThrough, rows } = compared.value;
  const proposedAt = nowIso();
  const change: ProfileChange = {
    changeId: `change-${proposedAt.replace(/[^0-9]/g, '')}-${digest(JSON.stringify([name, proposedBy, proposedAt]), 8)}`,
    from: named(from),
    to: named(to),
    switches: switchesBetween(from, to),
    reason,
    effect: { ledgerThrough, rows: rows.map(({ unconverted: _, explain: __, ...row }) => row) },
    status: 'proposed',
    proposedBy,
    proposedAt,
  };
  const added = await addChange(change);
  return added.ok ? ok(answerOf(change)) : added;
};

/** Whether the two profiles still are what they were when the change was proposed. */
const isStill = ({ from, to }: ProfileChange): boolean => {
  const config = companyConfig();
  const target = profileNamed(to.profile, config.profiles);
  return versionOf(profileInForce(config)) === from.profileVersion && target !== undefined && versionOf(target) === to.profileVersion;
};

interface Decided {
  readonly changeId: string;
  readonly status: 'approved' | 'rejected';
  readonly by: string;
}

/**
 * Approves a change, which takes a second person, or rejects it, which its proposer may do too; the same decision by the same person again is
 * answered as it stands. Problems, in the order of their checks: `change-unknown`, `change-decided`, `second-person-needed`, `change-stale`.
 */
export const decideChange = async ({ changeId, status, by }: Decided) => {
  const known = (await readChanges()).find((change) => change.changeId === changeId);
  if (known === undefined) return fail('change-unknown', `There is no change "${changeId.slice(0, 100)}".`, 'path.changeId');
  if (known.status !== 'proposed') return known.status === status && known.decidedBy === by ? ok(answerOf(known)) : decidedAlready(known);
  if (status === 'approved' && known.proposedBy === by)
    return fail('second-person-needed', 'Whoever proposes a change cannot approve it: a second person does.', 'path.changeId');
  if (status === 'approved' && !isStill(known))
    return fail('change-stale', 'One of the two profiles was changed since, or another one is in force: propose it anew.', 'path.changeId');
  const decided: ProfileChange = { ...known, status, decidedBy: by, decidedAt: nowIso() };
  const put = await putDecision(decided);
  if (put.ok) return ok(answerOf(decided));
  return put.problem.code === 'conflict' ? decidedAlready(known) : put;
};

const decidedAlready = ({ changeId }: ProfileChange) =>
  fail('change-decided', `The change ${changeId} is decided already: what was decided stays.`, 'path.changeId');

/** Changes, newest first. */
export const listChanges = async (page: PageWanted) => {
  if (!/^\d{1,9}$/.test(page.position ?? '0')) return cursorInvalid;
  const all = await readChanges();
  const start = Number(page.position ?? '0');
  const end = start + page.limit;
  return ok({ items: all.slice(start, end).map(answerOf), nextCursor: end < all.length ? String(end) : null });
};
