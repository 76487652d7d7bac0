import { type CsvProblem, readCsv, writeCsv } from '../platform/csv.ts';
import { toMajor } from '../platform/money.ts';
import { ok, type Result } from '../platform/result.ts';
import { MAX_COST_ROWS } from './cost-routes.ts';
import { COST_COLUMNS, type Cost, type CostRow, type PlacedRow } from './costs.ts';

/** The file's records as rows, each at its line. */
export const rowsOfCsv = (csv: string): Result<readonly PlacedRow[], CsvProblem> => {
  const records = readCsv(csv, COST_COLUMNS, MAX_COST_ROWS);
  if (!records.ok) return records;
  // The header was checked: every required column is there.
  return ok(records.value.map(({ line, cells }, row) => ({ row, place: `line ${line}`, cells: cells as Result<CostRow> })));
};

export const rowsOfJson = (rows: readonly CostRow[]): readonly PlacedRow[] =>
  rows.map((cells, row) => ({ row, place: `rows[${row}]`, cells: ok(cells) }));

const HEADER = ['legalEntity', 'month', 'kind', 'purpose', 'currency', 'amount', 'source'] as const;

/** Statements as a file that can be loaded as it is, amounts in major units; of none, the header alone: the template. */
export const csvOfCosts = (costs: readonly Cost[]): string =>
  writeCsv(
    HEADER,
    costs.map((cost) => [cost.legalEntity, cost.month, cost.kind, cost.purpose ?? '', cost.currency, toMajor(cost), cost.source]),
  );
