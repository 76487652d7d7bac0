import { fromEpochDay } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import { log } from '../../platform/log.ts';
import type { Section } from '../ledger/columns.ts';
import { readHead } from '../ledger/store.ts';
import { sectionOfHead } from '../ledger/take-in.ts';
import { type Cut, cutBy, dimensionsOf, uncut } from './cut.ts';
import { keptMonths, planKept } from './kept.ts';
import { bytesOfMonth, bytesOfValues, FORM } from './kept-bytes.ts';
import { type Block, type KeptCurrency, type KeptCut, prolongKept, putKept, readKeptHead } from './kept-store.ts';
import type { Plan } from './measure.ts';

/** Attempts while the ledger is replaced under the reader. */
const MAX_ATTEMPTS = 5;

/** When each currency first moves, and first does so at a plan rate. */
const currenciesOf = ({ rows, names }: Section): readonly KeptCurrency[] => {
  const [movedOn, convertedOn] = [new Map<number, number>(), new Map<number, number>()];
  for (let row = 0; row < rows.length; row += 1) {
    const currency = rows.currency[row] as number;
    const day = rows.day[row] as number;
    if (rows.amountMinor[row] !== 0n && !movedOn.has(currency)) movedOn.set(currency, day);
    if (rows.planMinor[row] !== 0n && !convertedOn.has(currency)) convertedOn.set(currency, day);
  }
  return names.currencies.flatMap((currency, place) => {
    const [moved, converted] = [movedOn.get(place), convertedOn.get(place)];
    return moved === undefined ? [] : [{ currency, movedOn: moved, ...(converted === undefined ? {} : { convertedOn: converted }) }];
  });
};

const cutKept = ({ rows }: Section, cut: Cut, plan: Plan): readonly Block[] | undefined => {
  const months = keptMonths(rows, cut, plan);
  return months === undefined
    ? undefined
    : [
        { of: 'VALUES', bytes: bytesOfValues(cut.values) },
        ...months.map((month, i) => ({ of: plan.periods[i]?.startsOn as string, bytes: bytesOfMonth(month) })),
      ];
};

/** All cuts by one dimension, and the total, of those that are small enough. */
const cutsKept = (section: Section, plan: Plan): (Omit<KeptCut, 'blocks'> & { readonly blocks: readonly Block[] })[] =>
  [undefined, ...dimensionsOf(section.names)].flatMap((dimension) => {
    const cut = dimension === undefined ? uncut(section.rows, section.names) : cutBy(section.rows, section.names, dimension);
    const blocks = cut === undefined ? undefined : cutKept(section, cut, plan);
    return blocks === undefined || cut === undefined ? [] : [{ dimension: dimension ?? '', ofParts: cut.ofParts, blocks }];
  });

/**
 * Keeps what answers by month and one dimension say of a profile's ledger, as it is now, looked at on a day: folded once, so that readers fold
 * nothing. `through` is the second up to which all that was recorded is known to stand in it. Nothing is folded where nothing has changed. The
 * same rows looked at on the same day give the same blocks, byte for byte.
 */
export const keepFigures = async (profile: string, through: number, on: string): Promise<void> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const [ledger, before] = await Promise.all([readHead(profile), readKeptHead(profile)]);
    if (ledger === undefined) return;
    const { fiscalCalendar } = companyConfig();
    const calendar = JSON.stringify(fiscalCalendar);
    if (before?.ledgerVersion === ledger.version && before.on === on && before.calendar === calendar && before.form === FORM) {
      if (before.through < through) await prolongKept(profile, before, through);
      return;
    }
    const section = await sectionOfHead(profile, ledger);
    if (section === undefined) continue;
    const firstDay = fromEpochDay(section.rows.day[0] ?? 0);
    const plan = planKept(section.rows, fiscalCalendar, firstDay, on);
    if (plan === undefined) return;
    const head = {
      form: FORM,
      ledgerVersion: ledger.version,
      through: Math.max(through, ledger.through),
      on,
      calendar,
      planCurrency: ledger.planCurrency,
      firstDay,
      currencies: currenciesOf(section),
      dimensions: dimensionsOf(section.names),
    };
    if (await putKept(profile, before, head, cutsKept(section, plan)))
      log.info('figures are kept of the ledger', { count: section.rows.length });
    return;
  }
  throw new Error(`the ledger of ${profile} was replaced at each of ${MAX_ATTEMPTS} attempts to read it; the next run goes on`);
};
