import { CsvError, parse } from 'csv-parse/sync';
import type { FieldProblem, ListedProblem } from './http-problem.ts';
import { fail, ok, type Problem, type Result } from './result.ts';

/**
 * Tables as CSV (RFC 4180): a header that names the columns in any order, then a record a row. A byte order mark, CRLF, quotes and blank lines
 * are read as spreadsheets write them; columns are parted by the comma, semicolon or tab that parts the header. What the file as a whole is not
 * is told at once; a record with too many or too few cells is told of by its line, and does not spoil the others.
 */
export interface CsvColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** A record after the header. */
export interface CsvRecord {
  /** Line of the file in which the record ends, from 1: a quoted cell may span several. */
  readonly line: number;
  /** Text by column, without blanks around it, line breaks as LF; every column of the file is there. */
  readonly cells: Result<Readonly<Record<string, string>>, Problem<'csv-cells'>>;
}

export type CsvProblem = ListedProblem<'csv-invalid'>;

const SHOWN = 40;
const shown = (text: string): string => JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

const invalid = (problems: readonly FieldProblem[]): { readonly ok: false; readonly problem: CsvProblem } => ({
  ok: false,
  problem: { code: 'csv-invalid', detail: `${problems[0]?.field}: ${problems[0]?.detail}`, field: problems[0]?.field ?? 'body', problems },
});

/** The separator of a header that has no column with one of them in its name. */
const delimiterOf = (text: string): string => {
  const header = text.slice(0, text.search(/[\r\n]|$/));
  return [';', '\t'].find((one) => header.includes(one)) ?? ',';
};

/** What a header lacks, names twice, or names that is no column. */
const headerProblems = (header: readonly string[], { required, optional }: CsvColumns): readonly FieldProblem[] => {
  const all = [...required, ...optional];
  const allowed = `; allowed: ${all.join(', ')}`;
  const stray = [...new Set(header.filter((name) => !all.includes(name)))];
  const twice = [...new Set(header.filter((name, at) => header.indexOf(name) !== at && all.includes(name)))];
  return [
    ...required
      .filter((name) => !header.includes(name))
      .map((name) => ({ field: 'header', detail: `the column ${name} is missing; received: ${shown(header.join(', '))}` })),
    ...twice.map((name) => ({ field: 'header', detail: `the column ${name} stands there more than once` })),
    ...stray.map((name) => ({ field: 'header', detail: `${shown(name)} is no column${allowed}` })),
  ];
};

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const parsed = (text: string): Result<readonly Parsed[], CsvProblem> => {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true, delimiter: delimiterOf(text) };
    return ok(parse(text.replaceAll(/\r\n?/g, '\n'), options) as unknown as readonly Parsed[]);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser's sentence repeats what it was given.
    const at = Number(error['lines'] ?? 1);
    return invalid([
      { field: `line ${at}`, detail: `cannot be read from here on: a quote is opened and not closed, or stands within a cell` },
    ]);
  }
};

const cellsOf = (header: readonly string[], record: readonly string[]): CsvRecord['cells'] =>
  record.length === header.length
    ? ok(Object.fromEntries(header.map((name, at) => [name, record[at] ?? ''])))
    : fail('csv-cells', `has ${record.length} cells, the header has ${header.length}; a cell that holds the separator stands in quotes`);

/** Records of a CSV text, at most `maxRecords`. Problem `csv-invalid`: the text as a whole is no such table, and what is wrong with it. */
export const readCsv = (text: string, columns: CsvColumns, maxRecords: number): Result<readonly CsvRecord[], CsvProblem> => {
  const rows = parsed(text);
  if (!rows.ok) return rows;
  const [first, ...records] = rows.value;
  if (first === undefined) return invalid([{ field: 'header', detail: `is missing: the text is empty` }]);
  const header = first.record;
  const problems = headerProblems(header, columns);
  if (problems.length > 0) return invalid(problems);
  if (records.length === 0) return invalid([{ field: 'body', detail: 'has a header and no rows' }]);
  if (records.length > maxRecords)
    return invalid([{ field: 'body', detail: `has ${records.length} rows, at most ${maxRecords} are allowed: send it in parts` }]);
  return ok(records.map(({ record, info }) => ({ line: info.lines, cells: cellsOf(header, record) })));
};

const cell = (text: string): string => (/[",;\r\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Rows as CSV with CRLF, the header first. Texts that are formulas to a spreadsheet have to be kept out before. */
export const writeCsv = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
