import { type Fraction, round } from '../../platform/decimal.ts';
import { convert } from '../../platform/fx.ts';
import { digest } from '../../platform/ids.ts';
import type { Chart } from './accounts.ts';
import type { Cells } from './balances.ts';
import type { Draft, WantedLine } from './journal.ts';

/** Where gains and losses go that arise while a balance is held, and are not settled yet. */
const UNREALISED = '7100';

/** Currencies with a monetary balance that is not in the functional currency, or with what is left of one there. */
export const foreignCurrencies = (cells: Cells, chart: Chart, functionalCurrency: string): readonly string[] =>
  [...new Set(monetary(cells, chart, functionalCurrency).map(({ currency }) => currency))].sort();

const monetary = (cells: Cells, chart: Chart, functionalCurrency: string) =>
  [...cells]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, cell]) => ({ account: name.split('|')[0] ?? '', currency: name.split('|')[1] ?? '', ...cell }))
    .filter(({ account, currency }) => chart.get(account)?.isMonetary === true && currency !== functionalCurrency);

export interface Remeasured {
  readonly legalEntity: string;
  readonly functionalCurrency: string;
  readonly chart: Chart;
  /** The day at whose end the balances stand so, and whose closing rates hold. */
  readonly on: string;
}

/**
 * The journal that brings the monetary balances in a currency to its closing rate (ASC 830-20-35-1, 35-2): the functional amount of each changes,
 * its own does not, and the difference is an unrealised gain or loss. A contract liability is settled by performing, not in money, and keeps the
 * rate of its advance (ASC 830-10-45-18). Each account is rounded half-even to minor units. It is cumulative: the next one starts from what this
 * one left, and takes back what is left of a balance that was settled. The same balances make the same key. Nothing where all stand right.
 * `rate`: major units of the functional currency for one of `currency`.
 */
export const remeasurementOf = (
  cells: Cells,
  { legalEntity, functionalCurrency, chart, on }: Remeasured,
  currency: string,
  rate: Fraction,
): Draft | undefined => {
  const own = monetary(cells, chart, functionalCurrency).filter((cell) => cell.currency === currency);
  const lines = own.flatMap(({ account, amountMinor, functionalMinor }): readonly WantedLine[] => {
    const atClosing = round(convert({ num: amountMinor, den: 1n }, currency, functionalCurrency, rate), 'half-even');
    const change = atClosing - functionalMinor;
    if (change === 0n) return [];
    const subLedgerKey = chart.get(account)?.subLedger === undefined ? undefined : `remeasurement:${currency}`;
    return [
      { account, currency, amountMinor: 0n, functionalMinor: change, subLedgerKey },
      { account: UNREALISED, currency, amountMinor: 0n, functionalMinor: -change },
    ];
  });
  if (lines.length === 0) return undefined;
  const state = digest(
    JSON.stringify([
      String(rate.num),
      String(rate.den),
      ...own.map((cell) => [cell.account, String(cell.amountMinor), String(cell.functionalMinor)]),
    ]),
  );
  return {
    legalEntity,
    key: `remeasurement:${on}:${currency}:${state}`,
    accountingOn: on,
    description: `Monetary balances in ${currency} at the closing rate of ${on}`,
    origin: { event: `closing-rate:${currency}:${on}`, rule: 'remeasurement', paragraph: '830-20-35-1' },
    lines,
  };
};
