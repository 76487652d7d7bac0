import { currentPlan } from '../company/index.ts';
import { dayOfInstant, toEpochDay } from '../platform/calendar.ts';
import { nowMs } from '../platform/clock.ts';
import { companyConfig } from '../platform/config.ts';
import { OUTBOX_BUCKETS } from '../platform/outbox.ts';
import { decidingContext } from './context.ts';
import { type Jsonable, jsonable, type Status, statusOf } from './status.ts';
import type { MonthlyCounters } from './totals.ts';
import { readTotals } from './totals-store.ts';

const buckets = Array.from({ length: OUTBOX_BUCKETS }, (_, i) => String(i).padStart(2, '0'));

/** Before any movement, and after any month that is asked for. */
export const FIRST_MONTH = '0000-00';

/** Counters of all months up to and including a day's. */
export const totalsUntil = (on: string): Promise<MonthlyCounters> => readTotals(buckets, FIRST_MONTH, on.slice(0, 7));

/** Today in the company's zone. */
export const today = (): string => dayOfInstant(Math.floor(nowMs() / 1000), companyConfig().zone);

export const readStatus = async (on: string = today()): Promise<Jsonable<Status>> => {
  const { planCurrency, fiscalCalendar } = companyConfig();
  const [months, plan, context] = await Promise.all([totalsUntil(on), currentPlan(on), decidingContext()]);
  const day = toEpochDay(on);
  return jsonable(
    statusOf({
      months,
      plan,
      planCurrency,
      calendar: fiscalCalendar,
      on,
      profile: context.profile.name,
      hasRate: (currency) => currency === planCurrency || context.rates.factor(currency, day) !== undefined,
    }),
  );
};
