import { addDays, addMonths, toEpochDay } from '../functions/platform/calendar.ts';
import { formatDecimal, fractionOf, round } from '../functions/platform/decimal.ts';
import type { Rate } from '../functions/platform/fx.ts';
import { DAY } from './model.ts';
import { seeded } from './random.ts';
import { planRates } from './rates.ts';

/** What the market closed at on the last day of a month, as treasury loads it the next morning. */
export interface RateFile {
  /** Epoch seconds. */
  readonly loadAt: number;
  readonly rates: readonly Rate[];
}

/** A rate moves by up to 1.5% in a month, and a tenth of its distance from the plan rate back towards it. In millionths of the plan rate. */
const MONTHLY_MOVE = 15_000;
const PULL = 10n;
const MILLION = 1_000_000n;
const PLACES = 8;
const LOADED_AT = 7 * 3600;

/**
 * Closing rates of each month end from one day to another, around the plan rates. Figures at plan rates know nothing of them; with them the same
 * figures can be told as reported.
 */
export const closingRates = (from: string, to: string, seed: number): readonly RateFile[] => {
  const random = seeded(seed);
  const distance = new Map<string, bigint>();
  const files: RateFile[] = [];
  for (let month = from; month <= to; month = addMonths(month, 1)) {
    const on = addDays(addMonths(month, 1), -1);
    const rates = planRates().map(({ base, quote, rate }): Rate => {
      const known = distance.get(base) ?? 0n;
      const now = known - known / PULL + BigInt(random.below(2 * MONTHLY_MOVE + 1) - MONTHLY_MOVE);
      distance.set(base, now);
      const { num, den } = fractionOf(rate);
      const n = round({ num: num * (MILLION + now) * 10n ** BigInt(PLACES), den: den * MILLION }, 'half-up');
      return { base, quote, type: 'closing', on, rate: formatDecimal({ n, scale: PLACES }), source: `close of ${on}` };
    });
    files.push({ loadAt: toEpochDay(addDays(on, 1)) * DAY + LOADED_AT, rates });
  }
  return files;
};
