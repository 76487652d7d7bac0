import { GCProfiler } from 'node:v8';
import type { Fact } from '../functions/arr/lines/facts.ts';
import { planRatesOf } from '../functions/arr/lines/plan-rates.ts';
import type { Context } from '../functions/arr/lines/values.ts';
import { openAccount, recordFact } from '../functions/arr/movements/account.ts';
import type { Entry } from '../functions/arr/movements/movements.ts';
import { enterprise } from '../functions/arr/profiles/presets.ts';
import { Tally } from '../functions/arr/totals/tally.ts';
import { generateFacts, PLAN_CURRENCY, planRates } from './arr-facts.ts';

/** Speed of the ARR core on one core: each fact is recorded in its customer's account, and its movements are added to the totals. */
export interface CoreSpeed {
  readonly factsPerSecond: number;
  readonly movements: number;
  /** CPU time, user and system, of all facts: the sum of each batch's best round, and what the collector took in a round (median). */
  readonly seconds: number;
  /** What the median of whole rounds gives, with all that the machine did meanwhile. */
  readonly wholeRoundsPerSecond: number;
}

const ROUNDS = 25;

const benchContext: Context = { profile: enterprise, rates: planRatesOf(planRates, PLAN_CURRENCY, 1) };

/** Customers of a batch: their facts are in memory at a time. */
const BATCH = 15;

/**
 * Facts to be replayed customer by customer: those of each, in the order given, as the JSON text of some customers at a time. Nothing else
 * of them is kept in memory: no consumer holds a history, and what is held is marked by the collector while others are measured.
 */
export interface Replay {
  readonly texts: readonly string[];
  readonly facts: number;
}

export const replayOf = (facts: readonly Fact[]): Replay => {
  const customers = [...Map.groupBy(facts, (fact) => fact.data.customerId).values()];
  const texts: string[] = [];
  for (let i = 0; i < customers.length; i += BATCH) texts.push(JSON.stringify(customers.slice(i, i + BATCH)));
  return { texts, facts: facts.length };
};

/** The seeded base, decided under its own plan rates. */
export const seededBase = (): Replay => replayOf(generateFacts());

/**
 * Facts are parsed from JSON anew for each round, as a consumer gets them: no string is known or hashed beforehand. Of each batch, a
 * millisecond or less, the best round counts: a shared machine takes its part in most whole rounds, and CPU time does not tell it apart. What
 * the collector takes, in few batches of a round, is told by itself and added.
 */
export const measureCore = (replay: Replay, context: Context = benchContext, rounds: number = ROUNDS): CoreSpeed => {
  if (rounds < 1) throw new RangeError(`rounds must be 1 or more, received ${rounds}`);
  const best = replay.texts.map(() => Number.POSITIVE_INFINITY);
  const collected: number[] = [];
  const whole: number[] = [];
  let movements = 0;
  for (let round = 0; round < rounds; round += 1) {
    const tally = new Tally(context.rates.planCurrency);
    const batches = replay.texts.map((text) => measureBatch(JSON.parse(text) as Fact[][], tally, context));
    for (const [i, { microseconds }] of batches.entries()) best[i] = Math.min(best[i] as number, microseconds);
    collected.push(batches.reduce((sum, batch) => sum + batch.collecting, 0));
    whole.push(batches.reduce((sum, { microseconds }) => sum + microseconds, 0));
    movements = batches.reduce((sum, batch) => sum + batch.movements, 0);
  }
  const seconds = (best.reduce((sum, microseconds) => sum + microseconds, 0) + median(collected)) / 1_000_000;
  const factsPerSecond = Math.round(replay.facts / seconds);
  return { factsPerSecond, movements, seconds, wholeRoundsPerSecond: Math.round((replay.facts * 1_000_000) / median(whole)) };
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** `collecting` is a part of `microseconds`. */
const measureBatch = (customers: readonly (readonly Fact[])[], tally: Tally, context: Context) => {
  const collector = new GCProfiler();
  collector.start();
  const before = process.cpuUsage();
  const movements = decideAndAdd(customers, tally, context);
  const { user, system } = process.cpuUsage(before);
  const collecting = collector.stop().statistics.reduce((sum, { cost }) => sum + cost, 0);
  return { movements, microseconds: user + system, collecting };
};

/** Movements are added batch by batch, as the totals get them from the table's stream. */
const decideAndAdd = (customers: readonly (readonly Fact[])[], tally: Tally, context: Context): number => {
  const movements: Entry[] = [];
  for (const own of customers) {
    const account = openAccount(context);
    for (const fact of own) for (const entry of recordFact(account, fact, context)) movements.push(entry);
  }
  for (const entry of movements) tally.add(entry);
  return movements.length;
};

if (import.meta.main) {
  const base = seededBase();
  const { factsPerSecond, movements, seconds } = measureCore(base);
  console.log(
    `ARR core: ${factsPerSecond.toLocaleString('en')} facts a second of CPU time (${base.facts} facts, ${movements} movements, ${seconds.toFixed(3)} s)`,
  );
}
