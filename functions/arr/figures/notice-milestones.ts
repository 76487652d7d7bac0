import { Entity } from 'electrodb';
import { domainEvent } from '../../platform/envelope.ts';
import { outboxWrite } from '../../platform/outbox.ts';
import { commit, entityDefaults, primaryPk, primarySk, readAll } from '../../platform/table.ts';
import { arrEvents, milestoneReached } from '../events.ts';
import type { Head } from './read.ts';
import type { Jsonable, Status } from './status.ts';

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
 * Publishes a notice for each threshold that is reached and not yet told. Two invocations at once tell it once: the first write wins. While ARR
 * lacks a plan rate nothing is told: a crossing may be missed, or its day be wrong.
 */
export const noticeMilestones = async (status: Head & Jsonable<Status>, noticedAt: string): Promise<readonly number[]> => {
  const reached = (status.milestone.thresholds ?? []).flatMap(({ thresholdBps, reachedOn }) =>
    reachedOn === undefined ? [] : [{ thresholdBps, reachedOn }],
  );
  if (status.arrMinor === undefined || reached.length === 0) return [];
  const arrMinor = status.arrMinor;
  const planVersion = String(status.planVersion);
  const told = new Set(
    (await readAll(milestoneNotices.query.ofPlan({ planVersion }), { consistent: true })).map((notice) => notice.threshold),
  );
  const noticed: number[] = [];
  for (const { thresholdBps, reachedOn } of reached) {
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
        currency: status.planCurrency,
      },
    });
    const notice = milestoneNotices.create({ planVersion, threshold, reachedOn, arrMinor, noticedAt }).params<Record<string, unknown>>();
    const committed = await commit([{ put: notice }, outboxWrite(event, arrEvents)]);
    if (committed.ok) noticed.push(thresholdBps);
    else if (committed.problem.code === 'busy') throw new Error('the milestone notice is busy; the next refresh tells it');
  }
  return noticed;
};
