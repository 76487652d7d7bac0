import { type Catalogue, catalogueKey, catalogueOf, type Learnt } from './catalogue.ts';
import { knownEntries, type Wanted } from './catalogue-store.ts';
import type { Mapping } from './from-stripe.ts';
import type { Reading } from './outcomes.ts';

/** A discount leads to its coupon, and so does a customer to the coupon of its discount: two look-ups find everything. */
const MAX_LOOKUPS = 3;

const wantedBy = (reading: Reading<unknown>): readonly Wanted[] =>
  reading.kind === 'incomplete'
    ? reading.needs.flatMap((need) =>
        need.kind === 'price' || need.kind === 'coupon' || need.kind === 'discount' || need.kind === 'customer'
          ? [{ kind: need.kind, id: need.id }]
          : [],
      )
    : [];

/**
 * Maps several sightings of one instance, looking up in its catalogue what the first attempts lack, all at once. What the batch itself teaches
 * counts as known (a discount's event may stand beside the subscription that it reduces), and so does `learnt`.
 */
export const withCatalogue = async (
  instance: string,
  maps: readonly ((catalogue: Catalogue) => Reading<Mapping>)[],
  learnt: readonly Learnt[] = [],
): Promise<readonly Reading<Mapping>[]> => {
  // Of a customer the table holds more than one answer tells.
  const first = catalogueOf(learnt.filter(({ kind }) => kind !== 'customer'));
  let readings = maps.map((map) => map(first));
  let entries: readonly Learnt[] = [...learnt, ...readings.flatMap((reading) => (reading.kind === 'read' ? reading.value.learnt : []))];
  const asked = new Set<string>();
  for (let lookup = 0; lookup < MAX_LOOKUPS; lookup += 1) {
    const wanted = readings.flatMap(wantedBy).filter(({ kind, id }) => !asked.has(catalogueKey(kind, id)));
    if (wanted.length === 0) break;
    for (const { kind, id } of wanted) asked.add(catalogueKey(kind, id));
    entries = [...(await knownEntries(instance, wanted)), ...entries];
    const catalogue = catalogueOf(entries);
    readings = readings.map((reading, i) => (reading.kind === 'incomplete' ? (maps[i]?.(catalogue) ?? reading) : reading));
  }
  return readings;
};
