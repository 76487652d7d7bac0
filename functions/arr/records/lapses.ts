import { addDays } from '../../platform/calendar.ts';
import { errorFields, log } from '../../platform/log.ts';
import { lapsesOf, type Stating } from '../evidence/lapses.ts';
import { customerIdOf, type Fact, factKeyOf } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { wholeBook } from '../movements/history.ts';
import { readCustomer } from './customer.ts';
import type { ContextNow } from './group.ts';
import { recordFacts } from './record.ts';
import { LISTED_DAYS, readMark, readWatched, saveMark, type WatchMark, watchAgain } from './watches-store.ts';

const CUSTOMERS_AT_ONCE = 10;

/** What is needed to state lapses. */
export interface Lapsing {
  readonly stating: Stating;
  /** Asked for each recording, so that none is told to be older than it is. */
  readonly recordedAt: () => string;
  readonly contextNow: ContextNow;
  /** Whether there is time for further customers. */
  readonly hasTime: () => boolean;
}

export interface Lapsed {
  readonly lapses: number;
  readonly customers: number;
  /** Customers that could not be read or recorded: they are listed again under tomorrow. */
  readonly failed: number;
  /** False where time was up: the next call goes on. */
  readonly isDone: boolean;
}

interface Counts {
  lapses: number;
  customers: number;
  failed: number;
}

/**
 * Goes through the days since the last that was done, up to today, and states what has lapsed of the customers that are listed under them. What
 * lapses is decided from all facts of a customer, twice: here, and where the lapse is recorded, beside whatever came meanwhile. A lapse that is
 * stated again changes nothing, so after a crash it begins again at the mark, which lies behind what was done and never before it.
 */
export const stateLapses = async (lapsing: Lapsing): Promise<Lapsed> => {
  const { stating, hasTime } = lapsing;
  const counts: Counts = { lapses: 0, customers: 0, failed: 0 };
  let mark: WatchMark = (await readMark()) ?? { day: addDays(stating.on, -LISTED_DAYS) };
  while (mark.day <= stating.on) {
    if (!hasTime()) return { ...counts, isDone: false };
    mark = await goOn(mark, lapsing, counts);
    // Days without anybody are noted with the next one, or at the end.
    if (mark.after !== undefined || mark.day > stating.on) await saveMark(mark);
  }
  return { ...counts, isDone: true };
};

/** One step: some customers of the mark's day, or the next day where it has no more. */
const goOn = async ({ day, after }: WatchMark, lapsing: Lapsing, counts: Counts): Promise<WatchMark> => {
  const customerIds = await readWatched(day, after, CUSTOMERS_AT_ONCE);
  const last = customerIds[customerIds.length - 1];
  if (last === undefined) return { day: addDays(day, 1) };
  const { contextNow, recordedAt, stating } = lapsing;
  const context = await contextNow();
  const found = await Promise.all(customerIds.map((customerId) => lapsesIn(customerId, stating, context)));
  const facts = new Map(found.flatMap((own) => own ?? []).map((fact) => [`${customerIdOf(fact)} ${factKeyOf(fact)}`, fact]));
  const unrecorded = facts.size === 0 ? new Set<Fact>() : await recordFacts([...facts.values()], contextNow, recordedAt());
  const failed = customerIds.filter((_, i) => found[i]?.some((fact) => isAmong(unrecorded, fact)) ?? true);
  for (const customerId of failed) await watchAgain(customerId, addDays(stating.on, 1));
  counts.lapses += facts.size - unrecorded.size;
  counts.customers += customerIds.length;
  counts.failed += failed.length;
  return { day, after: last };
};

/** Two of a batch may be one customer, and state the same lapses. */
const isAmong = (unrecorded: ReadonlySet<Fact>, fact: Fact): boolean =>
  [...unrecorded].some((other) => factKeyOf(other) === factKeyOf(fact) && customerIdOf(other) === customerIdOf(fact));

/** What of a customer has lapsed; undefined where it cannot be told, which is nothing to the others. */
const lapsesIn = async (customerId: string, stating: Stating, context: Context): Promise<readonly Fact[] | undefined> => {
  try {
    const { facts = [] } = (await readCustomer(customerId)) ?? {};
    const watches = wholeBook(facts, context).settlement?.watches ?? [];
    return lapsesOf(facts, watches, stating, context.profile).map((data): Fact => ({ kind: 'lapse', data }));
  } catch (error) {
    log.error('what has lapsed of a customer could not be told; it is looked at again tomorrow', { ...errorFields(error), customerId });
    return undefined;
  }
};
