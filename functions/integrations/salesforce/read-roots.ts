import type { SalesforceObject } from '../../platform/config.ts';
import { ok, type Result } from '../../platform/result.ts';
import { type Dirty, ORDER_FIELDS, type Roots, rootsOf, STEPS_UP, type StepUp } from './dirty.ts';
import { type OrgReading, type ReadProblem, readFieldsWhere } from './read-in.ts';
import { recordId } from './record-id.ts';

export interface FoundRoots {
  readonly roots: Roots;
  /** Objects of which all records may be concerned: more belong to a changed product than one query gives. */
  readonly widened: readonly SalesforceObject[];
}

/** Marks what the changed records of one object belong to. */
const stepUp = async (dirty: Dirty, { of, ask, by, fields, to, parentOf }: StepUp, org: OrgReading): Promise<ReadProblem | undefined> => {
  const marked = dirty.of(of);
  const rows = await readFieldsWhere(ask, [by, ...fields], by, marked.keys(), org);
  if (!rows.ok) return rows.problem;
  for (const row of rows.value) {
    const places = marked.get(recordId(String(row[by])) ?? '');
    const parent = parentOf(row);
    if (places !== undefined && parent !== undefined) dirty.mark(to, parent, places);
  }
  return undefined;
};

/** The agreements, accounts … that changed records belong to, asked of the org where a record does not say it by itself. */
export const readRoots = async (dirty: Dirty, org: OrgReading): Promise<Result<FoundRoots, ReadProblem>> => {
  const widened: SalesforceObject[] = [];
  for (const step of STEPS_UP) {
    const problem = await stepUp(dirty, step, org);
    if (problem?.code === 'too-many-records') widened.push(...(step.to === 'Order' ? (['Contract', 'Order'] as const) : [step.to]));
    else if (problem !== undefined) return { ok: false, problem };
  }
  const orders = await readFieldsWhere('Order', ORDER_FIELDS, 'Id', dirty.of('Order').keys(), org);
  return orders.ok ? ok({ roots: rootsOf(dirty, orders.value), widened }) : orders;
};
