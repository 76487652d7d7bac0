import type { Account } from '../../platform/config-ledger.ts';
import type { Chart } from './accounts.ts';
import type { Journal } from './journal.ts';

/** What an account comes to in a currency: debits less credits. */
export interface Cell {
  /** Minor units of the currency. */
  readonly amountMinor: bigint;
  /** Minor units of the functional currency. */
  readonly functionalMinor: bigint;
}

/** By `<account>|<currency>`. */
export type Cells = Map<string, Cell>;

/** Up to where journals have been counted. */
export interface Counted {
  readonly journals: number;
  /** Newest ISO instant of recording among them; empty before the first. */
  readonly recordedAt: string;
}

/** What journals add to balances, by `<legal entity>#<accounting day>`. */
export type Additions = Map<string, Cells>;

/** Adds cells in place; what comes to nothing is left out. */
export const addCells = (into: Cells, more: ReadonlyMap<string, Cell>): void => {
  for (const [name, { amountMinor, functionalMinor }] of more) {
    const known = into.get(name);
    const sum = {
      amountMinor: (known?.amountMinor ?? 0n) + amountMinor,
      functionalMinor: (known?.functionalMinor ?? 0n) + functionalMinor,
    };
    if (sum.amountMinor === 0n && sum.functionalMinor === 0n) into.delete(name);
    else into.set(name, sum);
  }
};

/** What journals add together. */
export const additionsOf = (journals: readonly Pick<Journal, 'legalEntity' | 'accountingOn' | 'lines'>[]): Additions => {
  const additions: Additions = new Map();
  for (const { legalEntity, accountingOn, lines } of journals) {
    const key = `${legalEntity}#${accountingOn}`;
    const cells: Cells = additions.get(key) ?? new Map();
    additions.set(key, cells);
    for (const { account, currency, amountMinor, functionalMinor } of lines)
      addCells(cells, new Map([[`${account}|${currency}`, { amountMinor, functionalMinor }]]));
  }
  return additions;
};

/** The places where balances of a day are summed: the day, and its calendar month. */
export const dayPlace = (day: string): string => `D#${day}`;
export const monthPlace = (day: string): string => `M#${day.slice(0, 7)}`;

/** Which of a day's places is read for a balance at the end of `on`: its month where that is over by then; none for a later day. */
export const placeRead = (day: string, on: string): string | undefined => {
  if (day > on) return undefined;
  return day.slice(0, 7) < on.slice(0, 7) ? monthPlace(day) : dayPlace(day);
};

export interface TrialBalanceRow extends Cell, Pick<Account, 'name' | 'type' | 'subLedger'> {
  readonly account: string;
  readonly currency: string;
}

export interface TrialBalance {
  /** By account and currency. */
  readonly rows: readonly TrialBalanceRow[];
  /** Sums of the rows' functional amounts by their side; equal where no currency was chosen. */
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
}

/** The balances by the chart. An account that is no longer in it keeps its number as its name, and counts as an asset. */
export const trialBalanceOf = (cells: Cells, chart: Chart, currency: string | undefined): TrialBalance => {
  const rows = [...cells]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, cell]): TrialBalanceRow => {
      const [account = '', of = ''] = name.split('|');
      const { name: called = account, type = 'asset', subLedger } = chart.get(account) ?? {};
      return { account, name: called, type, ...(subLedger === undefined ? {} : { subLedger }), currency: of, ...cell };
    })
    .filter((row) => currency === undefined || row.currency === currency);
  const sum = (isWanted: (minor: bigint) => boolean): bigint =>
    rows.reduce((total, { functionalMinor }) => (isWanted(functionalMinor) ? total + functionalMinor : total), 0n);
  return { rows, debitsMinor: sum((minor) => minor > 0n), creditsMinor: -sum((minor) => minor < 0n) };
};
