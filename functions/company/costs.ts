import { isDateInReach } from '../platform/calendar.ts';
import { exponentOf } from '../platform/currencies.ts';
import type { EventData } from '../platform/events.ts';
import { type FiscalCalendar, fiscalPeriodOf } from '../platform/fiscal.ts';
import type { ListedProblem } from '../platform/http-problem.ts';
import { fromMajor, money } from '../platform/money.ts';
import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import type { costsLoaded } from './events.ts';

/**
 * What an amount is. Revenue is income; `cogs` and `support` (what it takes to serve customers) together are the cost of revenue; then the
 * functions; `other` is everything below the operating result. Cash: `operating-cash-flow`, and `capital-expenditure`, which is spent.
 */
export const COST_KINDS = [
  'revenue',
  'cogs',
  'support',
  'sales',
  'marketing',
  'research',
  'general',
  'other',
  'operating-cash-flow',
  'capital-expenditure',
] as const;
export type CostKind = (typeof COST_KINDS)[number];

/** Whom sales and marketing were spent on, where the company tells it. Nobody shares out what it did not. */
export const COST_PURPOSES = ['new-customers', 'existing-customers'] as const;
export type CostPurpose = (typeof COST_PURPOSES)[number];

/**
 * One statement: what the books of a legal entity say of a fiscal month. Income and costs are both positive as they usually are: revenue
 * earned, money spent, cash that came in; the other way round they are negative.
 */
export interface Cost {
  readonly legalEntity: string;
  /** First day of the fiscal month. */
  readonly month: string;
  readonly kind: CostKind;
  /** Of sales and marketing only. */
  readonly purpose?: CostPurpose;
  readonly currency: string;
  readonly amountMinor: bigint;
  /** Where it is from, e.g. `trial balance 2026-09`. */
  readonly source: string;
}

/** Columns of a row, as text. Either `amount` (major units, `1234.50`) or `amountMinor` (whole minor units, `123450`). */
export const COST_COLUMNS = {
  required: ['legalEntity', 'month', 'kind', 'currency', 'source'],
  optional: ['purpose', 'amount', 'amountMinor'],
} as const;

/** A row as it was sent: nothing is known of it but that its cells are text. An empty cell is none. */
export type CostRow = Readonly<Record<(typeof COST_COLUMNS)['required'][number], string>> &
  Readonly<Partial<Record<(typeof COST_COLUMNS)['optional'][number], string | undefined>>>;

/** A row with its place: `rows[3]` of a JSON body, `line 5` of a file. */
export interface PlacedRow {
  /** From 0, the first after a header. */
  readonly row: number;
  readonly place: string;
  readonly cells: Result<CostRow>;
}

/** What is wrong with a row that was not loaded. */
export interface CostRowProblem extends Problem {
  readonly row: number;
  readonly field: string;
}

/** What the rows are held against. */
export interface CostBooks {
  readonly calendar: FiscalCalendar;
  readonly legalEntities: readonly string[];
}

const MAX_MINOR_DIGITS = 18;
const MAX_SOURCE = 100;
const received = (text: string): string => JSON.stringify(text.length > 30 ? `${text.slice(0, 30)}…` : text);

const oneOf = <const T extends string>(allowed: readonly T[], text: string, code: string): Result<T> => {
  const found = allowed.find((one) => one === text);
  return found === undefined ? fail(code, `received ${received(text)}; allowed: ${allowed.join(', ')}`) : ok(found);
};

/** The fiscal month, named by any of its days, or as `2026-03` where fiscal months are calendar months. */
const monthOf = (text: string, calendar: FiscalCalendar): Result<string> => {
  const asMonths = calendar.kind === 'months';
  const day = asMonths && /^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text;
  if (isDateInReach(day)) return ok(fiscalPeriodOf(calendar, day, 'month').startsOn);
  const allowed = `a day of the fiscal month, written YYYY-MM-DD, from 1900 to 2199${asMonths ? ', or the month, written YYYY-MM' : ''}`;
  return fail('month-invalid', `received ${received(text)}; allowed: ${allowed}`);
};

const purposeOf = (text: string, kind: string): Result<CostPurpose | undefined> => {
  if (text === '') return ok(undefined);
  if (kind === 'sales' || kind === 'marketing') return oneOf(COST_PURPOSES, text, 'purpose-unknown');
  return fail('purpose-unknown', `received ${received(text)}; only sales and marketing have a purpose`);
};

/** What a spreadsheet takes for a formula when it opens the cell. */
const isFormula = (text: string): boolean => /^[=+\-@]/.test(text);

const sourceOf = (text: string): Result<string> => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (text === '' || text.length > MAX_SOURCE || /[\u0000-\u001f\u007f]/.test(text))
    return fail('source-invalid', `received ${received(text)}; allowed: 1 to ${MAX_SOURCE} characters on one line`);
  if (isFormula(text)) return fail('source-is-formula', `received ${received(text)}, a formula to a spreadsheet; begin it with a letter`);
  return ok(text);
};

/** Whole minor units, from the one of the two columns that has something. */
const minorOf = (amount: string, amountMinor: string, currency: string): Result<bigint> => {
  const texts = [amount, amountMinor].filter((text) => text !== '');
  const [text = ''] = texts;
  if (texts.length !== 1)
    return fail('amount-missing', `received ${texts.length === 0 ? 'neither' : 'both'}; allowed: either amount or amountMinor`);
  const read = amount === '' ? money(amountMinor, currency) : fromMajor(amount, currency);
  if (read.ok && String(read.value.amountMinor).replace('-', '').length <= MAX_MINOR_DIGITS) return ok(read.value.amountMinor);
  const allowed =
    amount === ''
      ? 'whole minor units, such as -123450'
      : `major units of ${currency}, such as -1234, with a point and no more places than it has`;
  return fail('amount-invalid', `received ${received(text)}; allowed: ${allowed}, at most ${MAX_MINOR_DIGITS} digits`);
};

/** A row with every cell judged, so that all that is wrong with it is said at once. Problems name the column as their field. */
const checkRow = (row: CostRow, { calendar, legalEntities }: CostBooks): Result<Cost, ListedProblem> => {
  const legalEntity = oneOf(legalEntities, row.legalEntity, 'legal-entity-unknown');
  const month = monthOf(row.month, calendar);
  const kind = oneOf(COST_KINDS, row.kind, 'kind-unknown');
  const purpose = purposeOf(row.purpose ?? '', row.kind);
  const currency = exponentOf(row.currency);
  const column = (row.amountMinor ?? '') === '' ? 'amount' : 'amountMinor';
  const amount = currency.ok ? minorOf(row.amount ?? '', row.amountMinor ?? '', row.currency) : currency;
  const source = sourceOf(row.source);
  if (legalEntity.ok && month.ok && kind.ok && purpose.ok && amount.ok && source.ok) {
    return ok({
      legalEntity: legalEntity.value,
      month: month.value,
      kind: kind.value,
      ...(purpose.value === undefined ? {} : { purpose: purpose.value }),
      currency: row.currency,
      amountMinor: BigInt(amount.value),
      source: source.value,
    });
  }
  const judged = { legalEntity, month, kind, purpose, currency, ...(currency.ok ? { [column]: amount } : {}), source };
  const problems = Object.entries<Result<unknown>>(judged).flatMap(([field, result]) => (result.ok ? [] : [{ ...result.problem, field }]));
  return { ok: false, problem: { code: 'row-invalid', detail: 'the row is no statement', problems } };
};

/** What identifies a statement: the same again changes nothing, another amount or source is a correction. */
export const costKey = ({ legalEntity, month, kind, purpose, currency }: Omit<Cost, 'amountMinor' | 'source'>): string =>
  [month, kind, purpose ?? '', legalEntity, currency].join(' ');

export const isSameCost = (a: Cost, b: Cost): boolean => a.amountMinor === b.amountMinor && a.source === b.source;

const found = ({ row, place }: PlacedRow, problem: Problem | ListedProblem): readonly CostRowProblem[] =>
  'problems' in problem
    ? problem.problems.map(({ field, detail, code = problem.code }) => ({ row, code, detail, field: `${place}.${field}` }))
    : [{ row, code: problem.code, detail: problem.detail, field: place }];

/** Each row on its own: those that are statements, in order, and what is wrong with the others. A second, different one for a key is refused. */
export const checkCosts = (
  rows: readonly PlacedRow[],
  books: CostBooks,
): { readonly costs: readonly Cost[]; readonly problems: readonly CostRowProblem[] } => {
  const costs = new Map<string, { readonly cost: Cost; readonly place: string }>();
  const problems: CostRowProblem[] = [];
  for (const placed of rows) {
    const { row, place, cells } = placed;
    const checked = cells.ok ? checkRow(cells.value, books) : cells;
    if (!checked.ok) {
      problems.push(...found(placed, checked.problem));
      continue;
    }
    const key = costKey(checked.value);
    const earlier = costs.get(key);
    if (earlier === undefined) costs.set(key, { cost: checked.value, place });
    else if (!isSameCost(earlier.cost, checked.value)) {
      const detail = `${earlier.place} says something else of the same month, kind, purpose, legal entity and currency; allowed: one row for each`;
      problems.push({ row, code: 'cost-twice', detail, field: place });
    }
  }
  return { costs: [...costs.values()].map(({ cost }) => cost), problems };
};

/** Of a request in which no row is a statement: nothing was loaded, and every row is named. */
export const costsRefused = (problems: readonly CostRowProblem[]): ListedProblem<'costs-refused'> => ({
  code: 'costs-refused',
  detail: `No row can be loaded, so nothing was; what is wrong with each is said under problems (${problems.length}).`,
  problems,
});

/** What an event says of loaded statements: of which kinds and months. */
export const loadedKinds = (costs: readonly Cost[]): EventData<typeof costsLoaded>['kinds'] =>
  [...Map.groupBy(costs, ({ kind }) => kind)].map(([kind, group]) => {
    const months = group.map(({ month }) => month).sort();
    return { kind, rows: group.length, earliestMonth: months[0] ?? '', latestMonth: months.at(-1) ?? '' };
  });
