import { DAY } from '../../demo/model.ts';
import type { Random } from '../../demo/random.ts';
import { LAST } from './contracts.ts';
import type { RulingHappening } from './history.ts';

const SECOND = 1_000;
const MOST_ADJUSTMENTS = 2;

const dayOf = (second: number): string => new Date(second * SECOND).toISOString().slice(0, 10);

/**
 * What controllers rule of the customers of a life, `cus_1` and so on, who come at these seconds: adjustments by hand, of days behind and ahead, some with an expiry, some that two people propose at
 * once, some that are ended by hand.
 */
export const adjustmentsOf = (random: Random, comeAt: readonly number[]): readonly RulingHappening[] =>
  Array.from({ length: 1 + random.below(MOST_ADJUSTMENTS) }, (_, i) => i + 1).flatMap((n): RulingHappening[] => {
    const id = `adjustment_${n}`;
    const customer = random.below(comeAt.length);
    const customerId = `stripe.main.cus_${customer + 1}`;
    const cameAt = comeAt[customer] as number;
    const at = cameAt + random.below(LAST - cameAt);
    const from = at + (random.below(200) - 100) * DAY;
    const days = 2 + random.below(300);
    const on = dayOf(from);
    const amountMinor = String((random.chance(500) ? 1 : -1) * (1_000 * n + random.below(1_000)));
    const currency = random.pick(['USD', 'EUR']);
    const until = random.chance(500) ? dayOf(from + days * DAY) : undefined;
    const ruling = { kind: 'adjustment', customerId, amountMinor, currency, on, ...(until === undefined ? {} : { until }) } as const;
    const words = `${amountMinor} ${currency} of ${customerId} from ${on} to ${until ?? 'further notice'}`;
    const adjusts: RulingHappening = {
      by: 'controllers',
      id,
      atMs: at * SECOND,
      what: `adjustment ${words}`,
      ruling,
      isTwice: random.chance(500),
    };
    if (!random.chance(400)) return [adjusts];
    const endsOn = dayOf(from + random.below(days) * DAY);
    const end: RulingHappening = {
      by: 'controllers',
      id: `${id}_end`,
      atMs: (at + 1 + random.below(60 * DAY)) * SECOND,
      what: `${id} ends on ${endsOn}`,
      ruling: { kind: 'adjustment-end', customerId, adjusts: id, on: endsOn },
      isTwice: false,
    };
    return [adjusts, end];
  });
