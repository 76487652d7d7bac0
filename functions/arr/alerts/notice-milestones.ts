import { Entity } from 'electrodb';
import { domainEvent } from '../../platform/envelope.ts';
import { outboxWrite } from '../../platform/outbox.ts';
import { commit, entityDefaults, primaryPk, primarySk, readAll } from '../../platform/table.ts';
import { arrEvents, milestoneReached } from '../events.ts';
import type { ArrStatus } from '../figures/read.ts';
import { milestone, milestoneSentence, reachedOf, spotFields } from './milestone.ts';
import { readAtSpot } from './spot.ts';
import { toldWrite } from './store.ts';
import { momentOf, onceEvent } from './told.ts';

/** Which thresholds of a plan version have been told: each once for ever, so a fall below and a second crossing say nothing again. */
export const milestoneNotices = new Entity(
  {
    model: { entity: 'milestoneNotice', version: '1', service: 'arr' },
    attributes: {
      planVersion: { type: 'string', required: true },
      threshold: { type: 'string', required: true },
      reachedOn: { type: 'string', required: true },
      arrMinor: { type: 'string', required: true },
      noticedAt: { type: 'string', required: true },
    },
    indexes: {
      ofPlan: {
        pk: { ...primaryPk, composite: ['planVersion'], template: 'ARR#MILESTONES#${planVersion}' },
        sk: { ...primarySk, composite: ['threshold'], template: '${threshold}' },
      },
    },
  } as const,
  entityDefaults,
);

/**
 * Tells each threshold that is reached and not yet told, as its own event and as an alert, with ARR at spot rates beside. Two invocations at
 * once tell it once: the first write wins.
 */
export const noticeMilestones = async (status: ArrStatus, noticedAt: string): Promise<readonly number[]> => {
  const reached = reachedOf(status);
  const { arrMinor, planCurrency, byCurrency, on } = status;
  if (arrMinor === undefined || reached.length === 0) return [];
  const planVersion = String(status.planVersion);
  const told = new Set(
    (await readAll(milestoneNotices.query.ofPlan({ planVersion }), { consistent: true })).map((notice) => notice.threshold),
  );
  const noticed: number[] = [];
  for (const one of reached) {
    const { thresholdBps, amountMinor, reachedOn } = one;
    const threshold = String(thresholdBps).padStart(5, '0');
    if (told.has(threshold)) continue;
    const event = domainEvent(milestoneReached, {
      id: `milestone:${planVersion}:${threshold}`,
      recordedAt: noticedAt,
      subject: `plan:${planVersion}`,
      data: {
        planVersion: status.planVersion,
        thresholdBps,
        reachedOn,
        arrMinor,
        targetMinor: status.milestone.targetMinor,
        currency: planCurrency,
      },
    });
    const alert = onceEvent(milestone, momentOf(status, noticedAt), {
      subject: `plan ${planVersion} ${threshold}`,
      sentence: milestoneSentence(one),
      on,
      currency: planCurrency,
      figure: arrMinor,
      threshold: amountMinor,
      explain: status.explain,
      ...spotFields(await readAtSpot(byCurrency, planCurrency, on)),
    });
    const notice = milestoneNotices.create({ planVersion, threshold, reachedOn, arrMinor, noticedAt }).params<Record<string, unknown>>();
    const committed = await commit([{ put: notice }, outboxWrite(event, arrEvents), toldWrite(alert)]);
    if (committed.ok) noticed.push(thresholdBps);
    else if (committed.problem.code === 'busy') throw new Error('the milestone notice is busy; the next refresh tells it');
  }
  return noticed;
};
