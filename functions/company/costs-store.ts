import { Entity } from 'electrodb';
import { addDays } from '../platform/calendar.ts';
import type { Result } from '../platform/result.ts';
import { type CommitProblem, commit, entityDefaults, primaryPk, primarySk, readAll, type Write } from '../platform/table.ts';
import { COST_KINDS, COST_PURPOSES, type Cost, costKey, isSameCost } from './costs.ts';

/** Numbers in sort keys are padded to this width, so that text sorts as they do. */
const SET_DIGITS = 8;

/** Of a statement that names no purpose. */
const NO_PURPOSE = 'none';

const costSets = new Entity(
  {
    model: { entity: 'costSet', version: '1', service: 'company' },
    attributes: {
      version: { type: 'number', required: true },
      recordedAt: { type: 'string', required: true },
      loadedBy: { type: 'string', required: true },
    },
    indexes: {
      only: { pk: { ...primaryPk, composite: [], template: 'COMPANY#COSTS' }, sk: { ...primarySk, composite: [], template: 'COSTSET' } },
    },
  } as const,
  entityDefaults,
);

/** Append-only: a correction is a further item of the same month, in a later cost set. */
const costItems = new Entity(
  {
    model: { entity: 'cost', version: '1', service: 'company' },
    attributes: {
      month: { type: 'string', required: true },
      kind: { type: COST_KINDS, required: true },
      purpose: { type: [...COST_PURPOSES, NO_PURPOSE] as const, required: true },
      legalEntity: { type: 'string', required: true },
      currency: { type: 'string', required: true },
      paddedCostSet: { type: 'string', required: true },
      /** Whole minor units as digits. */
      amountMinor: { type: 'string', required: true },
      source: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
      /** Id at the identity provider. */
      loadedBy: { type: 'string', required: true },
    },
    indexes: {
      byMonth: {
        pk: { ...primaryPk, composite: [], template: 'COMPANY#COSTS' },
        sk: {
          ...primarySk,
          composite: ['month', 'kind', 'purpose', 'legalEntity', 'currency', 'paddedCostSet'],
          template: 'MONTH#${month}#${kind}#${purpose}#${legalEntity}#${currency}#${paddedCostSet}',
        },
      },
    },
  } as const,
  entityDefaults,
);

/** A statement as it was recorded. */
export interface RecordedCost extends Cost {
  readonly costSetVersion: number;
  readonly recordedAt: string;
  /** Id at the identity provider, never a name. */
  readonly loadedBy: string;
}

/** 50 legal entities with twenty statements a month, corrected once, are 2,000 items a month. */
const MAX_COST_ITEMS = 150_000;

/** 0 before any cost was loaded. */
export const readCostSetVersion = async (): Promise<number> => (await costSets.get({}).go({ consistent: true })).data?.version ?? 0;

/** Every statement of the months whose first days lie within two days, both included, by month; corrections follow what they correct. */
export const readCosts = async (from: string, to: string): Promise<readonly RecordedCost[]> => {
  // Keys go on behind the month, so those of the last one lie before its next day.
  const query = costItems.query.byMonth({}).between({ month: from }, { month: addDays(to, 1) });
  const items = await readAll(query, { atMost: MAX_COST_ITEMS, consistent: true });
  return items.map(({ purpose, paddedCostSet, amountMinor, ...item }) => ({
    ...item,
    ...(purpose === NO_PURPOSE ? {} : { purpose }),
    amountMinor: BigInt(amountMinor),
    costSetVersion: Number(paddedCostSet),
  }));
};

/** Those of the statements that say something new: not already in force, with the same amount and source. */
export const newCosts = async (costs: readonly Cost[]): Promise<readonly Cost[]> => {
  const months = costs.map(({ month }) => month).sort();
  const [first] = months;
  if (first === undefined) return [];
  // Oldest first: what was loaded last stands.
  const known = new Map((await readCosts(first, months.at(-1) ?? first)).map((cost) => [costKey(cost), cost]));
  return costs.filter((cost) => {
    const stands = known.get(costKey(cost));
    return stands === undefined || !isSameCost(stands, cost);
  });
};

/** Statements of one commit: its other writes are the cost set and the event. */
export const MAX_COSTS_A_COMMIT = 98;

/** Adds statements as cost set `previous + 1`. Problem `conflict`: another load came first, so read again what is new. */
export const addCosts = (
  previous: number,
  fresh: readonly Cost[],
  recorded: { readonly recordedAt: string; readonly loadedBy: string },
  outbox: Write,
): Promise<Result<void, CommitProblem>> => {
  const version = previous + 1;
  const counter =
    previous === 0
      ? { put: costSets.create({ version, ...recorded }).params() }
      : {
          update: costSets
            .patch({})
            .set({ version, ...recorded })
            .where(({ version: is }, { eq }) => eq(is, previous))
            .params(),
        };
  const items = fresh.map((cost) => ({
    put: costItems
      .create({
        ...cost,
        purpose: cost.purpose ?? NO_PURPOSE,
        amountMinor: String(cost.amountMinor),
        paddedCostSet: String(version).padStart(SET_DIGITS, '0'),
        ...recorded,
      })
      .params(),
  }));
  return commit([counter, ...items, outbox]);
};
