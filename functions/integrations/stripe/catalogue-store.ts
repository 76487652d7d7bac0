import { Entity } from 'electrodb';
import { nowIso } from '../../platform/clock.ts';
import { commit, entityDefaults, primaryPk, primarySk } from '../../platform/table.ts';
import { type CatalogueKind, catalogueKey, type Learnt } from './catalogue.ts';

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
      /** The snapshot's read parts, JSON text; absent where the entry was forgotten and has not been read since. */
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

/** Of a customer that nothing was ever heard of, nothing was heard of a discount either. */
const learntOf = ({ kind, id }: Wanted, found: { readonly snapshot?: string | undefined } | undefined): readonly Learnt[] => {
  if (found?.snapshot !== undefined) return [{ kind, id, snapshot: JSON.parse(found.snapshot) } as Learnt];
  if (kind !== 'customer') return [];
  return [{ kind, id, snapshot: found === undefined ? { known: true, discount: null } : { known: false } }];
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

/**
 * Keeps what was learnt from an answer that was asked for at a time; an entry that was learnt or forgotten later stays as it is. Whoever asks
 * after an entry was forgotten sees what the event told of, since that event came later than the change. Repeating it changes nothing, so it
 * needs no place in the transaction of the facts.
 */
export const learn = async (instance: string, learnt: readonly Learnt[], askedAt: string): Promise<void> => {
  for (const { kind, id, snapshot } of once(learnt)) {
    const write = entries
      .put({ instance, kind, id, snapshot: JSON.stringify(snapshot), learntAt: askedAt })
      .where(({ learntAt }, { notExists, lte }) => `${notExists(learntAt)} OR ${lte(learntAt, askedAt)}`)
      .params();
    const written = await commit([{ put: write }]);
    if (!written.ok && written.problem.code !== 'conflict') throw new Error(`the catalogue is ${written.problem.code}`);
  }
};

/** Has entries read anew: whatever was asked for before now is not kept any more. */
export const forget = async (instance: string, forgotten: readonly Wanted[]): Promise<void> => {
  const learntAt = nowIso();
  for (const { kind, id } of once(forgotten)) {
    const written = await commit([{ put: entries.put({ instance, kind, id, learntAt }).params() }]);
    if (!written.ok) throw new Error(`the catalogue is ${written.problem.code}`);
  }
};
