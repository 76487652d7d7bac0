import type { FiscalCalendar } from '../platform/fiscal.ts';
import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import { monthsBetween, type PlanContent, type PlanVersion, phasedMonths } from './plan.ts';

export interface PlanChange {
  readonly content: PlanContent;
  readonly reason: string;
  readonly changedBy: string;
  readonly recordedAt: string;
  readonly basedOnVersion?: number | undefined;
}

export type PlanChangeProblem = Problem<'precondition-required' | 'precondition-failed' | 'plan-currency-fixed' | 'phasing-invalid'>;

const isSame = (a: PlanContent, b: PlanContent): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Keys in one order at every level, so that equal content is equal text. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

/**
 * The next version of the plan, or the latest one where it says the same already. Pure. Checks in this order: the same
 * content again, a precondition is given, it holds, the currency stays, the phasing has a share for every fiscal month.
 */
export const decidePlanChange = (
  latest: PlanVersion,
  change: PlanChange,
  calendar: FiscalCalendar,
): Result<PlanVersion, PlanChangeProblem> => {
  if (isSame(latest.content, change.content)) return ok(latest);
  if (change.basedOnVersion === undefined) {
    return fail(
      'precondition-required',
      'say which version this change is based on: basedOnVersion, or If-Match with the ETag of GET /api/v1/plan',
      'basedOnVersion',
    );
  }
  if (change.basedOnVersion !== latest.version) {
    return fail(
      'precondition-failed',
      `the change is not based on the latest version of the plan, which is ${latest.version}: read it and decide again`,
      'basedOnVersion',
    );
  }
  if (change.content.currency !== latest.content.currency) {
    return fail(
      'plan-currency-fixed',
      `the plan is in ${latest.content.currency}, the company's plan currency; ${change.content.currency} would compare it with ARR in another`,
      'content.currency',
    );
  }
  const months = monthsBetween(change.content, calendar);
  const given = phasedMonths(change.content);
  if (months !== given) {
    return fail('phasing-invalid', `the plan runs over ${months} fiscal months, its phasing has ${given}`, 'content.phasing');
  }
  const { content, reason, changedBy, recordedAt } = change;
  return ok({ version: latest.version + 1, content, reason, changedBy, recordedAt });
};
