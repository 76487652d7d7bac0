import { Entity } from 'electrodb';
import type { Rate, RateType } from '../platform/fx.ts';
import type { Result } from '../platform/result.ts';
import { type CommitProblem, commit, entityDefaults, primaryPk, primarySk, readAll, type Write } from '../platform/table.ts';
import type { PlanContent, PlanVersion } from './plan.ts';
import { isSameRate } from './rates.ts';

/** Numbers in sort keys are padded to this width, so that text sorts as they do. */
const VERSION_DIGITS = 8;
const padded = (version: number): string => String(version).padStart(VERSION_DIGITS, '0');

const plans = new Entity(
  {
    model: { entity: 'plan', version: '1', service: 'company' },
    attributes: {
      paddedVersion: { type: 'string', required: true },
      version: { type: 'number', required: true },
      /** `PlanContent` as JSON text: amounts stay text, and the whole is read at once. */
      content: { type: 'string', required: true },
      changedBy: { type: 'string', required: true },
      reason: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
    },
    indexes: {
      byVersion: {
        pk: { ...primaryPk, composite: [], template: 'COMPANY#PLAN' },
        sk: { ...primarySk, composite: ['paddedVersion'], template: 'V#${paddedVersion}' },
      },
    },
  } as const,
  entityDefaults,
);

const rateSets = new Entity(
  {
    model: { entity: 'rateSet', version: '1', service: 'company' },
    attributes: {
      version: { type: 'number', required: true },
      recordedAt: { type: 'string', required: true },
      loadedBy: { type: 'string' },
    },
    indexes: {
      only: { pk: { ...primaryPk, composite: [], template: 'COMPANY#FX' }, sk: { ...primarySk, composite: [], template: 'RATESET' } },
    },
  } as const,
  entityDefaults,
);

/** Append-only: a correction is a further item of the same day, in a later rate set. */
const rates = new Entity(
  {
    model: { entity: 'fxRate', version: '1', service: 'company' },
    attributes: {
      type: { type: ['spot', 'average', 'closing', 'plan'] as const, required: true },
      base: { type: 'string', required: true },
      quote: { type: 'string', required: true },
      on: { type: 'string', required: true },
      paddedRateSet: { type: 'string', required: true },
      rate: { type: 'string', required: true },
      source: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
      /** Id at the identity provider; rates of before it was kept have none. */
      loadedBy: { type: 'string' },
    },
    indexes: {
      byPair: {
        pk: { ...primaryPk, composite: ['type'], template: 'COMPANY#FX#${type}' },
        // Currency codes have three letters, so the parts have fixed widths.
        sk: { ...primarySk, composite: ['base', 'quote', 'on', 'paddedRateSet'], template: '${base}${quote}#${on}#${paddedRateSet}' },
      },
    },
  } as const,
  entityDefaults,
);

const MAX_PLAN_VERSIONS = 1_000;

/** A change of these is rare and its reader must see it at once, so all are read consistently. */
const toPlanVersion = (item: { version: number; content: string; changedBy: string; reason: string; recordedAt: string }): PlanVersion => ({
  version: item.version,
  content: JSON.parse(item.content) as PlanContent,
  changedBy: item.changedBy,
  reason: item.reason,
  recordedAt: item.recordedAt,
});

/** All plan versions that were set, oldest first; without the built-in version 1, which is configuration. */
export const readPlanVersions = async (): Promise<readonly PlanVersion[]> =>
  (await readAll(plans.query.byVersion({}), { atMost: MAX_PLAN_VERSIONS, consistent: true })).map(toPlanVersion);

/** Sets the next version, together with what is published about it. Problem `conflict`: somebody set this version first. */
export const addPlanVersion = (next: PlanVersion & { readonly recordedAt: string }, outbox: Write): Promise<Result<void, CommitProblem>> =>
  commit([
    {
      put: plans
        .create({
          paddedVersion: padded(next.version),
          version: next.version,
          content: JSON.stringify(next.content),
          changedBy: next.changedBy,
          reason: next.reason,
          recordedAt: next.recordedAt,
        })
        .params(),
    },
    outbox,
  ]);

/** 0 before any rate was loaded. */
export const readRateSetVersion = async (): Promise<number> => (await rateSets.get({}).go({ consistent: true })).data?.version ?? 0;

type Pair = Pick<Rate, 'base' | 'quote' | 'type'>;

const toRate = (item: { base: string; quote: string; type: RateType; on: string; rate: string; source: string }): Rate => ({
  base: item.base,
  quote: item.quote,
  type: item.type,
  on: item.on,
  rate: item.rate,
  source: item.source,
});

/** Below and above every rate set in text order. */
const FIRST_SET = '0';
const LAST_SET = '~';
const FIRST_DAY = '0000-00-00';

/** A pair's rates from day to day, both included, with all corrections. */
const ofPair = ({ type, base, quote }: Pair, from: string, to: string) =>
  rates.query
    .byPair({ type })
    .between({ base, quote, on: from, paddedRateSet: FIRST_SET }, { base, quote, on: to, paddedRateSet: LAST_SET });

/** The latest rate of exactly this pair and type on or before a day. One item is read. */
export const readLatestRate = async (pair: Pair, on: string): Promise<Rate | undefined> => {
  const { data } = await ofPair(pair, FIRST_DAY, on).go({ order: 'desc', limit: 1, pages: 1, consistent: true });
  return data[0] === undefined ? undefined : toRate(data[0]);
};

/** Rates of exactly this pair and type from day to day, both included. Corrections follow what they correct. */
export const readRates = async (pair: Pair, from: string, to: string): Promise<readonly Rate[]> =>
  (await readAll(ofPair(pair, from, to), { consistent: true })).map(toRate);

/** Every plan rate there is: a few currencies by as many plan versions. Corrections follow what they correct. */
export const readPlanRates = async (): Promise<readonly Rate[]> =>
  (await readAll(rates.query.byPair({ type: 'plan' }), { consistent: true })).map(toRate);

const pairOf = ({ type, base, quote }: Rate): string => `${type} ${base}${quote}`;

/** Those of the rates that say something new: not already in force, with the same value and source. */
export const newRates = async (loaded: readonly Rate[]): Promise<readonly Rate[]> => {
  const fresh: Rate[] = [];
  for (const [, group] of Map.groupBy(loaded, pairOf)) {
    const [first] = group;
    if (first === undefined) continue;
    const days = group.map(({ on }) => on).sort();
    const query = ofPair(first, days[0] ?? first.on, days.at(-1) ?? first.on);
    // Oldest first: what was loaded last for a day stands.
    const known = new Map((await readAll(query, { consistent: true })).map((item) => [item.on, item]));
    fresh.push(
      ...group.filter((rate) => {
        const stands = known.get(rate.on);
        return stands === undefined || !isSameRate(stands, rate);
      }),
    );
  }
  return fresh;
};

/** Rates of one commit: its other writes are the rate set and the event. */
export const MAX_RATES_A_COMMIT = 98;

/** Adds rates as rate set `previous + 1`. Problem `conflict`: another load came first, so read again what is new. */
export const addRates = (
  previous: number,
  fresh: readonly Rate[],
  recorded: { readonly recordedAt: string; readonly loadedBy: string },
  outbox: Write,
): Promise<Result<void, CommitProblem>> => {
  const version = previous + 1;
  const counter =
    previous === 0
      ? { put: rateSets.create({ version, ...recorded }).params() }
      : {
          update: rateSets
            .patch({})
            .set({ version, ...recorded })
            .where(({ version: is }, { eq }) => eq(is, previous))
            .params(),
        };
  return commit([
    counter,
    ...fresh.map((rate) => ({ put: rates.create({ ...rate, paddedRateSet: padded(version), ...recorded }).params() })),
    outbox,
  ]);
};
