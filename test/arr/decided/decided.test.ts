import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { handler as companyApi } from '../../../functions/company/api.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { ask, follow, itIs, leaving, plain, record, run, signed } from './told.ts';

/** Ledgers of other profiles by the ways of production: recorded facts in, asked for by the API, made by the task, figures out. */
const table = useDynamoDB();

beforeAll(() => {
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

/** Records each fact at noon of the day on which its source showed it. */
const recordInTime = async (facts: readonly Fact[]): Promise<void> => {
  const inTime = facts.toSorted((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt);
  for (const fact of inTime) {
    itIs(new Date(fact.data.provenance.observedAt * 1_000).toISOString());
    await record(fact);
  }
};

beforeEach(async () => {
  await table.another();
  await recordInTime([...leaving, ...signed, ...plain()]);
  itIs('2026-07-15T12:00:00Z');
});

interface Profiles {
  readonly inForce: string;
  readonly items: readonly { readonly profile: string; readonly ledger: { readonly state: string; readonly through?: string } }[];
  readonly comparisons: readonly object[];
}
const ledgerOf = async (profile: string) =>
  (await ask<Profiles>('listArrProfiles')).json.items.find((one) => one.profile === profile)?.ledger;

interface Waterfall {
  readonly profile: string;
  readonly profileVersion: string;
  readonly ledgerThrough: string;
  readonly rows: readonly {
    readonly openingMinor: string;
    readonly closingMinor: string;
    readonly movements: readonly { readonly cause: string; readonly netMinor: string }[];
  }[];
}
interface Explained {
  readonly listed: { readonly movements: number };
  readonly items: readonly { readonly explain: string }[];
  readonly nextCursor: string | null;
}
const YEAR = { from: '2026-01-01', to: '2026-07-15' };
const closings = async (query: Record<string, string>) =>
  (await ask<Waterfall>('getArrWaterfall', { query: { ...YEAR, ...query } })).json.rows.map(
    ({ closingMinor }) => Number(closingMinor) / 100,
  );

describe('the ledger of a profile that is not in force', () => {
  it('is not there until somebody asks for it, and says what to call', async () => {
    expect(await ledgerOf('enterprise')).toMatchObject({ state: 'recorded' });
    expect(await ledgerOf('stripe')).toEqual({ state: 'absent' });
    for (const operation of ['getArrWaterfall', 'getArrMetrics', 'getArrCohorts'] as const) {
      const query = operation === 'getArrWaterfall' ? { ...YEAR, profile: 'stripe' } : { profile: 'stripe' };
      const refused = await ask<{ detail: string; type: string }>(operation, { query });
      expect([refused.status, refused.json.type]).toEqual([409, expect.stringContaining('ledger-not-made')]);
      expect(refused.json.detail).toContain('POST /api/v1/arr/profiles/stripe/ledger');
    }
    const unknown = await ask<{ type: string }>('getArrMetrics', { query: { profile: 'gaap' } });
    expect([unknown.status, unknown.json.type]).toEqual([404, expect.stringContaining('profile-unknown')]);
  });

  it('is made part by part, whatever stops in between, and figures then say by which profile they are', async () => {
    const asked = await ask<{ ledger: object }>('makeArrProfileLedger', {}, { profile: 'stripe' });
    expect(asked.json.ledger).toEqual({ state: 'making', done: 0, of: 32 });
    // Time for ten parts.
    expect(await run(12)).toEqual({ shards: 10, isDone: false });
    expect(await ledgerOf('stripe')).toEqual({ state: 'making', done: 10, of: 32 });
    const refused = await ask<{ detail: string }>('getArrWaterfall', { query: { ...YEAR, profile: 'stripe' } });
    expect([refused.status, refused.json.detail]).toEqual([409, expect.stringContaining('10 of 32')]);
    expect(await run()).toEqual({ shards: 22, isDone: true });
    expect(await run()).toEqual({ shards: 0, isDone: true });
    expect(await ledgerOf('stripe')).toMatchObject({ state: 'ready', through: '2026-07-15T11:59:30.000Z' });
    const { json } = await ask<Waterfall>('getArrWaterfall', { query: { ...YEAR, profile: 'stripe' } });
    expect(json).toMatchObject({ profile: 'stripe', ledgerThrough: '2026-07-15T11:59:30.000Z' });
    expect(json.profileVersion).toMatch(/^[\w-]{12}$/);
    // January 1,200; February 1,200 + 48,000; March + 600; from June on without the 1,200 whose end was asked for.
    expect(await closings({ profile: 'stripe' })).toEqual([1_200, 49_200, 49_800, 49_800, 49_800, 48_600, 48_600]);
    // In force: 1,080 until July, signed 60,000.
    expect(await closings({ asKnownOn: '2026-07-15' })).toEqual([1_080, 61_080, 61_680, 61_680, 61_680, 61_680, 60_600]);
    expect(await closings({ profile: 'enterprise', asKnownOn: '2026-07-15' })).toEqual(await closings({ asKnownOn: '2026-07-15' }));
    const metrics = await ask<{ profile: string; rows: { figures: { id: string; value: string }[] }[] }>('getArrMetrics', {
      query: { profile: 'stripe', on: '2026-07-15', metrics: 'arr,customers' },
    });
    expect(metrics.json.profile).toBe('stripe');
    const figures = Object.fromEntries(metrics.json.rows[0]?.figures.map(({ id, value }) => [id, value]) ?? []);
    expect(figures).toEqual({ arr: '4860000', customers: '2' });
    const cohorts = await ask<{ profile: string; cohorts: { customers: number }[] }>('getArrCohorts', {
      query: { profile: 'stripe', on: '2026-07-15', by: 'quarter' },
    });
    expect([cohorts.json.profile, cohorts.json.cohorts.map(({ customers }) => customers)]).toEqual(['stripe', [3, 0, 0]]);
  });

  it('is explained: from a figure to its movements, from a movement to its events, and from an event to what it led to', async () => {
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await run();
    const { rows } = (await ask<{ rows: readonly { explain: string }[] }>('getArrWaterfall', { query: { ...YEAR, profile: 'stripe' } }))
      .json;
    const june = await follow<Explained>('explainArr', rows[5]?.explain ?? '');
    expect(june).toMatchObject({
      profile: 'stripe',
      openingMinor: '4980000',
      movementsMinor: '-120000',
      closingMinor: '4860000',
      listed: { movements: 1, sumMinor: '-120000', foots: true },
      items: [{ customerId: 'stripe.main.cus_1', effectiveOn: '2026-06-08', cause: 'churn', amountMinor: '-120000' }],
    });
    const [item] = june.items;
    const movement = await follow<{ profile: string; movements: { cause: string }[]; events: { observedAt: string }[] }>(
      'explainArr',
      item?.explain ?? '',
    );
    // What tells of the request.
    expect(movement).toMatchObject({
      profile: 'stripe',
      movements: [{ cause: 'churn', effectiveOn: '2026-06-08' }],
      events: [{ observedAt: '2026-06-08T12:00:00.000Z' }],
    });
    const eventId = (leaving[2] as Fact).data.provenance.eventId;
    const event = await ask<{ movements: { effectiveOn: string }[] }>('explainArr', {
      query: { customerId: 'stripe.main.cus_1', eventId, profile: 'stripe' },
    });
    expect(event.json.movements.map(({ effectiveOn }) => effectiveOn)).toEqual(['2026-06-08']);
    const none = await ask<{ type: string }>('explainArr', {
      query: { movementId: 'stripe.main.cus_1~2026-06-09~1~0', profile: 'stripe' },
    });
    expect([none.status, none.json.type]).toEqual([404, expect.stringContaining('movement-unknown')]);
    const pages = await ask<Explained>('explainArr', { query: { ...YEAR, profile: 'stripe', limit: '2' } });
    expect([pages.json.listed.movements, pages.json.nextCursor]).toEqual([2, expect.any(String)]);
    const origin = await ask('explainArr', { query: { on: '2026-06-30', dimension: 'origin', value: 'landed', profile: 'stripe' } });
    expect(origin.status).toBe(404);
    // What metrics are made of is explained by the same profile.
    const metrics = await ask<{ rows: { figures: { explain: string }[] }[] }>('getArrMetrics', {
      query: { profile: 'stripe', on: '2026-06-30', metrics: 'arr' },
    });
    expect(await follow<Explained>('explainArr', metrics.json.rows[0]?.figures[0]?.explain ?? '')).toMatchObject({ profile: 'stripe' });
  });

  it('follows what is recorded, within the hour, and at once where that is asked for', async () => {
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await run();
    itIs('2026-07-15T12:30:00Z');
    await record(...plain(4));
    itIs('2026-07-15T12:31:00Z');
    expect(await run()).toMatchObject({ shards: 0 });
    expect((await closings({ profile: 'stripe' })).at(-1)).toBe(48_600);
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    expect(await run()).toMatchObject({ shards: 32 });
    expect((await closings({ profile: 'stripe' })).at(-1)).toBe(49_200);
    itIs('2026-07-15T13:31:00Z');
    expect(await run()).toMatchObject({ shards: 32 });
    expect(await ledgerOf('stripe')).toMatchObject({ through: '2026-07-15T13:30:30.000Z' });
  });

  it('tells what was known on a day: what came later, and took effect earlier, is not in it', async () => {
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await run();
    const before = await closings({ profile: 'stripe', asKnownOn: '2026-07-14' });
    // $600 a year since March of which nobody had told.
    itIs('2026-07-16T09:00:00Z');
    await record(...plain(4));
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await run();
    expect(await closings({ profile: 'stripe', asKnownOn: '2026-07-14' })).toEqual(before);
    expect(before).toEqual([1_200, 49_200, 49_800, 49_800, 49_800, 48_600, 48_600]);
    expect(await closings({ profile: 'stripe' })).toEqual([1_200, 49_200, 50_400, 50_400, 50_400, 49_200, 49_200]);
  });

  it('is decided again under other plan rates, and told by none until then', async () => {
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await run();
    const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2025-01-01', rate: '1.1', source: 'test' }];
    expect((await call(companyApi, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
    expect(await ledgerOf('stripe')).toEqual({ state: 'making', done: 0, of: 32 });
    expect(await run()).toMatchObject({ shards: 32 });
    expect(await ledgerOf('stripe')).toMatchObject({ state: 'ready' });
  });

  it('counts everybody once, however many runs make it at the same time', async () => {
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await Promise.all([run(), run(), run()]);
    expect(await ledgerOf('stripe')).toMatchObject({ state: 'ready' });
    expect((await closings({ profile: 'stripe' })).at(-1)).toBe(48_600);
  });

  it('is left to expire once nobody looks at it, and is then made anew', async () => {
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await run();
    // For a week it is kept up to date, for a month it is there.
    itIs('2026-07-23T12:00:00Z');
    expect(await run()).toMatchObject({ shards: 0 });
    expect(await ledgerOf('stripe')).toMatchObject({ state: 'ready', through: '2026-07-15T11:59:30.000Z' });
    itIs('2026-08-15T12:00:00Z');
    expect(await ledgerOf('stripe')).toEqual({ state: 'absent' });
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    expect(await run()).toMatchObject({ shards: 32 });
    expect((await closings({ profile: 'stripe' })).at(-1)).toBe(48_600);
  });
});
