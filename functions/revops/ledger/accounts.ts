import type { Account } from '../../platform/config-ledger.ts';

/** Accounts by number. */
export type Chart = ReadonlyMap<string, Account>;

type Row = readonly [number: string, name: string, type: Account['type'], more?: Partial<Account>];

/** What a company that sells software under contracts needs; numbers leave room between them. */
const DEFAULT_CHART: readonly Row[] = [
  ['1000', 'Cash', 'asset', { isMonetary: true }],
  ['1050', 'Payment clearing', 'asset', { isMonetary: true }],
  ['1100', 'Accounts receivable', 'asset', { isMonetary: true, subLedger: 'receivables' }],
  ['1110', 'Allowance for credit losses', 'asset', { isContra: true, isMonetary: true }],
  ['1150', 'Unbilled receivables', 'asset', { isMonetary: true, subLedger: 'receivables' }],
  ['1200', 'Contract assets', 'asset', { isMonetary: true, subLedger: 'contract-assets' }],
  ['1250', 'Rights to recover products', 'asset'],
  ['1300', 'Capitalised contract costs', 'asset', { subLedger: 'capitalised-costs' }],
  ['1310', 'Amortisation of contract costs to date', 'asset', { isContra: true, subLedger: 'capitalised-costs' }],
  ['1400', 'Prepaid expenses', 'asset'],
  ['2000', 'Accounts payable', 'liability', { isMonetary: true }],
  ['2100', 'Contract liabilities', 'liability', { subLedger: 'contract-liabilities' }],
  ['2150', 'Refund liabilities', 'liability', { isMonetary: true, subLedger: 'refund-liabilities' }],
  ['2200', 'Customer deposits', 'liability', { isMonetary: true, subLedger: 'refund-liabilities' }],
  ['2300', 'Sales taxes payable', 'liability', { isMonetary: true }],
  ['2400', 'Accrued commissions', 'liability', { isMonetary: true }],
  ['3000', 'Retained earnings', 'equity'],
  ['3900', 'Opening balances', 'equity'],
  ['4000', 'Subscription revenue', 'income'],
  ['4100', 'Usage revenue', 'income'],
  ['4200', 'Licence revenue', 'income'],
  ['4300', 'Services revenue', 'income'],
  ['4800', 'Interest income on contracts', 'income'],
  ['4900', 'Consideration payable to customers', 'income', { isContra: true }],
  ['5000', 'Cost of revenue', 'expense'],
  ['5100', 'Payment processing fees', 'expense'],
  ['6000', 'Commissions', 'expense'],
  ['6100', 'Amortisation of contract costs', 'expense'],
  ['6150', 'Impairment of contract costs', 'expense'],
  ['6200', 'Credit losses', 'expense'],
  ['6300', 'Interest expense on contracts', 'expense'],
  ['7000', 'Realised exchange gains and losses', 'income'],
  ['7100', 'Unrealised exchange gains and losses', 'income'],
  ['7900', 'Rounding differences', 'income'],
];

/** The default chart with the company's own accounts in it, in the order of their numbers. */
export const chartOf = (own: readonly Account[]): Chart => {
  const all = DEFAULT_CHART.map(
    ([number, name, type, more]): Account => ({ number, name, type, isContra: false, isMonetary: false, ...more }),
  );
  const byNumber = new Map([...all, ...own].map((account) => [account.number, account]));
  return new Map([...byNumber].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The side on which the balance of an account stands. */
export const sideOf = ({ type, isContra }: Account): 'debit' | 'credit' =>
  (type === 'asset' || type === 'expense') === isContra ? 'credit' : 'debit';
