import { openAccount, recordFact } from '../functions/arr/account.ts';
import type { Context } from '../functions/arr/book.ts';
import type { Fact } from '../functions/arr/facts.ts';
import { planRatesOf } from '../functions/arr/plan-rates.ts';
import { enterprise } from '../functions/arr/profile.ts';
import { Tally } from '../functions/arr/totals.ts';
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

/** Best of some rounds. Facts are parsed from JSON anew for each, as a consumer gets them: no string is known or hashed beforehand. */
export const measureCore = (facts: readonly Fact[] = generateFacts(), context: Context = benchContext, rounds: number = ROUNDS): CoreSpeed => {
  const text = JSON.stringify(byCustomer(facts));
  let best: CoreSpeed | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const { movements, seconds } = measureRound(JSON.parse(text) as Fact[][], context);
    if (best === undefined || seconds < best.seconds) best = { factsPerSecond: Math.round(facts.length / seconds), movements, seconds };
  }
  if (best === undefined) throw new RangeError(`rounds must be 1 or more, received ${rounds}`);
  return best;
};

/** A replay goes customer by customer. */
const byCustomer = (facts: readonly Fact[]): Fact[][] => {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const own = groups.get(fact.data.customerId);
    if (own === undefined) groups.set(fact.data.customerId, [fact]);
    else own.push(fact);
  }
  return [...groups.values()];
};

const measureRound = (customers: readonly (readonly Fact[])[], context: Context): { movements: number; seconds: number } => {
  const tally = new Tally(context.rates.planCurrency);
  let movements = 0;
  const before = process.cpuUsage();
  for (const own of customers) {
    const account = openAccount(context);
    for (const fact of own) {
      for (const entry of recordFact(account, fact, context)) {
        tally.add(entry);
        movements += 1;
      }
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { movements, seconds: (user + system) / 1_000_000 };
};

if (import.meta.main) {
  const facts = generateFacts();
  const { factsPerSecond, movements, seconds } = measureCore(facts);
  console.log(
    `ARR core: ${factsPerSecond.toLocaleString('en')} facts a second of CPU time (${facts.length} facts, ${movements} movements, best of ${ROUNDS}: ${seconds.toFixed(3)} s)`,
  );
}
