import { Entity } from 'electrodb';
import { domainEvent } from '../../platform/envelope.ts';
import { digest } from '../../platform/ids.ts';
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
import { arrEvents, arrRulingMade } from '../events.ts';
import { type Adjusting, adjustedWrite } from './adjusted-store.ts';
import type { Ruling, RulingRecord, RulingStatus } from './ruling.ts';

/**
 * Rulings by hand: one item when it is proposed, one when it is decided, neither changed afterwards. Ids begin with the time of the proposal, so
 * every list is in the order of its keys: of all (`RULINGS`), of a customer (`RULINGS#<customer>`), of a status (gsi1 `RULINGS#<status>`).
 */
const PROPOSALS = 'RULINGS';
const DECISIONS = 'RULED';

const proposals = new Entity(
  {
    model: { entity: 'arrRuling', version: '1', service: 'arr' },
    attributes: {
      rulingId: { type: 'string', required: true },
      /** JSON text. */
      ruling: { type: 'string', required: true },
      reason: { type: 'string', required: true },
      /** Id at the identity provider. */
      by: { type: 'string', required: true },
      at: { type: 'string', required: true },
    },
    indexes: {
      inOrder: {
        pk: { ...primaryPk, composite: [], template: PROPOSALS },
        sk: { ...primarySk, composite: ['rulingId'], template: '${rulingId}' },
      },
    },
  } as const,
  entityDefaults,
);

const decisions = new Entity(
  {
    model: { entity: 'arrRulingDecision', version: '1', service: 'arr' },
    attributes: {
      rulingId: { type: 'string', required: true },
      status: { type: ['approved', 'rejected'] as const, required: true },
      by: { type: 'string', required: true },
      at: { type: 'string', required: true },
      event: eventAttribute,
    },
    indexes: {
      byRuling: {
        pk: { ...primaryPk, composite: [], template: DECISIONS },
        sk: { ...primarySk, composite: ['rulingId'], template: '${rulingId}' },
      },
      ofStatus: {
        index: gsi1Index,
        pk: { ...gsi1Pk, composite: ['status'], template: 'RULINGS#${status}' },
        sk: { ...gsi1Sk, composite: ['rulingId'], template: '${rulingId}' },
      },
    },
  } as const,
  entityDefaults,
);

/** Customers that a ruling is about: each has a list of its own. */
const mentions = new Entity(
  {
    model: { entity: 'arrRulingMention', version: '1', service: 'arr' },
    attributes: { customerId: { type: 'string', required: true }, rulingId: { type: 'string', required: true } },
    indexes: {
      ofCustomer: {
        pk: { ...primaryPk, composite: ['customerId'], template: 'RULINGS#${customerId}' },
        sk: { ...primarySk, composite: ['rulingId'], template: '${rulingId}' },
      },
    },
  } as const,
  entityDefaults,
);

/** What a person proposed last in the same words: open until that is decided, and taken by the next proposal only then. */
const lastProposals = new Entity(
  {
    model: { entity: 'arrRulingLast', version: '1', service: 'arr' },
    attributes: {
      /** Of the ruling and its proposer. */
      words: { type: 'string', required: true },
      rulingId: { type: 'string', required: true },
      status: { type: ['proposed', 'decided'] as const, required: true },
    },
    indexes: {
      byWords: {
        pk: { ...primaryPk, composite: ['words'], template: 'RULINGWORDS#${words}' },
        sk: { ...primarySk, composite: [], template: 'LAST' },
      },
      ofStatus: {
        index: gsi1Index,
        pk: { ...gsi1Pk, composite: ['status'], template: 'RULINGS#${status}' },
        sk: { ...gsi1Sk, composite: ['rulingId'], template: '${rulingId}' },
      },
    },
  } as const,
  entityDefaults,
);

type Proposed = Pick<RulingRecord, 'ruling' | 'proposedBy'>;

const wordsOf = ({ ruling, proposedBy }: Proposed): string => digest(JSON.stringify([proposedBy, Object.entries(ruling).sort()]));

interface Proposal extends Key {
  readonly rulingId: string;
  readonly ruling: string;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

interface Decision extends Key {
  readonly rulingId: string;
  readonly status: 'approved' | 'rejected';
  readonly by: string;
  readonly at: string;
}

const toRecord = ({ rulingId, ruling, reason, by, at }: Proposal, decided: Decision | undefined): RulingRecord => ({
  rulingId,
  ruling: JSON.parse(ruling) as Ruling,
  reason,
  proposedBy: by,
  proposedAt: at,
  ...(decided === undefined ? { status: 'proposed' } : { status: decided.status, decidedBy: decided.by, decidedAt: decided.at }),
});

/** An earlier version kept steps of rulings beside these, as `<ruling>#<step>`: they name no ruling. */
const isProposal = (item: Proposal | Decision): item is Proposal => item.pk === PROPOSALS && item.sk === item.rulingId;

/** Rulings by their ids, in their order, as they stand now (read consistently); those that are not there are left out. */
const readRulings = async (rulingIds: readonly string[]): Promise<readonly RulingRecord[]> => {
  const keys = rulingIds.flatMap((sk) => [PROPOSALS, DECISIONS].map((pk) => ({ pk, sk })));
  const items = await getItems<Proposal | Decision>(keys);
  const decided = new Map(items.flatMap((item) => (item.pk === DECISIONS ? [[item.rulingId, item as Decision]] : [])));
  return items.flatMap((item) => (isProposal(item) ? [toRecord(item, decided.get(item.rulingId))] : []));
};

export const readRuling = async (rulingId: string): Promise<RulingRecord | undefined> => (await readRulings([rulingId]))[0];

/** The same ruling by the same person, while it is open. */
export const readOpen = async (proposed: Proposed): Promise<RulingRecord | undefined> => {
  const { data } = await lastProposals.get({ words: wordsOf(proposed) }).go({ consistent: true });
  return data?.status === 'proposed' ? readRuling(data.rulingId) : undefined;
};

export interface RulingFilter {
  readonly status?: RulingStatus | undefined;
  readonly customerId?: string | undefined;
}

export interface RulingPage {
  readonly items: readonly RulingRecord[];
  /** Id of the last that was looked at, behind which the next page starts; undefined after the last. */
  readonly next: string | undefined;
}

/** Every id lies between these. */
const FIRST_ID = 'ruling-';
const LAST_ID = 'ruling-~';

/**
 * Looks at up to `limit` rulings, newest first, behind the one named `after`. The list of a status follows its items within moments, and that of
 * a customer holds all: what stands otherwise is left out, so that there may be fewer of them before the last page.
 */
export const readPageOfRulings = async (
  { status, customerId }: RulingFilter,
  after: string | undefined,
  limit: number,
): Promise<RulingPage> => {
  // Behind a place outside of the list stands nothing.
  if (after !== undefined && (after < FIRST_ID || after > LAST_ID)) return { items: [], next: undefined };
  const isOfStatus = customerId === undefined && status !== undefined;
  const pk = isOfStatus ? `RULINGS#${status}` : customerId === undefined ? PROPOSALS : `RULINGS#${customerId}`;
  const index = isOfStatus ? ({ index: gsi1Index } as const) : {};
  // The one that the page before ended with is read again where it still stands in the list, and one more tells whether there are others.
  const found = await queryRange<Key & { readonly gsi1sk: string }>({
    ...index,
    pk,
    from: FIRST_ID,
    to: after ?? LAST_ID,
    newestFirst: true,
    limit: limit + 2,
  });
  const ids = [...new Set(found.map(({ sk, gsi1sk }) => (isOfStatus ? gsi1sk : sk)))].filter((rulingId) => rulingId !== after);
  const page = ids.slice(0, limit);
  const items = (await readRulings(page)).filter((one) => status === undefined || one.status === status);
  return { items, next: ids.length > limit ? page[page.length - 1] : undefined };
};

/** Whom a ruling speaks of. */
export const customersOf = (ruling: Ruling): readonly string[] =>
  ruling.kind === 'link' ? [ruling.customerId, ruling.otherId] : [ruling.customerId];

/** Problem `conflict`: the same person has proposed the same, and it is open. */
export const addProposal = (record: RulingRecord): Promise<Result<void, CommitProblem>> => {
  const { rulingId, ruling, reason, proposedBy, proposedAt } = record;
  return commit([
    { put: proposals.create({ rulingId, ruling: JSON.stringify(ruling), reason, by: proposedBy, at: proposedAt }).params() },
    {
      put: lastProposals
        .put({ words: wordsOf(record), rulingId, status: 'proposed' })
        .where(({ status }, { notExists, eq }) => `${notExists(status)} OR ${eq(status, 'decided')}`)
        .params(),
    },
    ...customersOf(ruling).map((customerId): Write => ({ put: mentions.create({ customerId, rulingId }).params() })),
  ]);
};

/**
 * Decides a proposal, once: problem `conflict` where somebody did, or where somebody approved the same adjustment meanwhile (`adjusting`). What is
 * approved goes out with this item, and is recorded as a fact. `observedOn`: the day in the company's zone.
 */
export const addDecision = (
  record: RulingRecord,
  decided: { readonly status: 'approved' | 'rejected'; readonly by: string; readonly at: string; readonly observedOn: string },
  adjusting?: Adjusting,
): Promise<Result<void, CommitProblem>> => {
  const { rulingId, ruling, reason, proposedBy } = record;
  const { status, by, at, observedOn } = decided;
  const approvedAt = Math.floor(Date.parse(at) / 1000);
  const event = domainEvent(arrRulingMade, {
    id: `ruling:${rulingId}`,
    recordedAt: at,
    subject: ruling.customerId,
    data: { rulingId, ruling, reason, proposedBy, approvedBy: by, approvedAt, observedOn },
  });
  const told = status === 'approved' ? { event: carried(event, arrEvents) } : {};
  return commit([
    { put: decisions.create({ rulingId, status, by, at, ...told }).params() },
    {
      put: lastProposals
        .put({ words: wordsOf(record), rulingId, status: 'decided' })
        .where((last, { eq }) => eq(last.rulingId, rulingId))
        .params(),
    },
    ...(adjusting === undefined ? [] : [adjustedWrite(adjusting, rulingId)]),
  ]);
};
