import type { RecordedCost } from '../../company/index.ts';
import { fail, ok, type Result } from '../../platform/result.ts';
import type { NotDefined } from './ratio.ts';

/** What an amount is, as the company tells it: revenue, what is spent by function, cash. */
export type CostFunction = RecordedCost['kind'];

/**
 * What the company's books say, in minor units of the plan currency, by the first day of the fiscal month: revenue earned, money spent, cash that
 * came in; the other way round they are negative. What nobody told is not there: it is not 0.
 */
export type Costs = Readonly<Record<string, Readonly<Partial<Record<CostFunction, bigint>>>>>;

/** Months that costs are summed over; `unfinished` where the last of them is not over: its costs are not all in. */
export interface CostMonths {
  readonly months: readonly string[];
  readonly unfinished?: string;
}

export type CostSum = Result<bigint, NotDefined>;

/** Σ of some functions over some months. Problem `costs-missing`: the months that are not over, or each function that a month lacks. */
export const costsOf = (costs: Costs, functions: readonly CostFunction[], { months, unfinished }: CostMonths): CostSum => {
  if (unfinished !== undefined)
    return fail('costs-missing', `Costs are told by whole fiscal months, and the one that begins on ${unfinished} is not over.`);
  let minor = 0n;
  const lacking: string[] = [];
  for (const month of months) {
    for (const name of functions) {
      const amount = costs[month]?.[name];
      if (amount === undefined) lacking.push(`${name} of the month from ${month}`);
      else minor += amount;
    }
  }
  if (lacking.length > 0)
    return fail('costs-missing', `Not told: ${lacking.slice(0, 6).join(', ')}${lacking.length > 6 ? `, and ${lacking.length - 6} more` : ''}.`);
  return ok(minor);
};
