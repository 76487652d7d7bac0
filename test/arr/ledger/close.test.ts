import { beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { takeInLate } from '../../../functions/arr/ledger/late.ts';
import { takeIn } from '../../../functions/arr/ledger/take-in.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { versionOf } from '../../../functions/arr/profiles/profile.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { moved, movementsFrom } from './moved.ts';
import { clockAt, recordMovement } from './recorded.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);
vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

let handler: typeof import('../../../functions/arr/api.ts')['handler'];
beforeEach(async () => {
  await table.another();
  vi.resetModules();
  ({ handler } = await import('../../../functions/arr/api.ts'));
});

interface Row {
  readonly dimension: string;
  readonly value: string;
  readonly openingMinor: string;
  readonly movements: readonly { readonly cause: string; readonly netMinor: string }[];
  readonly closingMinor: string;
}
interface Answer {
  readonly code?: string;
  readonly type?: string;
  readonly detail?: string;
  readonly through: string;
  readonly rows: readonly Row[];
  readonly items: readonly Readonly<Record<string, unknown>>[];
}
const SCOPES = ['arr/read', 'arr/write'];
const close = (month: string) =>
  call<Answer>(handler, 'POST', '/api/v1/arr/closings', { scopes: SCOPES, body: { month }, subject: 'controller-1' });
const get = (path: string, query: Readonly<Record<string, string>> = {}) =>
  call<Answer>(handler, 'GET', `/api/v1/arr/${path}`, { scopes: SCOPES, query });

describe('closing a month', () => {
  it('freezes what was reported, and what comes later stands in the journal: reported + restated = corrected', async () => {
    await recordMovement(moved('a', '2026-08-10', 1, { amounts: [1_000n], recordedAt: '2026-08-10T10:00:00.000Z' }));
    await recordMovement(moved('a', '2026-09-10', 2, { cause: 'expansion', amounts: [200n, 50n], recordedAt: '2026-09-10T10:00:00.000Z' }));
    await recordMovement(moved('b', '2026-09-12', 1, { amounts: [400n], segment: 'Enterprise', recordedAt: '2026-09-12T10:00:00.000Z' }));
    clockAt('2026-10-02T09:00:00Z');
    const closed = await close('2026-09');
    expect([closed.status, arrRoutes.closeArrMonth.response.safeParse(closed.json).success]).toEqual([200, true]);
    expect(closed.json).toMatchObject({
      month: '2026-09',
      closedBy: 'controller-1',
      through: '2026-10-02T08:58:00.000Z',
      planCurrency: 'USD',
    });
    expect(closed.json.rows[0]).toEqual({
      dimension: 'total',
      value: '',
      openingMinor: '1000',
      movements: [
        { cause: 'expansion', netMinor: '250' }, // 200 + 50
        { cause: 'new', netMinor: '400' },
      ],
      closingMinor: '1650', // 1,000 + 250 + 400
      renewedMinor: '0',
    });
    expect(closed.json.rows.find(({ value }) => value === 'SMB')).toMatchObject({ openingMinor: '1000', closingMinor: '1250' });

    await recordMovement(
      moved('b', '2026-09-20', 2, {
        cause: 'contraction',
        amounts: [-100n, -30n],
        recordedAt: '2026-10-05T10:00:00.000Z',
        correction: true,
      }),
    );
    await recordMovement(
      moved('a', '2026-08-10', 3, { cause: 'new', amounts: [-10n], recordedAt: '2026-10-06T10:00:00.000Z', correction: true }),
    );
    await recordMovement(moved('c', '2026-10-05', 1, { amounts: [900n], recordedAt: '2026-10-06T11:00:00.000Z' }));
    clockAt('2026-10-07T09:00:00Z');
    expect((await get('closings')).json.items).toEqual([{ ...closed.json, rows: [closed.json.rows[0]] }]);
    expect((await get('closings/2026-09')).json).toEqual(closed.json);
    const journal = await get('restatements', { month: '2026-09' });
    expect(arrRoutes.listArrRestatements.response.safeParse(journal.json).success).toBe(true);
    expect(journal.json).toMatchObject({
      reportedMinor: '1650',
      movedMinor: '-140',
      restatedMinor: '-140', // − 130 − 10
      definitionMinor: '0',
      correctedMinor: '1510',
      isSameDefinition: true,
      reportedUnder: { profile: 'enterprise', profileVersion: versionOf(enterprise) },
    });
    expect(journal.json.items).toMatchObject([
      {
        movementId: 'b~2026-09-20~2~0',
        netMinor: '-130',
        inMonth: true,
        cause: 'contraction',
        customerId: 'b',
        recordedAt: '2026-10-05T10:00:00.000Z',
      },
      {
        movementId: 'a~2026-08-10~3~0',
        netMinor: '-10',
        inMonth: false,
        correction: true,
        explain: '/api/v1/arr/explain?movementId=a%7E2026-08-10%7E3%7E0',
      },
    ]);
    // As known on the last day of the month, and as corrected.
    const query = { from: '2026-09-01', to: '2026-09-30', asKnownOn: '2026-10-01' };
    expect((await get('waterfall', query)).json.rows).toMatchObject([{ openingMinor: '1000', closingMinor: '1650' }]);
    expect((await get('waterfall', { ...query, asKnownOn: '2026-10-05' })).json.rows).toMatchObject([
      { openingMinor: '1000', closingMinor: '1520' },
    ]); // − 130
    const dollars = { ...query, asKnownOn: '2026-10-05', dimension: 'currency', value: 'USD' };
    expect((await get('waterfall', dollars)).json.rows).toMatchObject([{ openingMinor: '1000', closingMinor: '1520' }]);
    expect((await get('waterfall', { ...dollars, value: 'EUR' })).json.detail).toMatch(
      /^There is no ARR for currency "EUR"; values of currency: USD\.$/,
    );
    expect((await get('waterfall', { ...query, asKnownOn: '2026-10-06' })).json.rows).toMatchObject([
      { openingMinor: '990', closingMinor: '1510' },
    ]); // − 10
    expect((await get('waterfall', { ...query, dimension: 'segment', value: 'Enterprise' })).json.rows).toMatchObject([
      { closingMinor: '400' },
    ]);
    expect((await get('waterfall', { ...query, dimension: 'origin', value: 'landed' })).status).toBe(404);
  });

  it('tells apart what was recorded before the closing and found after it: reported + restated + late = corrected', async () => {
    await recordMovement(moved('a', '2026-09-10', 1, { amounts: [1_000n], recordedAt: '2026-09-10T10:00:00.000Z' }));
    clockAt('2026-10-02T09:00:00Z');
    const take = () => takeIn('enterprise', 'USD', () => true);
    await take();
    expect((await close('2026-09')).status).toBe(200);
    // Listed an hour after it was recorded.
    await recordMovement(moved('b', '2026-09-20', 1, { amounts: [70n], recordedAt: '2026-10-02T08:00:00.000Z' }));
    await recordMovement(moved('a', '2026-09-20', 2, { cause: 'contraction', amounts: [-5n], recordedAt: '2026-10-02T10:00:00.000Z' }));
    clockAt('2026-10-02T11:00:00Z');
    await take();
    const journal = async () => (await get('restatements', { month: '2026-09' })).json as Answer & { readonly lateMinor?: string };
    expect(await journal()).toMatchObject({ reportedMinor: '1000', restatedMinor: '-5', correctedMinor: '995' });
    expect(await journal()).not.toHaveProperty('lateMinor');
    expect(await takeInLate('enterprise', '2026-10-02')).toBe(1);
    const found = await journal();
    expect(arrRoutes.listArrRestatements.response.safeParse(found).success).toBe(true);
    expect(found).toMatchObject({ reportedMinor: '1000', restatedMinor: '-5', lateMinor: '70', correctedMinor: '1065' });
    expect((await get('metrics', { on: '2026-09-30', metrics: 'arr' })).json.rows).toMatchObject([{ figures: [{ value: '1065' }] }]);
  });

  it('refuses a month that is not over or not known to its end, one out of order, and one that is closed', async () => {
    clockAt('2026-10-31T12:00:00Z');
    expect((await close('2026-10')).json).toMatchObject({ status: 409, detail: expect.stringContaining('2026-10 is not over') });
    expect((await close('2026-09')).status).toBe(200);
    expect((await close('2026-09')).json).toMatchObject({
      status: 409,
      detail: '2026-09 is closed already: what was reported of it stays.',
    });
    expect((await close('2026-07')).json).toMatchObject({ detail: '2026-09 was closed last: the next is 2026-10, not 2026-07.' });
    expect((await close('2026-11')).json).toMatchObject({ detail: '2026-09 was closed last: the next is 2026-10, not 2026-11.' });
    expect((await close('2026-13')).status).toBe(400);
    expect((await get('restatements', { month: '2026-08' })).status).toBe(404);
    // Two closers at once: one of them closes it.
    clockAt('2026-12-15T12:00:00Z');
    expect((await Promise.all([close('2026-10'), close('2026-10')])).map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('as it was known on a day never changes, whatever is recorded afterwards', async () => {
    const movements = movementsFrom(21, 60, ['USD']).toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
    const days = ['2026-03-15', '2026-04-30', '2026-06-01'];
    const known = new Map<string, unknown>();
    const read = async (day: string) => {
      const { json } = await get('waterfall', { from: '2026-01-01', to: '2026-07-31', asKnownOn: day });
      for (const row of json.rows) {
        const net = row.movements.reduce((sum, { netMinor }) => sum + BigInt(netMinor), 0n);
        expect(BigInt(row.openingMinor) + net).toBe(BigInt(row.closingMinor));
      }
      return json.rows;
    };
    for (const movement of movements) {
      const passed = days.filter(
        (day) => !known.has(day) && movement.recordedAt > `${day}T23:59:59Z~` && movement.recordedAt.slice(0, 10) > `${day}~`,
      );
      for (const day of passed) {
        clockAt(movement.recordedAt);
        known.set(day, await read(day));
      }
      await recordMovement(movement);
    }
    clockAt('2027-01-01T00:00:00Z');
    expect(known.size).toBe(3);
    for (const [day, rows] of known) expect(await read(day)).toEqual(rows);
  });
});
