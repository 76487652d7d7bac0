import { addDays } from '../../platform/calendar.ts';
import { domainEvent } from '../../platform/envelope.ts';
import type { EventData } from '../../platform/events.ts';
import { outboxWrite } from '../../platform/outbox.ts';
import { batchCommit, MAX_TRANSACTION_WRITES, type Write } from '../../platform/table.ts';
import { arrEvents, subscriptionTieFound } from '../events.ts';
import type { Claim } from '../evidence/claims.ts';
import type { Fact } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import type { Book } from '../movements/decide.ts';
import type { Entry } from '../movements/movements.ts';
import { claimWrite } from './claims-store.ts';
import { toMovement } from './codec.ts';
import { firstPortion, MAX_LINES_OF_RECORDING, type Portion } from './portions.ts';
import { ALONE, type Place, recordingWrites, type StoredBook } from './store.ts';
import { watchWrite } from './watches-store.ts';

/** Version of plan rates that no set has: a book that carries it is decided again from all facts. */
const UNFINISHED = -1;
/** More claims and watches than this are put before what makes them is recorded, beside which a transaction would not have room for them. */
const MAX_BESIDE = 8;
const PUT_AT_ONCE = 50;

/** What one customer's next recording says. */
export interface Draft {
  readonly customerId: string;
  readonly stored: StoredBook | undefined;
  readonly place: Place;
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly book: Book;
  readonly movements: readonly Entry[];
  readonly claims?: readonly (Claim & { readonly customerId: string })[];
  /** The first day on which something lapses unless something comes in its place; absent where nothing does. */
  readonly dueOn?: string | undefined;
  /** It stands under that day already. */
  readonly isListed?: true;
  /** Subscriptions whose newest state is tied. */
  readonly ambiguous?: readonly string[];
}

export interface Writes {
  readonly writes: readonly Write[];
  /** Movements that are left for a further commit, because one transaction cannot hold them all. */
  readonly more: boolean;
}

/**
 * Drafts whose claims and watches one transaction has room for, the others put before: a claim whose fact was never recorded, or a watch without
 * its recording, only says whom to look at. Undefined where one could not be put.
 */
export const putBefore = async (drafts: readonly Draft[], recordedAt: string): Promise<readonly Draft[] | undefined> => {
  const writes = drafts.flatMap((draft) => besideOf(draft, recordedAt));
  if (writes.length <= MAX_BESIDE) return drafts;
  const chunks: (typeof writes)[] = [];
  for (let from = 0; from < writes.length; from += PUT_AT_ONCE) chunks.push(writes.slice(from, from + PUT_AT_ONCE));
  const results = await batchCommit(chunks);
  return results.every(({ ok }) => ok) ? drafts.map(({ claims: _, ...draft }) => ({ ...draft, isListed: true })) : undefined;
};

/** What says whom to look at. */
const besideOf = (draft: Draft, recordedAt: string): readonly Write[] => {
  const { customerId, stored, isListed, claims = [] } = draft;
  const dueOn = listedOn(draft, recordedAt);
  const isWatched = dueOn === undefined || dueOn === stored?.dueOn || isListed;
  return [...claims.map(claimWrite), ...(isWatched ? [] : [watchWrite(customerId, dueOn)])];
};

/**
 * Writes of as many parts, from the first on, as one transaction has room for beside their movements; the others are left. What one part says is
 * recorded together; at least the first is taken.
 */
export const writesOfParts = (parts: readonly (readonly Draft[])[], context: Context, recordedAt: string): Writes => {
  const drafts: Draft[] = [];
  let taken = 0;
  for (const part of parts) {
    if (taken > 0 && leastOf([...drafts, ...part], recordedAt) > MAX_TRANSACTION_WRITES) break;
    drafts.push(...part);
    taken += 1;
  }
  if (taken === 0) return { writes: [], more: false };
  const { writes, more } = writesOf(drafts, context, recordedAt);
  return { writes, more: more || taken < parts.length };
};

/** How many writes some drafts need beside those of movements. */
const leastOf = (drafts: readonly Draft[], recordedAt: string): number =>
  drafts.reduce((sum, draft) => sum + 1 + besideOf(draft, recordedAt).length + tiesOf(draft).length, 0);

/**
 * All that is recorded together. Where one transaction cannot hold it, a portion of one customer's movements goes first, with nothing else:
 * what is left over is found again as the difference of all facts to the movements recorded by then. Throws where no transaction holds what is
 * recorded beside movements.
 */
export const writesOf = (drafts: readonly Draft[], context: Context, recordedAt: string): Writes => {
  const least = leastOf(drafts, recordedAt);
  if (least > MAX_TRANSACTION_WRITES)
    throw new Error(
      `a transaction of ${MAX_TRANSACTION_WRITES} writes does not hold ${least}: of ${drafts.length} customers, with their ties`,
    );
  const portions = drafts.map(({ movements }) => firstPortion(movements));
  const whole = drafts.flatMap((draft, i) => writesOfDraft(draft, (portions[i] as Portion).entries, context, recordedAt));
  const lines = portions.reduce((sum, portion) => sum + portion.lines, 0);
  const isOne = whole.length <= MAX_TRANSACTION_WRITES && (drafts.length === 1 || lines <= MAX_LINES_OF_RECORDING);
  if (isOne && !portions.some(({ more }) => more)) return { writes: whole, more: false };
  const at = portions.reduce((largest, { lines: own }, i) => (own > (portions[largest] as Portion).lines ? i : largest), 0);
  const { claims: _, ambiguous: __, isListed: ___, ...draft } = drafts[at] as Draft;
  const unfinished: Draft = {
    ...draft,
    place: draft.stored?.place ?? ALONE,
    dueOn: draft.stored?.dueOn,
    facts: [],
    book: { ...draft.book, ratesVersion: UNFINISHED },
  };
  return { writes: writesOfDraft(unfinished, (portions[at] as Portion).entries, context, recordedAt), more: true };
};

const writesOfDraft = (draft: Draft, entries: readonly Entry[], { rates, profile }: Context, recordedAt: string): readonly Write[] => {
  const { customerId, stored, place, name, facts, book } = draft;
  const dueOn = listedOn(draft, recordedAt);
  const recording = { customerId, recordedAt, version: (stored?.version ?? 0) + 1 };
  return [
    ...recordingWrites(recording, {
      name,
      place,
      dueOn,
      book,
      facts,
      movements: entries.map((entry, i) => toMovement(entry, i, recording)),
      planCurrency: rates.planCurrency,
      profile: profile.name,
    }),
    ...besideOf(draft, recordedAt),
    ...tiesOf(draft).map((data) => {
      const id = `tie:${data.subscriptionId}:${data.observedAt}`;
      return outboxWrite(domainEvent(subscriptionTieFound, { id, recordedAt, subject: customerId, data }), arrEvents);
    }),
  ];
};

/** Today is at most one day ahead of UTC's, in whatever zone. */
const DAYS_AHEAD = 2;

/** What is due already is listed on a day that nobody has gone through yet. */
const listedOn = ({ dueOn }: Draft, recordedAt: string): string | undefined => {
  if (dueOn === undefined) return undefined;
  const first = addDays(recordedAt.slice(0, 10), DAYS_AHEAD);
  return dueOn < first ? first : dueOn;
};

/** Only a fact that arrives now can make a tie; an older one has been told already. */
const tiesOf = ({ facts, book, ambiguous = [] }: Draft): EventData<typeof subscriptionTieFound>[] =>
  ambiguous.flatMap((subscriptionId) => {
    const observedAt = book.subscriptions.find((subscription) => subscription.subscriptionId === subscriptionId)?.observedAt;
    const fact = facts.find(
      (f) => f.kind === 'subscription' && f.data.subscriptionId === subscriptionId && f.data.provenance.observedAt === observedAt,
    );
    if (fact === undefined) return [];
    const { system, instance } = fact.data.provenance;
    return [{ system, instance, subscriptionId, observedAt: fact.data.provenance.observedAt }];
  });
