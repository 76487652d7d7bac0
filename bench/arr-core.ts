import type { Fact } from '../functions/arr/lines/facts.ts';
import { planRatesOf } from '../functions/arr/lines/plan-rates.ts';
import { enterprise } from '../functions/arr/lines/profile.ts';
import type { Context } from '../functions/arr/lines/values.ts';
import { openAccount, recordFact } from '../functions/arr/movements/account.ts';
import { Tally } from '../functions/arr/totals/tally.ts';
import { generateFacts, PLAN_CURRENCY, planRates } from './arr-facts.ts';

/** Speed of the ARR core on one core: each fact is recorded in its customer's account, and its movements are added to the totals. */
export interface CoreSpeed {
  readonly factsPerSecond: number;
  readonly movements: number;
  /** CPU time, user and system, of the best round: what other processes do on the machine does not count. */
  readonly seconds: number;
}

const ROUNDS = 7;

const benchContext: Context = { profile: enterprise, rates: planRatesOf(planRates, PLAN_CURRENCY, 1) };

/** Customers whose facts are in memory at a time. */
const CHUNK = 60;

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
  for (let i = 0; i < customers.length; i += CHUNK) texts.push(JSON.stringify(customers.slice(i, i + CHUNK)));
  return { texts, facts: facts.length };
};

/** The seeded base, decided under its own plan rates. */
export const seededBase = (): Replay => replayOf(generateFacts());

/** Best of some rounds. Facts are parsed from JSON anew for each, as a consumer gets them: no string is known or hashed beforehand. */
export const measureCore = (replay: Replay, context: Context = benchContext, rounds: number = ROUNDS): CoreSpeed => {
  let best: CoreSpeed | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const { movements, seconds } = measureRound(replay.texts, context);
    if (best === undefined || seconds < best.seconds) best = { factsPerSecond: Math.round(replay.facts / seconds), movements, seconds };
  }
  if (best === undefined) throw new RangeError(`rounds must be 1 or more, received ${rounds}`);
  return best;
};

const measureRound = (texts: readonly string[], context: Context): { movements: number; seconds: number } => {
  const tally = new Tally(context.rates.planCurrency);
  let movements = 0;
  let microseconds = 0;
  for (const text of texts) {
    const customers = JSON.parse(text) as Fact[][];
    const before = process.cpuUsage();
    movements += decideAndAdd(customers, tally, context);
    const { user, system } = process.cpuUsage(before);
    microseconds += user + system;
  }
  return { movements, seconds: microseconds / 1_000_000 };
};

const decideAndAdd = (customers: readonly (readonly Fact[])[], tally: Tally, context: Context): number => {
  let movements = 0;
  for (const own of customers) {
    const account = openAccount(context);
    for (const fact of own) {
      for (const entry of recordFact(account, fact, context)) {
        tally.add(entry);
        movements += 1;
      }
    }
  }
  return movements;
};

if (import.meta.main) {
  const base = seededBase();
  const { factsPerSecond, movements, seconds } = measureCore(base);
  console.log(
    `ARR core: ${factsPerSecond.toLocaleString('en')} facts a second of CPU time (${base.facts} facts, ${movements} movements, best of ${ROUNDS}: ${seconds.toFixed(3)} s)`,
  );
}
