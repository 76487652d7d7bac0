import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { noteProfile } from '../../../functions/arr/changes/approved.ts';
import type { ProfileChange } from '../../../functions/arr/changes/change.ts';
import { versionsInForce } from '../../../functions/arr/changes/change.ts';
import { enterprise, PRESETS } from '../../../functions/arr/profiles/presets.ts';
import { versionOf } from '../../../functions/arr/profiles/profile.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { ask, itIs, leaving, plain, record, run, signed } from '../decided/told.ts';

const table = useDynamoDB();

beforeAll(() => {
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});
beforeEach(async () => {
  await table.another();
  itIs('2026-07-15T12:00:00Z');
  await record(...leaving, ...signed, ...plain());
  await noteProfile();
});

type Answer = ProfileChange & { readonly isInForce: boolean; readonly type: string; readonly detail: string };
const propose = (profile: string, subject = 'ann') =>
  ask<Answer>('proposeArrProfileChange', { subject, body: { profile, reason: 'What Stripe shows, for the board' } });
const decide = (what: 'approve' | 'reject', changeId: string, subject: string) =>
  ask<Answer>(what === 'approve' ? 'approveArrProfileChange' : 'rejectArrProfileChange', { subject }, { changeId });
const compared = async () => {
  await ask('makeArrComparison', { body: { left: 'enterprise', right: 'stripe' } });
  await run();
};

/** What a function decides by that has just started, with a profile put in force by its configuration. */
const startedWith = async (profileInForce: string) => {
  vi.resetModules();
  const before = process.env['ASCENT_CONFIG'];
  process.env['ASCENT_CONFIG'] = JSON.stringify({ ...company, profileInForce });
  const { recordingContext } = await import('../../../functions/arr/changes/approved.ts');
  try {
    return (await recordingContext()).profile.name;
  } finally {
    process.env['ASCENT_CONFIG'] = before;
  }
};

describe('a change of the profile in force', () => {
  it('is proposed with its effect on prior months, and approved by a second person', async () => {
    const early = await propose('stripe');
    expect([early.status, early.json.type]).toEqual([409, expect.stringContaining('ledger-not-made')]);
    await compared();
    const { json: change, status } = await propose('stripe');
    expect(status).toBe(200);
    expect(change).toMatchObject({
      from: { profile: 'enterprise', profileVersion: versionOf(enterprise) },
      to: { profile: 'stripe', profileVersion: versionOf(PRESETS.stripe) },
      status: 'proposed',
      isInForce: false,
      proposedBy: 'ann',
    });
    expect(change.switches.map((one) => one.switch)).toEqual([
      'basis',
      'churnDate',
      'discounts',
      'metered',
      'escalators',
      'contractedSteps',
      'reactivationInNrr',
    ]);
    // August 2024 to today
    expect(change.effect.rows).toHaveLength(24);
    expect(change.effect.rows.at(-2)).toEqual({
      startsOn: '2026-06-01',
      endsOn: '2026-06-30',
      leftMinor: '6168000',
      rightMinor: '4860000',
      differenceMinor: '-1308000',
      reasons: [
        { switch: 'basis', left: 'live', right: 'billed', differenceMinor: '-1200000' },
        { switch: 'churnDate', left: 'access-end', right: 'request', differenceMinor: '-108000' },
      ],
    });
    const alone = await decide('approve', change.changeId, 'ann');
    expect([alone.status, alone.json.type]).toEqual([403, expect.stringContaining('second-person-needed')]);
    itIs('2026-07-15T13:00:00Z');
    const approved = await decide('approve', change.changeId, 'bob');
    expect(approved.json).toMatchObject({ status: 'approved', decidedBy: 'bob', decidedAt: '2026-07-15T13:00:00.000Z', isInForce: false });
    // The same again is answered as it stands; another word comes too late.
    expect((await decide('approve', change.changeId, 'bob')).json).toEqual(approved.json);
    expect((await decide('reject', change.changeId, 'ann')).status).toBe(409);
    expect((await ask<{ items: Answer[] }>('listArrProfileChanges')).json.items).toEqual([approved.json]);
  });

  it('refuses what is in force, what is not there, and what nobody proposed', async () => {
    expect((await propose('enterprise')).status).toBe(409);
    expect((await propose('gaap')).status).toBe(404);
    expect((await decide('approve', 'change-1', 'bob')).status).toBe(404);
  });

  it('may be taken back by who proposed it, and lists newest first', async () => {
    await compared();
    const first = (await propose('stripe')).json;
    itIs('2026-07-15T12:10:00Z');
    const second = (await propose('stripe', 'bob')).json;
    expect((await decide('reject', first.changeId, 'ann')).json).toMatchObject({ status: 'rejected', decidedBy: 'ann' });
    const items = (await ask<{ items: Answer[]; nextCursor: string | null }>('listArrProfileChanges', { query: { limit: '1' } })).json;
    expect([items.items.map(({ changeId }) => changeId), items.nextCursor]).toEqual([[second.changeId], expect.any(String)]);
  });
});

describe('facts are decided', () => {
  it('by the profile that was there first, and by another one once a second person has approved it', async () => {
    expect(await startedWith('enterprise')).toBe('enterprise');
    await expect(startedWith('stripe')).rejects.toThrow('nobody has approved');
    await compared();
    const { changeId } = (await propose('stripe')).json;
    await expect(startedWith('stripe')).rejects.toThrow('nobody has approved');
    await decide('approve', changeId, 'bob');
    expect(await startedWith('stripe')).toBe('stripe');
    // Until it is deployed, and where the deployment is taken back.
    expect(await startedWith('enterprise')).toBe('enterprise');
    await expect(startedWith('polar')).rejects.toThrow('nobody has approved');
  });

  it('by the two newest that were approved, whichever was proposed first', () => {
    const change = (to: string, from: string, decidedAt: string, status: ProfileChange['status'] = 'approved') =>
      ({ from: { profileVersion: from }, to: { profileVersion: to }, decidedAt, status }) as ProfileChange;
    expect(versionsInForce([], undefined)).toBeUndefined();
    expect(versionsInForce([], 'a')).toEqual(['a']);
    expect(versionsInForce([change('b', 'a', '', 'proposed')], 'a')).toEqual(['a']);
    expect(versionsInForce([change('b', 'a', '2026-01-01')], 'a')).toEqual(['b', 'a']);
    expect(versionsInForce([change('b', 'a', '2026-01-01'), change('c', 'b', '2026-02-01')], 'a')).toEqual(['c', 'b']);
  });
});
