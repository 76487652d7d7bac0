import { addDays, addMonths, daysBetween, startOfMonth } from '../../platform/calendar.ts';
import type { UsageFact } from '../lines/facts.ts';
import { amountOf, type Scope, shownBy, totalOf } from './amounts.ts';

const MONTHS = 3;
/** Quarters of a year: what three months come to, four times. */
const TIMES = 4n;
/** Longest quarter: a period that is longer counts by its days that lie within the three months. */
const MAX_PERIOD_DAYS = 92;

/** The newest showing of each invoice until a day, by its id. */
const newestInvoices = ({ facts, on }: Scope): readonly UsageFact[] => {
  const newest = new Map<string, UsageFact>();
  for (const { kind, data } of facts) {
    if (kind !== 'usage' || data.observedOn > on) continue;
    const known = newest.get(data.invoiceId);
    if (known === undefined || isNewer(data, known)) newest.set(data.invoiceId, data);
  }
  return [...newest.values()].sort((a, b) => (a.invoiceId < b.invoiceId ? -1 : 1));
};

const NO_INVOICES: readonly UsageFact[] = [];

const isNewer = ({ provenance: a }: UsageFact, { provenance: b }: UsageFact): boolean =>
  a.observedAt === b.observedAt ? a.eventId > b.eventId : a.observedAt > b.observedAt;

/** The part of a line's amount that belongs to the days from `from` to before `until`, as a fraction of it. */
const partWithin = ({ startsOn, endsOn }: UsageFact['lines'][number], from: string, until: string): { num: bigint; den: bigint } => {
  const days = daysBetween(startsOn, endsOn);
  if (days <= MAX_PERIOD_DAYS) {
    const lastDay = days > 0 ? addDays(endsOn, -1) : startsOn;
    return { num: from <= lastDay && lastDay < until ? 1n : 0n, den: 1n };
  }
  const within = daysBetween(startsOn > from ? startsOn : from, endsOn < until ? endsOn : until);
  return { num: BigInt(Math.max(0, within)), den: BigInt(days) };
};

/**
 * Metered usage, where the profile shows it beside ARR: what was invoiced for the three whole months before that of the day, four times. A line belongs to the
 * month in which its period ends. Invoices that are void do not count; credit notes are not looked at.
 */
export const usageOn = (scope: Scope) => {
  const until = startOfMonth(scope.on);
  const from = addMonths(until, -MONTHS);
  const isShown = scope.context.profile.metered === 'separate';
  const lines = (isShown ? newestInvoices(scope) : NO_INVOICES)
    .filter(({ status }) => status !== 'void')
    .flatMap((invoice) =>
      invoice.lines.flatMap(({ amountMinor, ...line }) => {
        const { num, den } = partWithin({ amountMinor, ...line }, from, until);
        if (num === 0n) return [];
        const exact = { num: BigInt(amountMinor) * num, den };
        return [{ invoiceId: invoice.invoiceId, ...shownBy(invoice, scope), ...line, exact, ...amountOf(exact, invoice.currency, scope) }];
      }),
    );
  const runRate = totalOf(lines.map(({ exact, currency }) => amountOf({ num: exact.num * TIMES, den: exact.den }, currency, scope)));
  return { from, to: addDays(until, -1), runRate, lines: lines.map(({ exact: _, ...line }) => line) };
};
