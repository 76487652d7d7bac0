import { nowMs } from '../../platform/clock.ts';
import type { PageWanted } from '../../platform/http.ts';
import { ok } from '../../platform/result.ts';
import { tableName } from '../../platform/table.ts';
import { readHead } from '../figures/read.ts';
import { shards } from '../records/store.ts';
import {
  type CustomerLists,
  countsOf,
  customerLists,
  customersPage,
  entriesPage,
  type Kind,
  mergedLists,
  valueKnown,
  type Wanted,
} from './lists.ts';
import { addSums, isCustomer, planMinorOf, type Standing, type Sums } from './standing.ts';
import { noteAsked, readAsked, readHeads, readShard, type StandingsHead } from './store.ts';

/** That somebody asks is noted again after a day. */
const NOTED_AGAIN_MS = 86_400_000;

interface KnownShard {
  readonly number: number;
  readonly lists: CustomerLists;
}

/** Kept while the function lives: what did not change since is not read again. */
const kept = new Map<string, KnownShard>();
let lists: { readonly of: string; readonly lists: CustomerLists } | undefined;

const listsOf = async (head: StandingsHead): Promise<CustomerLists> => {
  const { shard, number } = head;
  const key = `${tableName()} ${shard}`;
  const known = kept.get(key);
  if (known?.number === number) return known.lists;
  const own = customerLists(await readShard(head));
  kept.set(key, { number, lists: own });
  return own;
};

const noteThatAsked = async (): Promise<void> => {
  const askedAtMs = await readAsked();
  if (askedAtMs === undefined || nowMs() - askedAtMs > NOTED_AGAIN_MS) await noteAsked(nowMs());
};

/** As of when the customers stand so. */
interface AsOf {
  readonly on?: string;
  readonly through?: string;
  readonly isComplete: boolean;
}

/** The oldest of the shards says as of when; without all of them the lists are still being made. */
const asOf = (heads: readonly StandingsHead[]): AsOf => {
  const [oldest] = heads.toSorted((a, b) => (a.through < b.through ? -1 : 1));
  const isComplete = heads.length === shards.length;
  return oldest === undefined ? { isComplete } : { on: oldest.on, through: oldest.through, isComplete };
};

/** How all customers stand, sorted, and as of when. That somebody asks keeps them up to date for a week. */
const readLists = async (): Promise<{ readonly lists: CustomerLists; readonly asOf: AsOf }> => {
  const [heads] = await Promise.all([readHeads(), noteThatAsked()]);
  const of = `${tableName()} ${heads.map(({ shard, number }) => `${shard}:${number}`).join(' ')}`;
  if (lists?.of !== of) lists = { of, lists: mergedLists(await Promise.all(heads.map(listsOf))) };
  return { lists: lists.lists, asOf: asOf(heads) };
};

/** All customers as they stand, in no order, and as of when. */
export const readStandings = async () => {
  const { lists: all, asOf: asOfWhen } = await readLists();
  return { standings: all.standings, ...asOfWhen };
};

const FORMULA = 'Of each customer by itself, as its own answer tells it at the end of the day: arr/customers/{customerId}';

export const totalAnswer = (sums: Sums) => {
  const planMinor = planMinorOf(sums);
  return {
    byCurrency: sums
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, amountMinor, own]) => ({ currency, amountMinor, ...(own === undefined ? {} : { planMinor: own }) })),
    ...(planMinor === undefined ? {} : { planMinor: String(planMinor) }),
  };
};

const customerAnswer = ({ customerId, name, arr, attributes }: Standing) => {
  const planMinor = planMinorOf(arr);
  return {
    customerId,
    name,
    ...(planMinor === undefined ? {} : { arrMinor: String(planMinor) }),
    byCurrency: totalAnswer(arr).byCurrency,
    attributes,
  };
};

/** A page of the customers that are wanted, each with its ARR. Problem: `dimension-unknown`, where no customer at all has the value that is asked for. */
export const listCustomers = async (wanted: Wanted, { position, limit }: PageWanted) => {
  const [head, { lists: all, asOf: asOfWhen }] = await Promise.all([readHead(FORMULA), readLists()]);
  const { items, nextCursor } = customersPage(all, wanted, position, limit);
  const { dimension, value } = wanted;
  if (items.length === 0 && asOfWhen.isComplete && dimension !== undefined && value !== undefined) {
    const known = valueKnown(
      { dimension, value },
      all.standings.flatMap(({ attributes }) => Object.keys(attributes)),
      all.standings.map(({ attributes }) => attributes[dimension] ?? ''),
    );
    if (!known.ok) return known;
  }
  return ok({ ...head, ...asOfWhen, items: items.map(customerAnswer), nextCursor });
};

/** What stands beside ARR, of all customers together: Σ of each customer's own figure. */
export const besideOfAll = async () => {
  const [head, { lists: all, asOf: asOfWhen }] = await Promise.all([readHead(FORMULA), readLists()]);
  const { standings, totals } = all;
  return ok({
    ...head,
    ...asOfWhen,
    customers: standings.filter(isCustomer).length,
    arr: totalAnswer(totals.arr),
    adjusted: totalAnswer(addSums(standings.map(({ adjusted = [] }) => adjusted))),
    contracted: { carr: totalAnswer(totals.carr), tcv: totalAnswer(totals.tcv) },
    billed: totalAnswer(totals.billed),
    usage: totalAnswer(totals.usage),
    unsigned: totalAnswer(totals.unsigned),
    entries: countsOf(standings),
  });
};

/** A page of the entries of one kind over all customers. */
export const listEntries = async (kind: Kind, { position, limit }: PageWanted) => {
  const [head, { lists: all, asOf: asOfWhen }] = await Promise.all([readHead(FORMULA), readLists()]);
  const { items, nextCursor } = entriesPage(all.standings, kind, position, limit);
  return ok({ ...head, ...asOfWhen, items: [...items], nextCursor });
};
