import { Entity } from 'electrodb';
import { domainEvent } from '../../platform/envelope.ts';
import { carried, eventAttribute } from '../../platform/outbox.ts';
import type { Result } from '../../platform/result.ts';
import { type CommitProblem, commit, entityDefaults, primaryPk, primarySk, readAll } from '../../platform/table.ts';
import { arrEvents, arrRulingMade } from '../events.ts';
import type { Ruling, RulingRecord } from './ruling.ts';

/** Rulings by hand: one item when it is proposed, one when it is decided, neither changed afterwards. They are few: people make them. */
const rulings = new Entity(
  {
    model: { entity: 'arrRuling', version: '1', service: 'arr' },
    attributes: {
      rulingId: { type: 'string', required: true },
      /** `0` proposed, `1` decided: what is decided stands right behind its proposal. */
      step: { type: 'string', required: true },
      /** JSON text. */
      ruling: { type: 'string' },
      reason: { type: 'string' },
      status: { type: ['proposed', 'approved', 'rejected'] as const, required: true },
      /** Id at the identity provider of who took this step. */
      by: { type: 'string', required: true },
      at: { type: 'string', required: true },
      event: eventAttribute,
    },
    indexes: {
      inOrder: {
        pk: { ...primaryPk, composite: [], template: 'RULINGS' },
        sk: { ...primarySk, composite: ['rulingId', 'step'], template: '${rulingId}#${step}' },
      },
    },
  } as const,
  entityDefaults,
);

interface Step {
  readonly rulingId: string;
  readonly step: string;
  readonly ruling?: string | undefined;
  readonly reason?: string | undefined;
  readonly status: RulingRecord['status'];
  readonly by: string;
  readonly at: string;
}

const toRecord = ([proposed, decided]: readonly Step[]): readonly RulingRecord[] => {
  if (proposed?.ruling === undefined) return [];
  const { rulingId, ruling, reason = '', by, at, status } = proposed;
  const record = { rulingId, ruling: JSON.parse(ruling) as Ruling, reason, proposedBy: by, proposedAt: at, status };
  return [decided === undefined ? record : { ...record, status: decided.status, decidedBy: decided.by, decidedAt: decided.at }];
};

/** All rulings, oldest first; read consistently. */
export const readRulings = async (): Promise<readonly RulingRecord[]> => {
  const steps: readonly Step[] = await readAll(rulings.query.inOrder({}), { consistent: true });
  return [...Map.groupBy(steps, ({ rulingId }) => rulingId).values()].flatMap(toRecord);
};

export const readRuling = async (rulingId: string): Promise<RulingRecord | undefined> =>
  toRecord(await readAll<Step>(rulings.query.inOrder({ rulingId }), { consistent: true }))[0];

/** Problem `conflict`: it was proposed already. */
export const addProposal = ({ rulingId, ruling, reason, proposedBy, proposedAt }: RulingRecord): Promise<Result<void, CommitProblem>> =>
  commit([
    {
      put: rulings
        .create({ rulingId, step: '0', ruling: JSON.stringify(ruling), reason, status: 'proposed', by: proposedBy, at: proposedAt })
        .params(),
    },
  ]);

/**
 * Decides a proposal, once: problem `conflict` where somebody did. What is approved goes out with this item, and is recorded as a fact.
 * `observedOn`: the day in the company's zone.
 */
export const addDecision = (
  { rulingId, ruling, reason, proposedBy }: RulingRecord,
  decided: { readonly status: 'approved' | 'rejected'; readonly by: string; readonly at: string; readonly observedOn: string },
): Promise<Result<void, CommitProblem>> => {
  const { status, by, at, observedOn } = decided;
  const approvedAt = Math.floor(Date.parse(at) / 1000);
  const event = domainEvent(arrRulingMade, {
    id: `ruling:${rulingId}`,
    recordedAt: at,
    subject: ruling.customerId,
    data: { rulingId, ruling, reason, proposedBy, approvedBy: by, approvedAt, observedOn },
  });
  const told = status === 'approved' ? { event: carried(event, arrEvents) } : {};
  return commit([{ put: rulings.create({ rulingId, step: '1', status, by, at, ...told }).params() }]);
};
