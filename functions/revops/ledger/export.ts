import type { Account } from '../../platform/config-ledger.ts';
import { writeCsv } from '../../platform/csv.ts';
import { exponentOf } from '../../platform/currencies.ts';
import { formatDecimal } from '../../platform/decimal.ts';
import type { Chart } from './accounts.ts';
import type { Journal, Line } from './journal.ts';

/** Amounts in the currencies of the lines, or in the functional one. */
export const EXPORTED_AMOUNTS = ['transaction', 'functional'] as const;
export type ExportedAmounts = (typeof EXPORTED_AMOUNTS)[number];

/** Top accounts of hledger, which knows by them what kind an account is of. */
const TOP: Readonly<Record<Account['type'], string>> = {
  asset: 'assets',
  liability: 'liabilities',
  equity: 'equity',
  income: 'revenues',
  expense: 'expenses',
};

/** A semicolon begins a comment, a bar parts payee and note, two blanks end an account's name, a comma a tag. */
const plainText = (text: string): string => text.replace(/[;|,\s]+/g, ' ').trim();

const accountName = (number: string, chart: Chart): string => {
  const { name = '', type = 'asset' } = chart.get(number) ?? {};
  return `${TOP[type]}:${plainText(`${number} ${name}`)}`;
};

/** Major units with the currency's places, e.g. `-1200.00 USD`. */
const amountText = (minor: bigint, currency: string): string => {
  const exponent = exponentOf(currency);
  return `${formatDecimal({ n: minor, scale: exponent.ok ? exponent.value : 0 })} ${currency}`;
};

const tagsOf = (tags: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(tags)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}:${plainText(value)}`]))
    .join(', ');

const postingOf = (line: Line, journal: Journal, amounts: ExportedAmounts, chart: Chart): string => {
  const amount =
    amounts === 'functional' ? amountText(line.functionalMinor, journal.functionalCurrency) : amountText(line.amountMinor, line.currency);
  const tags = tagsOf({ key: line.subLedgerKey, customer: line.customerId, contract: line.contractId, obligation: line.obligationId });
  return `    ${accountName(line.account, chart)}  ${amount}${tags === '' ? '' : `  ; ${tags}`}`;
};

/** Journals as a file that hledger reads: a transaction each, with its id as code and what made it as tags. */
export const hledgerOf = (journals: readonly Journal[], chart: Chart, amounts: ExportedAmounts): string =>
  journals
    .map((journal) => {
      const { accountingOn, journalId, description, origin, tag, reverses } = journal;
      const tags = tagsOf({ event: origin.event, rule: origin.rule, paragraph: origin.paragraph, late: tag?.kind, reverses });
      const postings = journal.lines.map((line) => postingOf(line, journal, amounts, chart));
      return [`${accountingOn} * (${journalId}) ${plainText(description)}`, `    ; ${tags}`, ...postings, ''].join('\n');
    })
    .join('\n');

const CSV_HEADER = [
  'journalId',
  'accountingOn',
  'account',
  'accountName',
  'currency',
  'amount',
  'functionalCurrency',
  'functionalAmount',
  'subLedgerKey',
  'customerId',
  'contractId',
  'obligationId',
  'event',
  'rule',
  'paragraph',
  'tag',
  'reverses',
] as const;

/** What a spreadsheet would take for a formula is led by a quote. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** Journals as CSV, a row a line; debits positive, credits negative, in major units. */
export const csvOf = (journals: readonly Journal[], chart: Chart): string =>
  writeCsv(
    CSV_HEADER,
    journals.flatMap(({ lines, ...journal }) =>
      lines.map((line) => {
        const amount = amountText(line.amountMinor, line.currency).split(' ')[0] ?? '';
        const functional = amountText(line.functionalMinor, journal.functionalCurrency).split(' ')[0] ?? '';
        const { event, rule, paragraph = '' } = journal.origin;
        const said = [line.subLedgerKey, line.customerId, line.contractId, line.obligationId].map((text = '') => harmless(text));
        return [
          journal.journalId,
          journal.accountingOn,
          line.account,
          chart.get(line.account)?.name ?? '',
          line.currency,
          amount,
          journal.functionalCurrency,
          functional,
          ...said,
          ...[event, rule, paragraph].map(harmless),
          journal.tag?.kind ?? '',
          journal.reverses ?? '',
        ];
      }),
    ),
  );
