import { nowIso } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { CommitProblem } from '../../platform/table.ts';
import { isOpenCheck, readClosing } from './closing-store.ts';
import { booksOf, type EntityProblem } from './entity.ts';
import { checkedLines, contentOf, type Draft, type Journal, type JournalProblem, journalIdOf } from './journal.ts';
import { type Placed, placeOf } from './periods.ts';
import { reversalIdOf, reversalOf } from './reversal.ts';
import { addJournal, readJournal } from './store.ts';

/** Who posts. */
export interface Poster {
  /** Id at the identity provider, or the name of a step of ours. */
  readonly by: string;
  readonly mayPostSoftClosed: boolean;
}

/** `exists`: the same was posted under the same key before, and stands as it was answered then. */
export interface Posted {
  readonly status: 'posted' | 'exists';
  readonly journal: Journal;
}

export type PostProblem = EntityProblem | JournalProblem | Problem<'period-closed' | 'key-reused' | CommitProblem['code']>;

/** Attempts while the month of a posting is being closed. */
const MAX_ATTEMPTS = 3;

const journalFrom = (
  draft: Draft,
  placed: Placed,
  more: Pick<Journal, 'journalId' | 'functionalCurrency' | 'postedBy' | 'reverses' | 'lines'>,
): Journal => {
  const { legalEntity, key, description, origin, tag } = draft;
  const { accountingOn, period, moved } = placed;
  return {
    ...more,
    legalEntity,
    key,
    accountingOn,
    period,
    description,
    origin,
    ...(tag === undefined ? {} : { tag }),
    ...(moved === undefined ? {} : { moved }),
    recordedAt: nowIso(),
  };
};

/** What stands under an id already, where the caller says the same again. */
const standing = async (journalId: string, draft: Draft): Promise<Result<Posted, Problem<'key-reused'>> | undefined> => {
  const known = await readJournal(journalId);
  if (known === undefined) return undefined;
  if (known.content === contentOf(draft)) return ok({ status: 'exists', journal: known.journal });
  return fail(
    'key-reused',
    `The key "${draft.key.slice(0, 60)}" stands for another journal, ${journalId}, since ${known.journal.recordedAt}.`,
    'key',
  );
};

/** Posts a draft under an id, once. Order of the checks: entity, the journal itself, what stands under the id, whether its month is open. */
const postAs = async (
  journalId: string,
  draft: Draft,
  { by, mayPostSoftClosed }: Poster,
  reverses?: string,
): Promise<Result<Posted, PostProblem>> => {
  const company = companyConfig();
  const books = booksOf(draft.legalEntity, company);
  if (!books.ok) return books;
  const lines = checkedLines(draft, books.value);
  if (!lines.ok) return lines;
  const { functionalCurrency } = books.value;
  for (let attempt = 1; ; attempt += 1) {
    const known = await standing(journalId, draft);
    if (known !== undefined) return known;
    const closing = await readClosing(draft.legalEntity);
    const placed = placeOf(draft.accountingOn, closing, company.fiscalCalendar, { tag: draft.tag, mayPostSoftClosed });
    if (!placed.ok) return placed;
    const more = { journalId, functionalCurrency, lines: lines.value, postedBy: by, ...(reverses === undefined ? {} : { reverses }) };
    const journal = journalFrom(draft, placed.value, more);
    const isOpen = isOpenCheck(draft.legalEntity, journalId, placed.value.period, mayPostSoftClosed);
    const added = await addJournal(journal, contentOf(draft), isOpen);
    if (added.ok) return ok({ status: 'posted', journal });
    // Its month was closed, or the same journal posted, since it was looked at: the next look says which.
    if (added.problem.code === 'busy' || attempt === MAX_ATTEMPTS) return added;
  }
};

/**
 * Posts a journal, once for its key. Problems: `legal-entity-unknown`; `journal-invalid`, which names all that is wrong; `key-reused`: the key
 * stands for another journal; `period-closed`: its month is closed and it does not say why it comes late.
 */
export const postJournal = (draft: Draft, poster: Poster): Promise<Result<Posted, PostProblem>> =>
  postAs(journalIdOf(draft.legalEntity, draft.key), draft, poster);

/** Takes a journal back by another one, once. Problem `already-reversed`: it was taken back otherwise. */
export const reverseJournal = async (
  journalId: string,
  wanted: Parameters<typeof reversalOf>[1],
  poster: Poster,
): Promise<Result<Posted, PostProblem | Problem<'journal-unknown' | 'already-reversed'>>> => {
  const known = await readJournal(journalId);
  if (known === undefined) return fail('journal-unknown', `There is no journal "${journalId.slice(0, 60)}".`, 'path.journalId');
  const posted = await postAs(reversalIdOf(known.journal), reversalOf(known.journal, wanted), poster, journalId);
  if (posted.ok || posted.problem.code !== 'key-reused') return posted;
  return fail('already-reversed', `Journal ${journalId} was reversed by ${reversalIdOf(known.journal)} already.`, 'path.journalId');
};
