import { type Entries, planMinorOf, type Standing } from './standing.ts';

/** A place in a list: the text by which it is sorted, and what tells equal ones apart. */
interface Keyed<T> {
  readonly key: string;
  readonly value: T;
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Items behind a position in the order of their keys, whatever has come or gone since the position was given out. */
const pageOf = <T>(sorted: readonly Keyed<T>[], position: string | undefined, limit: number): PageOf<T> => {
  let from = 0;
  if (position !== undefined) {
    let high = sorted.length;
    while (from < high) {
      const middle = (from + high) >>> 1;
      if ((sorted[middle] as Keyed<T>).key <= position) from = middle + 1;
      else high = middle;
    }
  }
  const page = sorted.slice(from, from + limit);
  const more = from + limit < sorted.length;
  return { items: page.map(({ value }) => value), nextCursor: more ? (page.at(-1)?.key ?? null) : null };
};

const byKey = <T>(a: Keyed<T>, b: Keyed<T>): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

const AMOUNT_DIGITS = 22;
const NINES = 10n ** BigInt(AMOUNT_DIGITS) - 1n;
/** Largest first, as text of a fixed width; what cannot be told comes last. Amounts may be below zero. */
const descending = (amount: bigint | undefined): string =>
  amount === undefined ? '~' : String(NINES / 2n - amount).padStart(AMOUNT_DIGITS, '0');

/** Letters as a person looks for them. */
const folded = (text: string): string => text.toLowerCase();

export const SORTS = ['arr', 'name'] as const;
export type SortBy = (typeof SORTS)[number];

/** All customers, ready to be looked through: sorted once, for as many questions as are asked of them. */
export interface CustomerLists {
  readonly standings: readonly Standing[];
  readonly sorted: Readonly<Record<SortBy, readonly Keyed<Standing>[]>>;
}

export const customerLists = (standings: readonly Standing[]): CustomerLists => ({
  standings,
  sorted: {
    arr: standings.map((value) => ({ key: `${descending(planMinorOf(value.arr))}#${value.customerId}`, value })).sort(byKey),
    name: standings.map((value) => ({ key: `${folded(value.name)}#${value.customerId}`, value })).sort(byKey),
  },
});

export interface Wanted {
  readonly search?: string | undefined;
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
  readonly sort: SortBy;
}

/** `<system>.<instance>.<id at the source>`: only the last may hold dots. */
const idAtSource = (customerId: string): string => customerId.split('.').slice(2).join('.');

/** Whether its name or a word of it begins so, or its id, here or at its source, is or begins so. */
const isFound = ({ name, customerId }: Standing, search: string): boolean => {
  const wanted = folded(search);
  const own = folded(name);
  return own.startsWith(wanted) || own.includes(` ${wanted}`) || customerId.startsWith(search) || idAtSource(customerId).startsWith(search);
};

/** One page of the customers that are wanted, by ARR (largest first, unconverted last) or by name. */
export const customersPage = (
  lists: CustomerLists,
  { search, dimension, value, sort }: Wanted,
  position: string | undefined,
  limit: number,
): PageOf<Standing> => {
  const wanted = lists.sorted[sort].filter(
    ({ value: standing }) =>
      (search === undefined || isFound(standing, search)) && (dimension === undefined || standing.attributes[dimension] === value),
  );
  return pageOf(wanted, position, limit);
};

export const KINDS = ['unsigned', 'possible-duplicates', 'differences'] as const;
export type Kind = (typeof KINDS)[number];

/** An entry with whose it is. */
export interface Entry {
  readonly kind: Kind;
  readonly customerId: string;
  readonly name: string;
  readonly unsigned?: Entries['unsigned'][number];
  readonly possibleDuplicate?: Entries['possibleDuplicates'][number];
  readonly difference?: Entries['differences'][number];
}

const magnitude = (text: string | undefined): bigint | undefined =>
  text === undefined ? undefined : BigInt(text.startsWith('-') ? text.slice(1) : text);

const entriesOf = ({ customerId, name, entries }: Standing, kind: Kind): readonly Keyed<Entry>[] => {
  const whose = { kind, customerId, name };
  if (entries === undefined) return [];
  switch (kind) {
    case 'unsigned':
      return entries.unsigned.map((unsigned) => ({
        key: `${unsigned.shownOn}#${customerId}#${unsigned.subscriptionId}`,
        value: { ...whose, unsigned },
      }));
    case 'possible-duplicates':
      return entries.possibleDuplicates.map((possibleDuplicate) => {
        const { signed, billed } = possibleDuplicate;
        const since = signed.shownOn > billed.shownOn ? signed.shownOn : billed.shownOn;
        return { key: `${since}#${customerId}#${signed.lineId}#${billed.lineId}`, value: { ...whose, possibleDuplicate } };
      });
    case 'differences':
      return entries.differences.map((difference) => ({
        key: `${descending(magnitude(difference.difference.planMinor))}#${customerId}#${difference.signed.lineId}`,
        value: { ...whose, difference },
      }));
  }
};

/** All entries of a kind: those that are claimed and possible duplicates oldest first, differences by what they come to, largest first. */
export const entriesPage = (standings: readonly Standing[], kind: Kind, position: string | undefined, limit: number): PageOf<Entry> =>
  pageOf(standings.flatMap((standing) => entriesOf(standing, kind)).sort(byKey), position, limit);

/** How many entries of each kind there are. */
export const countsOf = (standings: readonly Standing[]): Readonly<Record<keyof Entries, number>> => {
  const counts = { unsigned: 0, possibleDuplicates: 0, differences: 0 };
  for (const { entries } of standings) {
    counts.unsigned += entries?.unsigned.length ?? 0;
    counts.possibleDuplicates += entries?.possibleDuplicates.length ?? 0;
    counts.differences += entries?.differences.length ?? 0;
  }
  return counts;
};
