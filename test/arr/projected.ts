import type { Movement } from '../../functions/arr/events.ts';
import { toEntry } from '../../functions/arr/records/codec.ts';
import { laneOf, type Part } from '../../functions/arr/totals/log-store.ts';
import type { Projected } from '../../functions/arr/totals/projection.ts';
import type { readTotals, Totals } from '../../functions/arr/totals/store.ts';
import { Tally } from '../../functions/arr/totals/tally.ts';
import type { Counters, MonthlyCounters } from '../../functions/arr/totals/totals.ts';

/** One movement of one line. Amounts in minor units; `planMinor` is the amount where the currency is the plan's own. */
export interface Told {
  readonly on: string;
  readonly minor: bigint;
  readonly planMinor?: bigint;
  readonly cause?: Movement['cause'];
  readonly currency?: string;
  readonly segment?: string;
  readonly fromSegment?: string | undefined;
  readonly productId?: string;
  /** What came up for renewal, in the same currency. */
  readonly renewedMinor?: bigint | undefined;
}

export const movementOf = (told: Told): Movement => {
  const { on, minor, planMinor = minor, cause = 'expansion', currency = 'USD', segment = 'Starter', productId = 'p' } = told;
  return {
    movementId: `c~${on}~1~0`,
    customerId: 'c',
    effectiveOn: on,
    recordedAt: '2026-11-05T12:00:00.000Z',
    cause,
    correction: false,
    attributes: { segment },
    ...(told.fromSegment === undefined ? {} : { fromAttributes: { segment: told.fromSegment } }),
    lines: [
      {
        lineKey: 's/a',
        productId,
        legalEntity: 'acme',
        currency,
        cause,
        deltaMinor: String(minor),
        planDeltaMinor: String(planMinor),
      },
    ],
    stock: [String(planMinor), '0', '0'],
    ...(told.renewedMinor === undefined
      ? {}
      : { renewed: [{ currency, amountMinor: String(told.renewedMinor), planMinor: String(told.renewedMinor) }] }),
    eventIds: ['evt'],
  };
};

/** A record of the table's stream that carries movements. */
export const projectedOf = (sequence: bigint, ...movements: readonly Told[]): Projected => ({
  sequence,
  customerId: 'c',
  place: `${String(sequence).padStart(8, '0')}~`,
  planCurrency: 'USD',
  movements: movements.map(movementOf),
});

/** `count` shards of the stream that write to one lane. */
export const shardsOfLane = (lane: string, count: number): readonly string[] => {
  const found: string[] = [];
  for (let i = 0; found.length < count; i += 1) {
    const shardId = `shardId-0000000${i}-test`;
    if (laneOf(shardId) === lane) found.push(shardId);
  }
  return found;
};

const sorted = (counters: Counters): readonly (readonly [string, string])[] =>
  [...counters]
    .filter(([, amount]) => amount !== 0n)
    .map(([name, amount]) => [name, String(amount)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** Totals as text, the same for the same sums. */
export const textOf = ({ before, months }: Totals): string =>
  JSON.stringify({
    before: sorted(before),
    months: [...months]
      .map(([month, counters]) => [month, sorted(counters)] as const)
      .filter(([, counters]) => counters.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  });

const MAIN = new Set(['total', 'origin']);

/** What totals must say: the plain tally of all movements, those before the first month netted by cut and currency. */
export const tallied = (records: readonly Projected[], part: Part, from: string): string => {
  const tally = new Tally('USD');
  for (const { movements } of records) for (const movement of movements) tally.add(toEntry(movement));
  const before: Counters = new Map();
  const months: MonthlyCounters = new Map();
  for (const [month, counters] of tally.counters()) {
    for (const [name, amount] of counters) {
      const [, dimension = '', value, cause, currency] = name.split('|');
      if (MAIN.has(dimension) !== (part === 'MAIN')) continue;
      if (month >= from) months.set(month, (months.get(month) ?? new Map()).set(name, amount));
      else if (cause !== 'renewed') {
        const net = `${dimension}|${value}|${currency}`;
        before.set(net, (before.get(net) ?? 0n) + amount);
      }
    }
  }
  return textOf({ before, months });
};

let readers = 0;
/** Reads totals as a function that has just started: it knows no lane yet. */
export const newReader = async (): Promise<typeof readTotals> => {
  readers += 1;
  const module = new URL(`../../functions/arr/totals/store.ts?reader=${readers}`, import.meta.url).href;
  return ((await import(/* @vite-ignore */ module)) as { readonly readTotals: typeof readTotals }).readTotals;
};
