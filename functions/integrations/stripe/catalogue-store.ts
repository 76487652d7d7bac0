import { Entity } from 'electrodb';
import { nowIso } from '../../platform/clock.ts';
import { commit, entityDefaults, primaryPk, primarySk } from '../../platform/table.ts';
import { type CatalogueKind, catalogueKey, type Learnt } from './catalogue.ts';
import { type CustomerDiscounts, heardTogether, NOTHING_HEARD } from './customer-history.ts';

/**
 * What has been learnt of an instance's catalogue, one item an entry. Nothing of it is kept in a function's memory: an instance would not hear
 * that another one forgot an entry, and one batched read for each batch of events costs less than a wrong figure.
 */
const entries = new Entity(
  {
    model: { entity: 'catalogue', version: '1', service: 'integrations' },
    attributes: {
      instance: { type: 'string', required: true },
      kind: { type: ['price', 'coupon', 'discount', 'customer'] as const, required: true },
      id: { type: 'string', required: true },
      /** The snapshot's read parts, JSON text; absent where the entry was forgotten and has not been read since. Of a customer all that was heard. */
      snapshot: { type: 'string' },
      /** ISO instant of our clock: when it was asked for, or forgotten. */
      learntAt: { type: 'string', required: true },
    },
    indexes: {
      byId: {
        pk: { ...primaryPk, composite: ['instance', 'kind', 'id'], template: 'CAT#stripe#${instance}#${kind}#${id}' },
        sk: { ...primarySk, composite: [], template: 'ENTRY' },
      },
    },
  } as const,
  entityDefaults,
);

const MAX_BATCH = 100;

export interface Wanted {
  readonly kind: CatalogueKind;
  readonly id: string;
}

const once = <T extends Wanted>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [catalogueKey(one.kind, one.id), one])).values(),
];

type Found = { readonly snapshot?: string | undefined; readonly learntAt: string } | undefined;

/** Of a customer that nothing was ever heard of, nothing was heard of a discount either; earlier releases kept less, so it is read anew. */
const heardIn = (found: Found): CustomerDiscounts => {
  if (found === undefined) return NOTHING_HEARD;
  const kept = found.snapshot === undefined ? undefined : (JSON.parse(found.snapshot) as Partial<CustomerDiscounts>);
  return kept?.discounts === undefined ? { ...NOTHING_HEARD, known: false } : (kept as CustomerDiscounts);
};

const learntOf = ({ kind, id }: Wanted, found: Found): readonly Learnt[] => {
  if (kind === 'customer') return [{ kind, id, snapshot: heardIn(found) }];
  return found?.snapshot === undefined ? [] : [{ kind, id, snapshot: JSON.parse(found.snapshot) } as Learnt];
};

/**
 * Those of the wanted entries that are known; about a customer there is always an answer. Read consistently: an event that is taken in after
 * a discount changed must not miss it, since nothing reads its subscription again.
 */
export const knownEntries = async (instance: string, wanted: readonly Wanted[]): Promise<readonly Learnt[]> => {
  const all = once(wanted);
  const known: Learnt[] = [];
  for (let from = 0; from < all.length; from += MAX_BATCH) {
    const batch = all.slice(from, from + MAX_BATCH);
    const { data, unprocessed } = await entries.get(batch.map(({ kind, id }) => ({ instance, kind, id }))).go({ consistent: true });
    if (unprocessed.length > 0) throw new Error('not all of the catalogue was read: DynamoDB is throttling');
    const found = new Map(data.map((item) => [catalogueKey(item.kind, item.id), item]));
    for (const want of batch) known.push(...learntOf(want, found.get(catalogueKey(want.kind, want.id))));
  }
  return known;
};

/** What was heard of a customer's discounts, read consistently. */
export const heardOfCustomer = async (instance: string, id: string): Promise<CustomerDiscounts> => {
  const { data } = await entries.get({ instance, kind: 'customer', id }).go({ consistent: true });
  return heardIn(data ?? undefined);
};

/** Attempts at one customer's entry while other writers are in the way. */
const MAX_ATTEMPTS = 8;

/** Changes a customer's entry as it is; whoever was faster is not overwritten, but read first. */
const changeCustomer = async (
  instance: string,
  id: string,
  change: (heard: CustomerDiscounts, learntAt: string) => { readonly heard: CustomerDiscounts; readonly learntAt: string },
): Promise<void> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { data: found } = await entries.get({ instance, kind: 'customer', id }).go({ consistent: true });
    const before = found ?? undefined;
    const { heard, learntAt } = change(heardIn(before), before?.learntAt ?? '');
    const snapshot = JSON.stringify(heard);
    if (before?.snapshot === snapshot && before.learntAt === learntAt) return;
    const write = entries
      .put({ instance, kind: 'customer', id, snapshot, learntAt })
      .where((item, { notExists, eq }) => {
        if (before === undefined) return notExists(item.learntAt);
        const same = before.snapshot === undefined ? notExists(item.snapshot) : eq(item.snapshot, before.snapshot);
        return `${eq(item.learntAt, before.learntAt)} AND ${same}`;
      })
      .params();
    const written = await commit([{ put: write }]);
    if (written.ok) return;
    if (written.problem.code !== 'conflict') throw new Error(`the catalogue is ${written.problem.code}`);
  }
  throw new Error('the catalogue has a customer that others are changing all the time');
};

/** Adds what was heard. A reading makes the customer known, unless it was asked for before the customer was forgotten. */
const hear = (instance: string, id: string, snapshot: CustomerDiscounts, askedAt: string): Promise<void> =>
  changeCustomer(instance, id, (heard, learntAt) => {
    const reads = snapshot.known && learntAt <= askedAt;
    return { heard: { ...heardTogether(heard, snapshot), known: heard.known || reads }, learntAt: reads ? askedAt : learntAt };
  });

/**
 * Keeps what was learnt from an answer that was asked for at a time; an entry that was learnt or forgotten later stays as it is, and one of a
 * customer is added to. Whoever asks after an entry was forgotten sees what the event told of, since that event came later than the change.
 * Repeating it changes nothing, so it needs no place in the transaction of the facts.
 */
export const learn = async (instance: string, learnt: readonly Learnt[], askedAt: string): Promise<void> => {
  for (const entry of learnt) if (entry.kind === 'customer') await hear(instance, entry.id, entry.snapshot, askedAt);
  for (const { kind, id, snapshot } of once(learnt.filter((entry) => entry.kind !== 'customer'))) {
    const write = entries
      .put({ instance, kind, id, snapshot: JSON.stringify(snapshot), learntAt: askedAt })
      .where(({ learntAt }, { notExists, lte }) => `${notExists(learntAt)} OR ${lte(learntAt, askedAt)}`)
      .params();
    const written = await commit([{ put: write }]);
    if (!written.ok && written.problem.code !== 'conflict') throw new Error(`the catalogue is ${written.problem.code}`);
  }
};

/** Has entries read anew: whatever was asked for before now is not kept any more. What was heard of a customer stays. */
export const forget = async (instance: string, forgotten: readonly Wanted[]): Promise<void> => {
  const learntAt = nowIso();
  for (const { kind, id } of once(forgotten)) {
    if (kind === 'customer') {
      await changeCustomer(instance, id, (heard) => ({ heard: { ...heard, known: false }, learntAt }));
      continue;
    }
    const written = await commit([{ put: entries.put({ instance, kind, id, learntAt }).params() }]);
    if (!written.ok) throw new Error(`the catalogue is ${written.problem.code}`);
  }
};
