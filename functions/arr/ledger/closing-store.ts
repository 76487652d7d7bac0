import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Entity } from 'electrodb';
import { commit, entityDefaults, primaryPk, primarySk, readAll } from '../../platform/table.ts';
import type { ReportedRow } from './closing.ts';

/** Closed months, `CLOSINGS` with the month: what was reported, by whom, when, and up to which time of recording. Put once, never changed. */
const closings = new Entity(
  {
    model: { entity: 'arrClosing', version: '1', service: 'arr' },
    attributes: {
      month: { type: 'string', required: true },
      /** Id at the identity provider. */
      closedBy: { type: 'string', required: true },
      closedAt: { type: 'string', required: true },
      /** All that was recorded before this second was in it; seconds since 1970. */
      through: { type: 'number', required: true },
      profile: { type: 'string', required: true },
      /** What it chose; a closing of before this was kept has none. */
      profileVersion: { type: 'string' },
      planCurrency: { type: 'string', required: true },
      /** Rows of the waterfall, deflated JSON: bytes. */
      rows: { type: 'any', required: true },
    },
    indexes: {
      byMonth: {
        pk: { ...primaryPk, composite: [], template: 'CLOSINGS' },
        sk: { ...primarySk, composite: ['month'], template: '${month}' },
      },
    },
  } as const,
  entityDefaults,
);

const MAX_INFLATED_BYTES = 64_000_000;

export interface Closing {
  /** `YYYY-MM` */
  readonly month: string;
  readonly closedBy: string;
  readonly closedAt: string;
  readonly through: number;
  readonly profile: string;
  readonly profileVersion?: string;
  readonly planCurrency: string;
  readonly rows: readonly ReportedRow[];
}

/** All closings in the order of their months. */
export const readClosings = async (): Promise<readonly Closing[]> =>
  (await readAll(closings.query.byMonth({}), { consistent: true })).map(({ rows, ...closing }) => ({
    ...closing,
    rows: JSON.parse(inflateRawSync(rows as Uint8Array, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as ReportedRow[],
  }));

/** Closed months, `YYYY-MM`, in their order. */
export const readClosedMonths = async (): Promise<readonly string[]> =>
  (await readAll(closings.query.byMonth({}), { consistent: true })).map(({ month }) => month);

/** False where the month is closed already. */
export const putClosing = async ({ rows, ...closing }: Closing): Promise<boolean> => {
  const { Item } = closings.create({ ...closing, rows: deflateRawSync(JSON.stringify(rows)) }).params() as {
    readonly Item: Record<string, unknown>;
  };
  const written = await commit([{ put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }]);
  if (!written.ok && written.problem.code === 'busy') throw new Error(`the closing of ${closing.month} is busy; ask again`);
  return written.ok;
};
