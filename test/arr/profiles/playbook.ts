import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Paid } from './monthly.ts';

interface Case {
  readonly id: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Each case has a form of its own: it is compared with what was told. */
  readonly expected: Readonly<Record<string, unknown>>;
}

/**
 * The cases of dbt-labs/mrr-playbook, and what its customers paid: of a copy in the folder ASCENT_GOLDEN (metrics.json), since its rows are not ours to
 * keep. Nothing where there is none.
 */
export const playbooks = (): readonly { readonly caseOf: (id: string) => Case; readonly paid: readonly Paid[] }[] => {
  const folder = process.env['ASCENT_GOLDEN'];
  if (folder === undefined) return [];
  const { cases } = JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8')) as { readonly cases: readonly Case[] };
  const caseOf = (id: string): Case => {
    const found = cases.find((one) => one.id === id);
    if (found === undefined) throw new Error(`${folder} has no case ${id}`);
    return found;
  };
  const paid = (caseOf('dbt-movements').inputs['rows_csv'] ?? '')
    .trim()
    .split('\n')
    .slice(1)
    .map((row): Paid => {
      const [customer, start = '', end = '', dollars] = row.split(',');
      return { customer: Number(customer), start, end, dollars: Number(dollars) };
    });
  return [{ caseOf, paid }];
};
