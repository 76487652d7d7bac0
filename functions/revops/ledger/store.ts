import { Entity } from 'electrodb';
import { assert } from '../../platform/bug.ts';
import { domainEvent } from '../../platform/envelope.ts';
import type { EventData } from '../../platform/events.ts';
import { fnv1a32 } from '../../platform/ids.ts';
import { carried, eventAttribute } from '../../platform/outbox.ts';
import type { Result } from '../../platform/result.ts';
import {
  type CommitProblem,
  commit,
  entityDefaults,
  getItems,
  gsi1Index,
  gsi1Pk,
  gsi1Sk,
  type Key,
  primaryPk,
  primarySk,
  queryRange,
  type Write,
} from '../../platform/table.ts';
import { journalPosted, revopsEvents } from '../events.ts';
import { contractsOf, isBalanced, type Journal } from './journal.ts';

/** Lanes over which the journals of a fiscal month are listed: the close of a month writes thousands a second. */
const LANES = 8;

/** One item a journal, put once and never changed: the event that goes out with it is the journal. */
const journals = new Entity(
  {
    model: { entity: 'journal', version: '1', service: 'revops' },
    attributes: {
      journalId: { type: 'string', required: true },
      legalEntity: { type: 'string', required: true },
      period: { type: 'string', required: true },
      lane: { type: 'number', required: true },
      accountingOn: { type: 'string', required: true },
      /** Hash of what the caller said under its key. */
      content: { type: 'string', required: true },
      event: { ...eventAttribute, required: true },
    },
    indexes: {
      byId: {
        pk: { ...primaryPk, composite: ['journalId'], template: 'GL#${journalId}' },
        sk: { ...primarySk, composite: [], template: 'JOURNAL' },
      },
      ofPeriod: {
        index: gsi1Index,
        pk: { ...gsi1Pk, composite: ['legalEntity', 'period', 'lane'], template: 'GLPERIOD#${legalEntity}#${period}#${lane}' },
        sk: { ...gsi1Sk, composite: ['accountingOn', 'journalId'], template: '${accountingOn}#${journalId}' },
      },
    },
  } as const,
  entityDefaults,
);

/** What a journal speaks of beside accounts, each with a list of its own: contracts, and why it comes late or corrects. */
const mentions = new Entity(
  {
    model: { entity: 'journalMention', version: '1', service: 'revops' },
    attributes: {
      legalEntity: { type: 'string', required: true },
      /** `contract#<id>` or `tag#<kind>`. */
      of: { type: 'string', required: true },
      accountingOn: { type: 'string', required: true },
      journalId: { type: 'string', required: true },
    },
    indexes: {
      inOrder: {
        pk: { ...primaryPk, composite: ['legalEntity', 'of'], template: 'GLOF#${legalEntity}#${of}' },
        sk: { ...primarySk, composite: ['accountingOn', 'journalId'], template: '${accountingOn}#${journalId}' },
      },
    },
  } as const,
  entityDefaults,
);

interface JournalItem extends Key {
  readonly content: string;
  readonly event: { readonly recordedAt: string; readonly data: string };
}

const toJournal = ({ event }: JournalItem): Journal => {
  const { lines, ...data } = JSON.parse(event.data) as EventData<typeof journalPosted>;
  const journal = {
    ...data,
    recordedAt: event.recordedAt,
    lines: lines.map((line) => ({ ...line, amountMinor: BigInt(line.amountMinor), functionalMinor: BigInt(line.functionalMinor) })),
  };
  assert(isBalanced(journal.lines), `journal ${journal.journalId} is read as it was posted: balanced`);
  return journal;
};

const keyOfJournal = (journalId: string): Key => ({ pk: `GL#${journalId}`, sk: 'JOURNAL' });

/** A journal with the hash of what its caller said; read consistently. */
export const readJournal = async (journalId: string): Promise<{ readonly journal: Journal; readonly content: string } | undefined> => {
  const [item] = await getItems<JournalItem>([keyOfJournal(journalId)]);
  return item === undefined ? undefined : { journal: toJournal(item), content: item.content };
};

/** What lists of journals are kept of. */
export const contractMention = (contractId: string): string => `contract#${contractId}`;
export const tagMention = (kind: string): string => `tag#${kind}`;

const mentionsOf = ({ lines, tag }: Journal): readonly string[] => [
  ...contractsOf(lines).map(contractMention),
  ...(tag === undefined ? [] : [tagMention(tag.kind)]),
];

/**
 * Puts a journal, once, where `isOpen` holds. Of the `conflict`'s reasons the first is that of `isOpen`, the second that of the journal, which
 * is there already.
 */
export const addJournal = (journal: Journal, content: string, isOpen: Write): Promise<Result<void, CommitProblem>> => {
  const { lines, recordedAt, ...rest } = journal;
  const { journalId, legalEntity, period, accountingOn } = journal;
  assert(isBalanced(lines), `journal ${journalId} is posted balanced`);
  const data = {
    ...rest,
    lines: lines.map((line) => ({ ...line, amountMinor: String(line.amountMinor), functionalMinor: String(line.functionalMinor) })),
  };
  const event = domainEvent(journalPosted, { id: journalId, recordedAt, subject: legalEntity, data });
  const lane = fnv1a32(journalId) % LANES;
  return commit([
    isOpen,
    { put: journals.create({ journalId, legalEntity, period, lane, accountingOn, content, event: carried(event, revopsEvents) }).params() },
    ...mentionsOf(journal).map((of): Write => ({ put: mentions.put({ legalEntity, of, accountingOn, journalId }).params() })),
  ]);
};

/** A place in a list of journals: `<accounting day>#<journal>`. */
export type Place = string;

export interface JournalPage {
  readonly journals: readonly Journal[];
  /** Of the last one that was looked at, behind which the next page starts; undefined after the last. */
  readonly next: Place | undefined;
}

interface Range {
  readonly legalEntity: string;
  /** Accounting days, both included. */
  readonly from: string;
  readonly to: string;
  readonly after: Place | undefined;
  readonly limit: number;
}

/** A blank sorts before all that ids are made of, a tilde behind. */
const boundsOf = ({ from, to, after }: Range) => ({ from: after === undefined || after < from ? from : `${after} `, to: `${to}~` });

const readPlaces = async (places: readonly Place[], limit: number): Promise<JournalPage> => {
  const page = places.slice(0, limit);
  const items = await getItems<JournalItem>(page.map((place) => keyOfJournal(place.slice(place.indexOf('#') + 1))));
  return { journals: items.map(toJournal), next: places.length > limit ? page[page.length - 1] : undefined };
};

/** Journals of a fiscal month, by accounting day and id. The list follows its journals within moments. */
export const readPageOfPeriod = async (period: string, range: Range): Promise<JournalPage> => {
  const lanes = await Promise.all(
    Array.from({ length: LANES }, (_, lane) =>
      queryRange<{ readonly gsi1sk: string }>({
        index: gsi1Index,
        pk: `GLPERIOD#${range.legalEntity}#${period}#${lane}`,
        ...boundsOf(range),
        limit: range.limit + 1,
      }),
    ),
  );
  return readPlaces(
    lanes
      .flat()
      .map(({ gsi1sk }) => gsi1sk)
      .sort(),
    range.limit,
  );
};

/** Journals that speak of something (`contractMention`, `tagMention`), by accounting day and id; read consistently. */
export const readPageOfMention = async (of: string, range: Range): Promise<JournalPage> => {
  const found = await queryRange<Key>({ pk: `GLOF#${range.legalEntity}#${of}`, ...boundsOf(range), limit: range.limit + 1 });
  return readPlaces(
    found.map(({ sk }) => sk),
    range.limit,
  );
};
