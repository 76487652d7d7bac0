import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { addSums, type Entries, planMinorOf, type Standing, SUMS, type SumName, type Sums } from './standing.ts';

/** A place in a list: the text by which it is sorted, and what tells equal ones apart. */
export interface Keyed<T> {
  readonly key: string;
  readonly value: T;
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Items behind a position in the order of their keys, whatever has come or gone since the position was given out. */
export const pageOf = <T>(sorted: readonly Keyed<T>[], position: string | undefined, limit: number): PageOf<T> => {
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

export const byKey = <T>(a: Keyed<T>, b: Keyed<T>): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

const AMOUNT_DIGITS = 22;
const NINES = 10n ** BigInt(AMOUNT_DIGITS) - 1n;
/** Largest first, as text of a fixed width; what cannot be told comes last. Amounts may be below zero. */
const descending = (amount: bigint | undefined): string =>
  amount === undefined ? '~' : String(NINES / 2n - amount).padStart(AMOUNT_DIGITS, '0');

/** Letters as a person looks for them. */
const folded = (text: string): string => text.toLowerCase();

export const SORTS = ['arr', 'name'] as const;
export type SortBy = (typeof SORTS)[number];

/** A customer in a list, with what it is found by. */
interface Listed extends Keyed<Standing> {
  /** Its name in small letters, a blank before each word. */
  readonly words: string;
}

/** Customers, ready to be looked through: sorted and summed once, for as many questions as are asked of them. */
export interface CustomerLists {
  readonly standings: readonly Standing[];
  readonly sorted: Readonly<Record<SortBy, readonly Listed[]>>;
  readonly totals: Readonly<Record<SumName, Sums>>;
}

const listed = (standings: readonly Standing[], keyOf: (standing: Standing) => string): readonly Listed[] =>
  standings.map((value) => ({ key: `${keyOf(value)}#${value.customerId}`, value, words: ` ${folded(value.name)}` })).sort(byKey);

const totalsOf = (sumsOf: (name: SumName) => Iterable<Sums>): CustomerLists['totals'] =>
  Object.fromEntries(SUMS.map((name) => [name, addSums(sumsOf(name))])) as CustomerLists['totals'];

/** The customers of a shard. */
export const customerLists = (standings: readonly Standing[]): CustomerLists => ({
  standings,
  sorted: {
    arr: listed(standings, ({ arr }) => descending(planMinorOf(arr))),
    name: listed(standings, ({ name }) => folded(name)),
  },
  totals: totalsOf((name) => standings.map((standing) => standing[name])),
});

/** The customers of all shards: what is sorted in each is only merged. */
export const mergedLists = (shards: readonly CustomerLists[]): CustomerLists => ({
  standings: shards.flatMap(({ standings }) => standings),
  sorted: {
    arr: shards.flatMap(({ sorted }) => sorted.arr).sort(byKey),
    name: shards.flatMap(({ sorted }) => sorted.name).sort(byKey),
  },
  totals: totalsOf((name) => shards.map(({ totals }) => totals[name])),
});

export interface Wanted {
  readonly search?: string | undefined;
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
  readonly sort: SortBy;
}

/** Where the id at its source begins: `<system>.<instance>.<id at the source>`. */
const sourceIdAt = (customerId: string): number => customerId.indexOf('.', customerId.indexOf('.') + 1) + 1;

/** Finds those whose name, or a word of it, or one of whose ids, here or at its source, begins so. */
const finder = (search: string): ((one: Listed) => boolean) => {
  const wanted = ` ${folded(search)}`;
  const begins = (customerId: string): boolean => customerId.startsWith(search) || customerId.startsWith(search, sourceIdAt(customerId));
  return ({ words, value: { customerId, others } }) => words.includes(wanted) || begins(customerId) || others?.some(begins) === true;
};

/** One page of the customers that are wanted, by ARR (largest first, unconverted last) or by name. */
export const customersPage = (
  lists: CustomerLists,
  { search, dimension, value, sort }: Wanted,
  position: string | undefined,
  limit: number,
): PageOf<Standing> => {
  const isFound = search === undefined ? () => true : finder(search);
  const isCut = ({ attributes }: Standing): boolean => dimension === undefined || attributes[dimension] === value;
  const isAll = search === undefined && dimension === undefined;
  const wanted = isAll ? lists.sorted[sort] : lists.sorted[sort].filter((one) => isCut(one.value) && isFound(one));
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

const MAX_NAMED = 300;
const named = (words: Iterable<string>): string =>
  [...new Set(words)]
    .sort()
    .map((word) => (word === '' ? '""' : word))
    .join(', ')
    .slice(0, MAX_NAMED);

/** Why nothing was found of a value: where nobody has it, which there are. `values` are those of that dimension. */
export const valueKnown = (
  { dimension, value }: { readonly dimension: string; readonly value: string },
  dimensions: Iterable<string>,
  values: Iterable<string>,
): Result<void, Problem<'dimension-unknown'>> => {
  const known = new Set(dimensions);
  if (!known.has(dimension))
    return fail('dimension-unknown', `There is no dimension "${dimension}"; dimensions: ${named(known)}.`, 'query.dimension');
  const own = new Set(values);
  return own.has(value)
    ? ok(undefined)
    : fail('dimension-unknown', `There is no ${dimension} "${value}"; values of ${dimension}: ${named(own)}.`, 'query.value');
};
