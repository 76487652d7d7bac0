import { describe, expect, test } from 'vitest';
import { readCsv, writeCsv } from '../../functions/platform/csv.ts';

const COLUMNS = { required: ['month', 'amount'], optional: ['note'] };
const read = (text: string, max = 3) => readCsv(text, COLUMNS, max);
const cells = (text: string) => {
  const records = read(text);
  return records.ok ? records.value.map(({ line, cells: found }) => [line, found.ok ? found.value : found.problem.detail]) : records;
};
const problems = (text: string) => {
  const records = read(text);
  return records.ok ? 'is read' : records.problem.problems.map(({ field, detail }) => `${field}: ${detail}`);
};

describe('a table in CSV', () => {
  test('is read as spreadsheets write it: byte order mark, CRLF, quotes, blanks and blank lines', () => {
    expect(cells('\uFEFFmonth, amount ,note\r\n2026-01,12.50,"a ""b"", c"\r\n\r\n2026-02 ,-3,"two\r\nlines"\r\n')).toEqual([
      [2, { month: '2026-01', amount: '12.50', note: 'a "b", c' }],
      [5, { month: '2026-02', amount: '-3', note: 'two\nlines' }],
    ]);
  });

  test.each([';', '\t'])('is parted by %j where its header is', (separator) => {
    const text = ['amount', 'month', '\n1,5', '2026-01'].join(separator).replace(`${separator}\n`, '\n');
    expect(cells(text)).toEqual([[2, { amount: '1,5', month: '2026-01' }]]);
  });

  test('tells of a record with too many or too few cells by its line, and reads the others', () => {
    expect(cells('month,amount\n2026-01\n2026-02,1,234\n2026-03,1')).toEqual([
      [2, 'has 1 cells, the header has 2; a cell that holds the separator stands in quotes'],
      [3, 'has 3 cells, the header has 2; a cell that holds the separator stands in quotes'],
      [4, { month: '2026-03', amount: '1' }],
    ]);
  });

  test('is refused with all that is wrong with its header', () => {
    expect(problems('month,Amount,month,note')).toEqual([
      'header: the column amount is missing; received: "month, Amount, month, note"',
      'header: the column month stands there more than once',
      'header: "Amount" is no column; allowed: month, amount, note',
    ]);
    expect(problems('')).toEqual(['header: is missing: the text is empty']);
    expect(problems('month,amount\n')).toEqual(['body: has a header and no rows']);
  });

  test('is refused where it has too many rows, or a quote that nothing closes, by its line', () => {
    expect(problems(`month,amount\n${'2026-01,1\n'.repeat(4)}`)).toEqual(['body: has 4 rows, at most 3 are allowed: send it in parts']);
    expect(problems('month,amount\n2026-01,1\n2026-02,"2')).toEqual([
      'line 3: cannot be read from here on: a quote is opened and not closed, or stands within a cell',
    ]);
    expect(problems('month,amount\n2026-02,2"2')).toEqual([
      'line 2: cannot be read from here on: a quote is opened and not closed, or stands within a cell',
    ]);
  });

  test('that was written is read as it was', () => {
    const text = writeCsv(
      ['month', 'amount', 'note'],
      [
        ['2026-01', '-1', 'a "b", c\nd; e'],
        ['2026-02', '2', ''],
      ],
    );
    expect(text).toBe('month,amount,note\r\n2026-01,-1,"a ""b"", c\nd; e"\r\n2026-02,2,\r\n');
    expect(cells(text)).toEqual([
      [3, { month: '2026-01', amount: '-1', note: 'a "b", c\nd; e' }],
      [4, { month: '2026-02', amount: '2', note: '' }],
    ]);
  });
});
