import { Entity } from 'electrodb';
import type { z } from 'zod/mini';
import { evaluateAlerts, readStatus, standingOf, type WorkedFigures } from '../arr/index.ts';
import { readIntegrations } from '../integrations/index.ts';
import { nowIso } from '../platform/clock.ts';
import { commit, entityDefaults, primaryPk, primarySk } from '../platform/table.ts';
import type { executiveSnapshot } from './routes.ts';

/** The one snapshot that every dashboard view reads: one item, one read. */
export const snapshots = new Entity(
  {
    model: { entity: 'executiveSnapshot', version: '1', service: 'coordinator' },
    attributes: {
      name: { type: 'string', required: true },
      version: { type: 'number', required: true },
      snapshot: { type: 'string', required: true },
    },
    indexes: {
      byName: {
        pk: { ...primaryPk, composite: ['name'], template: 'DASHBOARD#${name}' },
        sk: { ...primarySk, composite: [], template: 'SNAPSHOT' },
      },
    },
  } as const,
  entityDefaults,
);

export type Snapshot = z.infer<typeof executiveSnapshot>;
const NAME = 'executive';
const MAX_ATTEMPTS = 4;

export const readSnapshot = async (): Promise<Snapshot | undefined> => {
  const { data } = await snapshots.get({ name: NAME }).go();
  return data === null ? undefined : (JSON.parse(data.snapshot) as Snapshot);
};

/**
 * Reads all parts afresh and puts the snapshot. Where another one was put meanwhile, reads and puts again: the other may have read earlier.
 * Alerts are told from the same figures, and from metrics where the caller has worked them out.
 */
export const refreshSnapshot = async (worked?: WorkedFigures, attempts = MAX_ATTEMPTS): Promise<Snapshot> => {
  const before = await snapshots.get({ name: NAME }).go({ consistent: true });
  const version = (before.data?.version ?? 0) + 1;
  const takenAt = nowIso();
  const [arr, integrations] = await Promise.all([readStatus(), readIntegrations()]);
  const alerts = await evaluateAlerts(arr, takenAt, worked);
  const snapshot: Snapshot = {
    takenAt,
    version,
    arr,
    alerts: {
      open: alerts.filter(({ standing }) => standing === 'open').map(standingOf),
      unknown: alerts.filter(({ standing }) => standing === 'unknown').length,
    },
    integrations: integrations.map(({ id, throughAt, parked }) => ({ id, parked, ...(throughAt === undefined ? {} : { throughAt }) })),
  };
  const put = snapshots.put({ name: NAME, version, snapshot: JSON.stringify(snapshot) }).params<Record<string, unknown>>();
  const condition =
    version === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :before',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':before': version - 1 },
        };
  const written = await commit([{ put: { ...put, ...condition } }]);
  if (written.ok) return snapshot;
  if (attempts <= 1) throw new Error('the snapshot was put by others at every attempt; the next change or schedule refreshes it');
  return refreshSnapshot(worked, attempts - 1);
};
