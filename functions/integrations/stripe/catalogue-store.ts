import { Entity } from 'electrodb';
import { commit, entityDefaults, primaryPk, primarySk } from '../../platform/table.ts';
import { type CatalogueKind, catalogueKey, type Learnt } from './catalogue.ts';

/** What has been learnt of an instance's catalogue, one item an entry; absent means: not known, fetch it. */
const entries = new Entity(
  {
    model: { entity: 'catalogue', version: '1', service: 'integrations' },
    attributes: {
      instance: { type: 'string', required: true },
      kind: { type: ['price', 'coupon', 'discount'] as const, required: true },
      id: { type: 'string', required: true },
      /** The snapshot's read parts, JSON text. */
      snapshot: { type: 'string', required: true },
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

/** Entries that a warm function remembers, over all instances: Stripe never changes what an entry says, so memory cannot be wrong. */
const MAX_REMEMBERED = 5_000;
const MAX_BATCH = 100;
const remembered = new Map<string, Learnt>();

export interface Wanted {
  readonly kind: CatalogueKind;
  readonly id: string;
}

const memoryKey = (instance: string, { kind, id }: Wanted): string => `${instance}#${catalogueKey(kind, id)}`;

const remember = (instance: string, entry: Learnt): void => {
  if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
  remembered.set(memoryKey(instance, entry), entry);
};

/** Those of the wanted entries that are known. */
export const knownEntries = async (instance: string, wanted: readonly Wanted[]): Promise<readonly Learnt[]> => {
  const known: Learnt[] = [];
  const asked = new Map<string, Wanted>();
  for (const want of wanted) {
    const entry = remembered.get(memoryKey(instance, want));
    if (entry !== undefined) known.push(entry);
    else asked.set(memoryKey(instance, want), want);
  }
  const keys = [...asked.values()].map(({ kind, id }) => ({ instance, kind, id }));
  for (let from = 0; from < keys.length; from += MAX_BATCH) {
    const { data } = await entries.get(keys.slice(from, from + MAX_BATCH)).go();
    for (const { kind, id, snapshot } of data) {
      const entry = { kind, id, snapshot: JSON.parse(snapshot) } as Learnt;
      remember(instance, entry);
      known.push(entry);
    }
  }
  return known;
};

/** Keeps what was learnt. Repeating it changes nothing, so it needs no place in the transaction of the facts. */
export const learn = async (instance: string, learnt: readonly Learnt[], learntAt: string): Promise<void> => {
  for (const entry of new Map(learnt.map((one) => [catalogueKey(one.kind, one.id), one])).values()) {
    if (JSON.stringify(remembered.get(memoryKey(instance, entry))?.snapshot) === JSON.stringify(entry.snapshot)) continue;
    const written = await commit([
      { put: entries.put({ instance, kind: entry.kind, id: entry.id, snapshot: JSON.stringify(entry.snapshot), learntAt }).params() },
    ]);
    if (!written.ok) throw new Error(`the catalogue is ${written.problem.code}`);
    remember(instance, entry);
  }
};

export const forget = async (instance: string, forgotten: readonly Wanted[]): Promise<void> => {
  for (const { kind, id } of new Map(forgotten.map((one) => [catalogueKey(one.kind, one.id), one])).values()) {
    remembered.delete(memoryKey(instance, { kind, id }));
    const deleted = await commit([{ delete: entries.delete({ instance, kind, id }).params() }]);
    if (!deleted.ok) throw new Error(`the catalogue is ${deleted.problem.code}`);
  }
};
