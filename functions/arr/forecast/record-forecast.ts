import { daysBetween, startOfDay, toEpochDay } from '../../platform/calendar.ts';
import { nowIso } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { today } from '../figures/read.ts';
import { readLedger } from '../ledger/read-ledger.ts';
import { uncut } from '../metrics/cut.ts';
import { viewed } from '../metrics/read-viewed.ts';
import { flowsOf, type Month } from './flows.ts';
import { forecastFrom, MODEL } from './model.ts';
import { putRecorded, readRecordedOf } from './recorded-store.ts';
import { type Span, spanOf } from './span.ts';
import { STREAMS } from './streams.ts';

/** Days of a month within which its forecast may be made: later ones would know too much of it. */
const RECORDED_WITHIN_DAYS = 3;

/**
 * Records, once, what is forecast of the month under way, in total and at plan rates, in its first three days: whoever calls later, or at the same
 * time, changes nothing. Nothing is recorded while the ledger does not hold all of the month before, history is too short, or a rate is missing.
 * Answers whether it recorded it.
 */
export const recordForecast = async (): Promise<boolean> => {
  const { fiscalCalendar, zone } = companyConfig();
  const on = today();
  const span = spanOf('1', on, fiscalCalendar);
  if (!span.ok) return false;
  const { months, over }: Span = span.value;
  const { startsOn, endsOn } = months[over] as Month;
  if (daysBetween(startsOn, on) >= RECORDED_WITHIN_DAYS || (await readRecordedOf(startsOn)) !== undefined) return false;
  const ledger = await readLedger();
  const { rows, names, profile, planCurrency } = ledger;
  if (ledger.through < startOfDay(startsOn, zone)) return false;
  const looks = Int32Array.from(months, (month) => toEpochDay(month.endsOn));
  if ((await viewed(ledger, 'plan', looks)).missing.length > 0) return false;
  const [month] =
    forecastFrom(
      flowsOf(rows, (own) => uncut(own, names), 0, { months, over, zone }),
      over - 1,
      1,
    ) ?? [];
  if (month === undefined) return false;
  return putRecorded({
    ...{ startsOn, endsOn, profile, planCurrency },
    recordedAt: nowIso(),
    model: `${MODEL.name} ${MODEL.version}`,
    openingMinor: String(month.openingMinor),
    closingMinor: String(month.closingMinor),
    streams: Object.fromEntries(STREAMS.map((stream, place) => [stream, String(month.expectedMinor[place])])),
  });
};
