import { nowIso } from '../platform/clock.ts';
import { companyConfig } from '../platform/config.ts';
import { domainEvent } from '../platform/envelope.ts';
import { outboxWrite } from '../platform/outbox.ts';
import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import { decidePlanChange, type PlanChange, type PlanChangeProblem } from './change-plan.ts';
import { planVersions } from './current.ts';
import { companyEvents, planChanged } from './events.ts';
import { latestOf, type PlanVersion } from './plan.ts';
import { addPlanVersion } from './store.ts';

/** Sets the plan's next version; answers the latest one where it says the same already. */
export const setPlan = async (
  change: Omit<PlanChange, 'recordedAt'>,
): Promise<Result<PlanVersion, PlanChangeProblem | Problem<'conflict' | 'busy'>>> => {
  const latest = latestOf(await planVersions());
  const recordedAt = nowIso();
  const decided = decidePlanChange(latest, { ...change, recordedAt }, companyConfig().fiscalCalendar);
  if (!decided.ok || decided.value.version === latest.version) return decided;
  const next = decided.value;
  const { startsOn, targetOn, currency, openingArrMinor, targetArrMinor } = next.content;
  const event = domainEvent(planChanged, {
    id: `plan-version-${next.version}`,
    recordedAt,
    subject: 'plan',
    data: {
      planVersion: next.version,
      previousPlanVersion: latest.version,
      startsOn,
      targetOn,
      currency,
      openingArrMinor,
      targetArrMinor,
      changedBy: next.changedBy,
      reason: next.reason,
    },
  });
  const committed = await addPlanVersion({ ...next, recordedAt }, outboxWrite(event, companyEvents));
  if (committed.ok) return ok(next);
  return committed.problem.code === 'conflict'
    ? fail('precondition-failed', `somebody set version ${next.version} in the meantime: read it and decide again`, 'basedOnVersion')
    : committed;
};
