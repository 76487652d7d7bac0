import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Movement } from '../../../functions/arr/events.ts';
import { sectionOf } from '../../../functions/arr/ledger/build.ts';
import { asKnownBefore } from '../../../functions/arr/ledger/known.ts';
import { takeInLate } from '../../../functions/arr/ledger/late.ts';
import { rebuildLedger } from '../../../functions/arr/ledger/rebuild.ts';
import { readHead, readSegments } from '../../../functions/arr/ledger/store.ts';
import { takeIn } from '../../../functions/arr/ledger/take-in.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { itemsFrom } from '../../support/items.ts';
import { moved, movementsFrom } from './moved.ts';
import { newLedgerReader } from './reader.ts';
import { clockAt, recordMovement } from './recorded.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const PROFILE = 'enterprise';
const take = () => takeIn(PROFILE, 'USD', () => true);
const rebuild = (shards = 100) => {
  let asked = 0;
  return rebuildLedger(PROFILE, 'USD', () => {
    asked += 1;
    return asked <= shards;
  });
};

beforeEach(async () => {
  await table.another();
});

/** All bytes of the ledger, in their order. */
const bytes = async (): Promise<readonly string[]> => {
  const segments = (await readHead(PROFILE))?.segments ?? [];
  const read = (await readSegments(PROFILE, segments)) ?? [];
  return read.map((own, i) => `${segments[i]?.period} ${Buffer.from(own).toString('base64')}`);
};

const byRecording = (movements: readonly Movement[]): readonly Movement[] =>
  movements.toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));

describe('the ledger of the recordings', () => {
  it('takes in what was recorded since, each once, and a rebuild has the same bytes', async () => {
    const movements = byRecording(movementsFrom(11, 120));
    const last = movements[movements.length - 1]?.recordedAt ?? '';
    for (const [i, movement] of movements.entries()) {
      await recordMovement(movement);
      clockAt(movement.recordedAt);
      // Now and then, in batches of one to seventeen.
      if (i % 17 === 0 || i % 5 === 0) await take();
    }
    clockAt(new Date(Date.parse(last) + 121_000).toISOString());
    expect(await take()).toMatchObject({ isDone: true, through: Date.parse(last) / 1000 + 1 });
    const { readLedger } = await newLedgerReader();
    const { rows, names, through } = await readLedger();
    expect({ rows, names }).toEqual(sectionOf(movements));
    expect(through).toBe(Date.parse(last) / 1000 + 1);
    const before = await bytes();
    expect(before.length).toBeGreaterThan(5);
    expect(await rebuild()).toMatchObject({ done: 32, of: 32, isDone: true, changed: false });
    expect(await bytes()).toEqual(before);
  });

  it('goes two minutes behind the clock: what is recorded meanwhile is read beside it, and taken in later', async () => {
    await recordMovement(moved('a', '2026-01-05', 1, { recordedAt: '2026-01-05T10:00:00.000Z' }));
    clockAt('2026-01-05T10:01:59.000Z');
    expect(await take()).toMatchObject({ rows: 0 });
    const { readLedger } = await newLedgerReader();
    const first = await readLedger();
    expect([first.rows.length, first.through]).toEqual([1, Date.parse('2026-01-05T09:59:59Z') / 1000]);
    // What came later under an earlier time, within those two minutes, is in as well.
    await recordMovement(moved('b', '2026-01-05', 1, { recordedAt: '2026-01-05T09:59:59.500Z' }));
    const second = await readLedger();
    expect([second.rows.length, (await readLedger()).rows === second.rows]).toEqual([2, true]);
    clockAt('2026-01-05T10:02:01.000Z');
    expect(await take()).toMatchObject({ rows: 2, isDone: true });
    expect(await take()).toMatchObject({ rows: 0 });
    expect((await readLedger()).rows.length).toBe(2);
  });

  it('loses nothing and counts nothing twice where runs stop at any request, and where two run at once', async () => {
    const movements = byRecording(movementsFrom(3, 30));
    for (const movement of movements) await recordMovement(movement);
    clockAt('2027-01-01T00:00:00Z');
    let stops = 0;
    for (let stop = 1; stop < 60; stop += 1) {
      let writes = 0;
      proxy.before = ({ operation }) => {
        if (operation === 'PutItem' || operation === 'UpdateItem') writes += 1;
        return writes === stop ? { type: 'ValidationException' } : undefined;
      };
      const isDone = await take().then(
        () => true,
        () => false,
      );
      if (isDone) break;
      stops += 1;
    }
    proxy.before = undefined;
    expect(stops).toBeGreaterThan(3);
    const more = movementsFrom(4, 10).map((movement) => ({
      ...movement,
      customerId: `x${movement.customerId}`,
      movementId: `x${movement.movementId}`,
      recordedAt: '2027-01-02T00:00:00.000Z',
    }));
    for (const movement of more) await recordMovement(movement);
    clockAt('2027-01-03T00:00:00Z');
    await Promise.all([take(), take(), take()]);
    const { readLedger } = await newLedgerReader();
    const { rows, names } = await readLedger();
    expect({ rows, names }).toEqual(sectionOf([...movements, ...more]));
  });

  it('leaves to expire what a run wrote and no head names, wherever it stopped, and whoever was there first', async () => {
    for (const movement of movementsFrom(3, 30)) await recordMovement(movement);
    clockAt('2027-01-01T00:00:00Z');
    let stops = 0;
    for (let stop = 1; stop < 30; stop += 1) {
      let writes = 0;
      proxy.before = ({ operation }) => {
        if (operation === 'PutItem' || operation === 'UpdateItem') writes += 1;
        return writes === stop ? { type: 'ValidationException' } : undefined;
      };
      await take().catch(() => {
        stops += 1;
      });
      proxy.before = undefined;
      // The next run has more to write.
      const recordedAt = `2027-01-01T00:${String(stop).padStart(2, '0')}:00.000Z`;
      await recordMovement(moved(`x${stop}`, '2026-05-01', 1, { recordedAt }));
      clockAt(new Date(Date.parse(recordedAt) + 130_000).toISOString());
    }
    expect(stops).toBeGreaterThan(6);
    await Promise.all([take(), take(), take()]);
    await recordMovement(moved('last', '2026-05-01', 1, { recordedAt: '2027-01-01T02:00:00.000Z' }));
    clockAt('2027-01-01T02:10:00Z');
    await take();
    const named = ((await readHead(PROFILE))?.segments ?? []).flatMap(({ period, key, slices }) =>
      Array.from({ length: slices }, (_, slice) => `LEDGER#${PROFILE}#${period} ${key}#${String(slice).padStart(3, '0')}`),
    );
    const stored = (await itemsFrom(`LEDGER#${PROFILE}#`)).filter(({ expiresAt }) => expiresAt === undefined);
    expect(stored.map(({ pk, sk }) => `${pk} ${sk}`).toSorted()).toEqual(named.toSorted());
  });

  it('a rebuild goes on where it stopped, and finds what was missing', async () => {
    const movements = byRecording(movementsFrom(5, 40));
    for (const movement of movements) await recordMovement(movement);
    clockAt('2027-01-01T00:00:00Z');
    expect(await rebuild(10)).toMatchObject({ done: 10, of: 32, isDone: false });
    expect(await rebuild(10)).toMatchObject({ done: 20, of: 32, isDone: false });
    await recordMovement(moved('late', '2026-12-31', 1, { recordedAt: '2026-12-31T23:59:59.000Z' }));
    expect(await rebuild()).toMatchObject({ done: 32, isDone: true, changed: true });
    const { readLedger } = await newLedgerReader();
    expect((await readLedger()).rows.length).toBe(sectionOf(movements).rows.length + 1);
    expect(await take()).toMatchObject({ rows: 0, isDone: true });
  });

  it('once a day finds what was listed later than it waits, and says how many rows these are', async () => {
    const movements = byRecording(movementsFrom(8, 40, ['USD'])).filter(({ recordedAt }) => recordedAt < '2026-06-20');
    for (const movement of movements) await recordMovement(movement);
    clockAt('2026-06-20T10:00:00Z');
    await take();
    const { readLedger } = await newLedgerReader();
    await readLedger();
    const late = [
      moved('late', '2026-03-01', 1, { amounts: [10n, 5n], recordedAt: '2026-06-20T09:30:00.000Z' }),
      moved('later', '2026-06-18', 1, { recordedAt: '2026-06-18T10:30:00.000Z' }), // 47.5 hours before
      moved('too-late', '2026-06-18', 1, { recordedAt: '2026-06-18T09:30:00.000Z' }), // 48.5 hours before
    ];
    for (const movement of late) await recordMovement(movement);
    clockAt('2026-06-20T10:05:00Z');
    expect(await take()).toMatchObject({ rows: 0 });
    // Where time is up, the next call of the day goes on.
    expect(await takeInLate(PROFILE, '2026-06-20', () => false)).toBe(0);
    expect(await takeInLate(PROFILE, '2026-06-20')).toBe(3); // 2 + 1 lines
    expect(await takeInLate(PROFILE, '2026-06-20')).toBe(0);
    const found = [...movements, ...late.slice(0, 2)];
    // Also whoever had it in memory.
    const { rows, names } = await readLedger();
    expect({ rows, names }).toEqual(sectionOf(found));
    const before = await bytes();
    expect(await rebuild()).toMatchObject({ isDone: true, changed: true });
    const { rows: rebuilt } = await (await newLedgerReader()).readLedger();
    expect(rebuilt.length).toBe(rows.length + 1);
    expect((await bytes()).length).toBeGreaterThanOrEqual(before.length);
    expect(await takeInLate(PROFILE, '2026-06-21')).toBe(0);
  });

  it('as it was known at a time it never changes by what is recorded later', async () => {
    const movements = byRecording(movementsFrom(9, 60));
    const half = movements.slice(0, 30);
    const at = Math.floor(Date.parse(movements[30]?.recordedAt ?? '') / 1000);
    for (const movement of half) await recordMovement(movement);
    clockAt(new Date((at + 120) * 1000).toISOString());
    const { readLedger } = await newLedgerReader();
    const before = asKnownBefore(await readLedger(), at);
    const known = half.filter(({ recordedAt }) => Date.parse(recordedAt) / 1000 < at);
    expect(before.rows).toEqual(sectionOf(known).rows);
    for (const movement of movements.slice(30)) await recordMovement(movement);
    clockAt('2027-01-01T00:00:00Z');
    const after = asKnownBefore(await readLedger(), at);
    expect([...after.rows.planMinor]).toEqual([...before.rows.planMinor]);
    expect([...after.rows.day]).toEqual([...before.rows.day]);
    expect(after.through).toBe(at);
  });
});
