import { Entity } from 'electrodb';
import { domainEvent } from '../../platform/envelope.ts';
import type { EventData } from '../../platform/events.ts';
import { carried, eventAttribute, outboxWrite } from '../../platform/outbox.ts';
import { entityDefaults, type Page, primaryPk, primarySk, queryRange, readAll, type Write } from '../../platform/table.ts';
import { arrEvents, milestoneDigestMade } from '../events.ts';
import type { WonDeal } from './deal-won.ts';
import type { HeldBySubject } from './engine.ts';
import type { WorkedFigures } from './figures.ts';
import type { AlertData, AlertEvent } from './told.ts';

/** One item: how all rules about levels stand. Its version is the lock of whoever looks at them. */
const states = new Entity(
  {
    model: { entity: 'arrAlertState', version: '1', service: 'arr' },
    attributes: {
      version: { type: 'number', required: true },
      /** Instant of the figures that it was last changed by: what was read before says nothing new. */
      at: { type: 'string', required: true },
      /** JSON text. */
      state: { type: 'string', required: true },
    },
    indexes: {
      only: { pk: { ...primaryPk, composite: [], template: 'ALERTS' }, sk: { ...primarySk, composite: [], template: 'STATE' } },
    },
  } as const,
  entityDefaults,
);

/** What was told, in the order of time: put once, never changed, with the event that goes out. */
const entries = new Entity(
  {
    model: { entity: 'arrAlertEntry', version: '1', service: 'arr' },
    attributes: {
      /** `<instant>#<event id>` */
      place: { type: 'string', required: true },
      event: { ...eventAttribute, required: true },
    },
    indexes: {
      inOrder: {
        pk: { ...primaryPk, composite: [], template: 'ALERTS#TOLD' },
        sk: { ...primarySk, composite: ['place'], template: '${place}' },
      },
    },
  } as const,
  entityDefaults,
);

/** What a rule tells once: put in the transaction that tells it, and never again. */
const marks = new Entity(
  {
    model: { entity: 'arrAlertMark', version: '1', service: 'arr' },
    attributes: {
      rule: { type: 'string', required: true },
      subject: { type: 'string', required: true },
      at: { type: 'string', required: true },
    },
    indexes: {
      ofRule: {
        pk: { ...primaryPk, composite: ['rule'], template: 'ALERTS#ONCE#${rule}' },
        sk: { ...primarySk, composite: ['subject'], template: '${subject}' },
      },
    },
  } as const,
  entityDefaults,
);

/** Won deals of which it cannot be told whether they are large, for want of a plan rate. What was settled since expires. */
const waitingDeals = new Entity(
  {
    model: { entity: 'arrWaitingDeal', version: '1', service: 'arr' },
    attributes: {
      subject: { type: 'string', required: true },
      /** JSON text. */
      deal: { type: 'string', required: true },
      /** Epoch seconds; absent while it waits. */
      expiresAt: { type: 'number' },
    },
    indexes: {
      all: {
        pk: { ...primaryPk, composite: [], template: 'ALERTS#WAITING' },
        sk: { ...primarySk, composite: ['subject'], template: '${subject}' },
      },
    },
  } as const,
  entityDefaults,
);

const SETTLED_KEPT_SECONDS = 86_400;

export interface AlertState {
  /** 0 before anything was kept. */
  readonly version: number;
  readonly at: string;
  readonly held: HeldBySubject;
  /** What metrics worked out last. */
  readonly worked?: WorkedFigures;
  /** Day of the last digest. */
  readonly digestOn?: string;
}

const NOTHING_KEPT: AlertState = { version: 0, at: '', held: {} };

/** JSON text in which a whole number of any size is `12n`. */
export const textOf = (value: unknown): string | undefined =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
const fromText = (text: string): unknown =>
  JSON.parse(text, (_key, part: unknown) => (typeof part === 'string' && /^-?\d+n$/.test(part) ? BigInt(part.slice(0, -1)) : part));

/** Read consistently: one item. */
export const readAlertState = async (): Promise<AlertState> => {
  const { data } = await states.get({}).go({ consistent: true });
  return data === null
    ? NOTHING_KEPT
    : { ...(fromText(data.state) as Omit<AlertState, 'version' | 'at'>), version: data.version, at: data.at };
};

/** Keeps a state as the one after another; fails where somebody else did so before. */
export const stateWrite = (before: AlertState, { version: _version, at, ...state }: AlertState): Write => {
  const put = states.put({ version: before.version + 1, at, state: textOf(state) ?? '' }).params<Record<string, unknown>>();
  const condition =
    before.version === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :before',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':before': before.version },
        };
  return { put: { ...put, ...condition } };
};

/** An entry of the history, with its event: fails where it was told before. */
export const toldWrite = (event: AlertEvent): Write => ({
  put: entries.create({ place: `${event.recordedAt}#${event.id}`, event: carried(event, arrEvents) }).params(),
});

/** Fails where the rule has told this before. */
export const markWrite = (rule: { readonly id: string }, subject: string, at: string): Write => ({
  put: marks.create({ rule: rule.id, subject, at }).params(),
});

/** Which of some subjects a rule has told before, read consistently. */
export const readMarks = async (rule: { readonly id: string }, subjects: readonly string[]): Promise<readonly string[]> => {
  const found = await Promise.all(subjects.map((subject) => marks.get({ rule: rule.id, subject }).go({ consistent: true })));
  return found.flatMap(({ data }) => data?.subject ?? []);
};

/** Has a deal wait, by what its source said last. */
export const waitWrite = (subject: string, deal: WonDeal): Write => ({
  put: waitingDeals.put({ subject, deal: JSON.stringify(deal) }).params(),
});

/** It waits no more. */
export const settledWrite = (subject: string, deal: WonDeal, at: string): Write => ({
  put: waitingDeals
    .put({ subject, deal: JSON.stringify(deal), expiresAt: Math.floor(Date.parse(at) / 1000) + SETTLED_KEPT_SECONDS })
    .params(),
});

/** Deals that wait, read consistently. */
export const readWaiting = async (): Promise<ReadonlyMap<string, WonDeal>> => {
  const items = await readAll(waitingDeals.query.all({}), { consistent: true });
  return new Map(
    items.flatMap(({ subject, deal, expiresAt }) => (expiresAt === undefined ? [[subject, JSON.parse(deal) as WonDeal] as const] : [])),
  );
};

/** The day's digest: no item is kept of it beside the event. */
export const digestWrite = (data: EventData<typeof milestoneDigestMade>, recordedAt: string): Write =>
  outboxWrite(
    domainEvent(milestoneDigestMade, {
      id: `milestone-digest:${data.planVersion}:${data.on}`,
      recordedAt,
      subject: 'milestone-digest',
      data,
    }),
    arrEvents,
  );

/** What was told, as it was told. */
export interface Told extends AlertData {
  readonly happened: 'raised' | 'cleared';
  /** Instant at which it was told. */
  readonly at: string;
}

interface Entry {
  readonly sk: string;
  readonly event: { readonly type: string; readonly recordedAt: string; readonly data: string };
}

/** Newest first, from behind a place on. */
export const readTold = async (limit: number, after: string | undefined): Promise<Page<Told>> => {
  const found = await queryRange<Entry>({ pk: 'ALERTS#TOLD', from: '0', to: after ?? '9~', newestFirst: true, limit: limit + 2 });
  const behind = found.filter(({ sk }) => sk !== after);
  const page = behind.slice(0, limit);
  return {
    items: page.map(({ event }) => ({
      ...(JSON.parse(event.data) as AlertData),
      happened: event.type === 'AlertCleared' ? ('cleared' as const) : ('raised' as const),
      at: event.recordedAt,
    })),
    next: behind.length > limit ? (page.at(-1)?.sk ?? null) : null,
  };
};
