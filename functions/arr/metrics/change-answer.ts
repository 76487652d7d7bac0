import { fromEpochDay } from '../../platform/calendar.ts';
import { explainPath, movementPath } from '../figures/figure.ts';
import { movementIdAt } from '../ledger/identity.ts';
import { sameMovement } from '../ledger/join.ts';
import { CAUSES, type Ledger } from '../ledger/rows.ts';
import type { Cause } from '../movements/movements.ts';
import { EVERYTHING } from '../totals/series.ts';
import {
  CHANGE_GROUPS,
  type ChangedCustomer,
  type ChangeGroup,
  type ChangePart,
  type CohortYear,
  groupsOf,
  movesIn,
  type RetentionChange,
  type Side,
  windowOfGroup,
} from './change.ts';
import { type Cut, NO_VALUE } from './cut.ts';
import type { Told } from './parents.ts';
import { formatRatio } from './ratio.ts';

/** Of each customer, the largest first. */
const MAX_MOVEMENTS = 20;
const PLACES = 6;

/** Whose change is told, and from which movements: those of one value of a cut. */
interface Asked {
  readonly years: readonly [CohortYear, CohortYear];
  readonly ledger: Ledger;
  /** The ledger's rows at the level of the question, which `cut` is of. */
  readonly told: Told;
  readonly isOfCompanies: boolean;
  readonly cut: Cut;
  readonly value: number;
  /** The profile’s name, where it is not that in force. */
  readonly profile: string | undefined;
}

/** Why there is no NRR to compare. */
export const notDefined = ([missing]: readonly { readonly detail: string }[]) => {
  if (missing !== undefined) return { code: 'rate-missing' as const, detail: missing.detail };
  return { code: 'not-defined' as const, detail: 'There is no NRR at one of the two ends: nobody had ARR twelve months before it.' };
};

/** An end of twelve months, with its NRR where there is one. */
export const endAnswer = ({ from, to }: CohortYear, side: Side | undefined) => ({
  on: fromEpochDay(to),
  cohortOn: fromEpochDay(from),
  ...(side === undefined
    ? {}
    : {
        nrr: formatRatio({ num: side.nowMinor, den: side.baseMinor }, PLACES),
        nowMinor: String(side.nowMinor),
        baseMinor: String(side.baseMinor),
      }),
});

const effectAnswer = (effect: bigint, denominator: bigint) => ({
  numerator: String(effect),
  value: formatRatio({ num: effect, den: denominator }, PLACES),
});

const effectsOf = (parts: readonly ChangePart[]): bigint => parts.reduce((sum, { effect }) => sum + effect, 0n);

/** A change by group, by cause and in total. */
export const changeAnswer = (asked: Asked, { parts, numerator, denominator, customers, byCustomer }: RetentionChange) => {
  const told = (effect: bigint) => effectAnswer(effect, denominator);
  return {
    change: told(numerator),
    denominator: String(denominator),
    groups: CHANGE_GROUPS.map((group) => {
      const own = parts.filter((part) => part.group === group);
      const [after, to] = windowOfGroup(group, asked.years);
      const days = { from: fromEpochDay(after + 1), to: fromEpochDay(to) };
      return {
        group,
        ...days,
        customers: customers[group],
        effect: told(effectsOf(own)),
        parts: own.map(({ of, amountMinor, effect }) => ({
          of,
          amountMinor: String(amountMinor),
          effect: told(effect),
          explain: explainOf(asked, days, of),
        })),
      };
    }),
    byCause: [...Map.groupBy(parts, ({ of }) => of)].map(([of, own]) => ({ of, effect: told(effectsOf(own)) })),
    customers: byCustomer.length,
  };
};

/** What moved in these days by a cause, whoever moved it: the totals know no cohorts, and no companies, whose causes are their own. */
const explainOf = (
  { cut, value, profile, isOfCompanies }: Asked,
  days: { readonly from: string; readonly to: string },
  of: ChangePart['of'],
) => {
  if (of === 'base' || of === 'not-counted' || isOfCompanies) return undefined;
  const { dimension } = cut;
  const name = cut.values[value] ?? NO_VALUE;
  if (dimension !== EVERYTHING.dimension && name === NO_VALUE) return undefined;
  return `${explainPath(days, { dimension, value: name }, profile)}&cause=${of}`;
};

export const customerAnswer = (
  { told, profile }: Asked,
  { customer, before, after, effect }: ChangedCustomer,
  denominator: bigint,
  books: ReadonlyMap<string, { readonly name: string }>,
  movements: ReadonlyMap<number, readonly Moved[]>,
) => {
  const customerId = told.names.customers[customer] as string;
  const own = movements.get(customer) ?? [];
  const sideAnswer = ({ baseMinor, nowMinor }: Side) => ({ baseMinor: String(baseMinor), nowMinor: String(nowMinor) });
  return {
    customerId,
    name: books.get(customerId)?.name ?? '',
    cohort: before.baseMinor === 0n ? ('joined' as const) : after.baseMinor === 0n ? ('left' as const) : ('both' as const),
    before: sideAnswer(before),
    after: sideAnswer(after),
    effect: effectAnswer(effect, denominator),
    movements: own.slice(0, MAX_MOVEMENTS).map(({ amountMinor, ...moved }) => ({
      ...moved,
      amountMinor: String(amountMinor),
      explain: movementPath(moved.movementId, profile),
    })),
    moreMovements: Math.max(0, own.length - MAX_MOVEMENTS),
  };
};

interface Moved {
  readonly movementId: string;
  /** Whose it is: of a company, one of its customers. */
  readonly customerId: string;
  readonly effectiveOn: string;
  readonly cause: Cause;
  /** At plan rates, within the value that is asked about. */
  readonly amountMinor: bigint;
  readonly group: ChangeGroup;
}

/** What some customers moved within the days of their groups, largest first. */
export const movementsOf = (
  { ledger, told: { rows, order }, cut, value, years }: Asked,
  page: readonly ChangedCustomer[],
): ReadonlyMap<number, readonly Moved[]> => {
  const wanted = new Map(page.map(({ customer, before, after }) => [customer, { before, after }]));
  const found = new Map<number, Moved[]>();
  const causes = cut.dimension === 'product' ? rows.lineCause : rows.cause;
  let last = -1;
  for (let row = 0; row < rows.length; row += 1) {
    const customer = rows.customer[row] as number;
    const sides = wanted.get(customer);
    if (sides === undefined || !movesIn(rows, cut, value, row)) continue;
    const day = rows.day[row] as number;
    const groups = groupsOf(sides);
    const group = groups.find((one) => windowOfGroup(one, years)[0] < day && day <= windowOfGroup(one, years)[1]);
    if (group === undefined) continue;
    const all = found.get(customer) ?? [];
    found.set(customer, all);
    const cause = CAUSES[causes[row] as number] as Cause;
    const amountMinor = rows.planMinor[row] as bigint;
    const previous = all.at(-1);
    const own = order === undefined ? row : (order[row] as number);
    if (last >= 0 && sameMovement(ledger.rows, last, own) && previous?.cause === cause)
      all[all.length - 1] = { ...previous, amountMinor: previous.amountMinor + amountMinor };
    else {
      const customerId = ledger.names.customers[ledger.rows.customer[own] as number] as string;
      all.push({ movementId: movementIdAt(ledger, own), customerId, effectiveOn: fromEpochDay(day), cause, amountMinor, group });
    }
    last = own;
  }
  const size = ({ amountMinor }: Moved): bigint => (amountMinor < 0n ? -amountMinor : amountMinor);
  const bySize = (a: Moved, b: Moved): number => (size(a) > size(b) ? -1 : size(a) < size(b) ? 1 : 0);
  return new Map([...found].map(([customer, all]) => [customer, all.filter(({ amountMinor }) => amountMinor !== 0n).sort(bySize)]));
};
