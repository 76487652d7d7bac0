import { exponentOf } from '../../platform/currencies.ts';
import type { EventData } from '../../platform/events.ts';
import type { FieldProblem, ListedProblem } from '../../platform/http-problem.ts';
import { digest, idOf } from '../../platform/ids.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { journalPosted } from '../events.ts';
import type { Chart } from './accounts.ts';

/** A line of a journal. Minor units; debits are positive, credits negative. */
export interface Line {
  readonly account: string;
  /** In the line's currency; 0 where a balance is remeasured and only its functional amount changes. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** In the functional currency of the legal entity. */
  readonly functionalMinor: bigint;
  /** Whose balance it is in the account's sub-ledger: a contract, an invoice. Accounts of a sub-ledger need one. */
  readonly subLedgerKey?: string | undefined;
  readonly customerId?: string | undefined;
  readonly contractId?: string | undefined;
  readonly obligationId?: string | undefined;
}

export type TagKind = 'estimate' | 'late-data' | 'error';

/** A line as it is wanted: without a functional amount where the caller leaves it to the books. */
export type WantedLine = Omit<Line, 'functionalMinor'> & { readonly functionalMinor?: bigint | undefined };

/** Why a journal comes late or corrects: ASC 250 tells a change of an estimate apart from an error. */
export interface Tag {
  readonly kind: TagKind;
  readonly reason: string;
}

/** The event that a journal is made of, and the rule that made it, with the paragraph that the rule rests on. */
export interface Origin {
  readonly event: string;
  readonly rule: string;
  readonly paragraph?: string | undefined;
}

/** A journal as somebody wants it posted. */
export interface Draft {
  readonly legalEntity: string;
  /** The caller's, the same on every retry. Unique within the legal entity. */
  readonly key: string;
  readonly accountingOn: string;
  readonly description: string;
  readonly origin: Origin;
  readonly tag?: Tag | undefined;
  readonly lines: readonly WantedLine[];
}

/** A journal as it was posted. */
export type Journal = Omit<EventData<typeof journalPosted>, 'lines'> & {
  readonly lines: readonly Line[];
  /** ISO instant. */
  readonly recordedAt: string;
};

/** What a draft is checked against. */
export interface Books {
  readonly functionalCurrency: string;
  readonly chart: Chart;
}

/** Lines of one journal: it stays far below an item's 400 KB. */
export const MAX_LINES = 200;
/** Contracts that one journal speaks of: each has it in a list of its own, written in the same transaction. */
export const MAX_CONTRACTS = 50;

export type JournalProblem = ListedProblem<'journal-invalid'>;

const problemsOfLine = (line: Line, at: string, { functionalCurrency, chart }: Books): FieldProblem[] => {
  const { account, amountMinor, currency, functionalMinor, subLedgerKey } = line;
  const known = chart.get(account);
  const exponent = exponentOf(currency, `${at}.currency`);
  const found: FieldProblem[] = [];
  if (known === undefined)
    found.push({
      field: `${at}.account`,
      code: 'account-unknown',
      detail: `${account.slice(0, 20)} is no account of the chart: GET ledger/accounts lists them`,
    });
  if (!exponent.ok) found.push({ field: `${at}.currency`, code: exponent.problem.code, detail: exponent.problem.detail });
  if (amountMinor === 0n && functionalMinor === 0n)
    found.push({
      field: `${at}.amountMinor`,
      code: 'line-empty',
      detail: 'a line has an amount other than 0, in its own or in the functional currency',
    });
  if (currency === functionalCurrency && amountMinor !== functionalMinor)
    found.push({
      field: `${at}.functionalMinor`,
      code: 'functional-amount-differs',
      detail: `${functionalMinor} differs from ${amountMinor}, though ${currency} is the functional currency: both are the same there`,
    });
  if (amountMinor * functionalMinor < 0n)
    found.push({ field: `${at}.functionalMinor`, code: 'sides-differ', detail: 'a line stands on one side in both currencies' });
  if (known?.subLedger !== undefined && subLedgerKey === undefined)
    found.push({
      field: `${at}.subLedgerKey`,
      code: 'sub-ledger-key-missing',
      detail: `account ${account} has the sub-ledger ${known.subLedger}: say whose balance it is`,
    });
  return found;
};

/** By currency, what the lines come to; balanced where it is 0. */
const sumsOf = (lines: readonly Line[]): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of lines) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  return sums;
};

const functionalSumOf = (lines: readonly Line[]): bigint => lines.reduce((sum, { functionalMinor }) => sum + functionalMinor, 0n);

/** What does not balance: each currency by itself, and the functional amounts together. */
const imbalances = (lines: readonly Line[], functionalCurrency: string): FieldProblem[] => {
  const found = [...sumsOf(lines)]
    .filter(([, sum]) => sum !== 0n)
    .map(([currency, sum]) => ({
      field: 'lines',
      code: 'unbalanced',
      detail: `debits less credits in ${currency} are ${sum} minor units, and must be 0`,
    }));
  const functional = functionalSumOf(lines);
  if (functional === 0n) return found;
  const detail = `debits less credits in the functional currency ${functionalCurrency} are ${functional} minor units, and must be 0`;
  return [...found, { field: 'lines', code: 'unbalanced', detail }];
};

/** Whether a journal is in balance in each currency and in the functional one. */
export const isBalanced = (lines: readonly Line[]): boolean =>
  functionalSumOf(lines) === 0n && [...sumsOf(lines).values()].every((sum) => sum === 0n);

/** Contracts of a journal, each once, in the order of their first lines. */
export const contractsOf = (lines: readonly Line[]): readonly string[] => [
  ...new Set(lines.flatMap(({ contractId }) => (contractId === undefined ? [] : [contractId]))),
];

const invalid = (problems: readonly FieldProblem[]): Result<never, JournalProblem> => {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const field = first?.field ?? 'lines';
  return { ok: false, problem: { code: 'journal-invalid', detail: `${field}: ${first?.detail}${more}`, field, problems } };
};

/** The lines with their functional amounts: in the functional currency they are the amounts themselves. */
const withFunctional = (lines: readonly WantedLine[], { functionalCurrency }: Books): Result<readonly Line[], JournalProblem> => {
  const missing: FieldProblem[] = [];
  const whole = lines.map((line, i): Line => {
    if (line.functionalMinor === undefined && line.currency !== functionalCurrency)
      missing.push({
        field: `lines[${i}].functionalMinor`,
        code: 'functional-amount-missing',
        detail: `a line in another currency than ${functionalCurrency} says its amount in that one, too`,
      });
    return { ...line, functionalMinor: line.functionalMinor ?? line.amountMinor };
  });
  return missing.length === 0 ? ok(whole) : invalid(missing);
};

/** The lines of a draft that may be posted to the books; a problem names everything that is wrong, line by line and then the whole. */
export const checkedLines = (draft: Draft, books: Books): Result<readonly Line[], JournalProblem> => {
  const whole = withFunctional(draft.lines, books);
  if (!whole.ok) return whole;
  const lines = whole.value;
  const problems = lines.flatMap((line, i) => problemsOfLine(line, `lines[${i}]`, books));
  if (lines.length < 2 || lines.length > MAX_LINES)
    problems.push({ field: 'lines', code: 'lines-out-of-bounds', detail: `${lines.length} lines; a journal has 2 to ${MAX_LINES}` });
  const contracts = contractsOf(lines).length;
  if (contracts > MAX_CONTRACTS)
    problems.push({
      field: 'lines',
      code: 'contracts-out-of-bounds',
      detail: `${contracts} contracts; a journal speaks of at most ${MAX_CONTRACTS}`,
    });
  problems.push(...imbalances(lines, books.functionalCurrency));
  return problems.length === 0 ? ok(lines) : invalid(problems);
};

/** The id of a journal follows from its legal entity and its caller's key: the same key is the same journal. */
export const journalIdOf = (legalEntity: string, key: string): string => idOf('jnl', legalEntity, 'key', key);

/** Tells the same content under a key apart from another one. It covers what the caller says, not where it is posted to. */
export const contentOf = ({ accountingOn, description, origin, tag, lines }: Draft): string =>
  digest(
    JSON.stringify([
      accountingOn,
      description,
      [origin.event, origin.rule, origin.paragraph],
      [tag?.kind, tag?.reason],
      lines.map((line) => [
        line.account,
        String(line.amountMinor),
        line.currency,
        line.functionalMinor?.toString(),
        line.subLedgerKey,
        line.customerId,
        line.contractId,
        line.obligationId,
      ]),
    ]),
  );
