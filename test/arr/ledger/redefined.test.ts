import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { billedYearly } from '../agreements.ts';
import { leaving, of, plain, signed } from '../decided/told.ts';

/** Months that were closed under one definition, and are told under another one by now. */
const table = useDynamoDB();

beforeAll(() => {
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

/** All functions, just started under a configuration. */
const started = async (config: object = {}) => {
  vi.resetModules();
  const told = await import('../decided/told.ts');
  process.env['ASCENT_CONFIG'] = JSON.stringify({ ...company, ...config });
  return told;
};

/** In August nobody has left, and July was closed: 60,000 signed, 600 plain. */
const closedInJuly = async () => {
  const { record, ask, itIs } = await started();
  itIs('2026-07-15T12:00:00Z');
  await record(...leaving, ...signed, ...plain());
  itIs('2026-08-02T12:00:00Z');
  const { json, status } = await ask<{ rows: readonly { closingMinor: string }[]; profileVersion: string }>('closeArrMonth', {
    body: { month: '2026-07' },
    subject: 'controller-1',
  });
  expect([status, json.rows[0]?.closingMinor]).toEqual([200, '6060000']);
  return json.profileVersion;
};

beforeEach(async () => {
  await table.another();
});

interface Journal {
  readonly isSameDefinition: boolean;
  readonly reportedMinor: string;
  readonly movedMinor: string;
  readonly restatedMinor?: string;
  readonly definitionMinor?: string;
  readonly correctedMinor: string;
  readonly definitionUnknown?: string;
}
interface Pack {
  readonly periods: readonly {
    readonly closing: { readonly profile: string; readonly profileVersion: string; readonly definitionUnknown?: string };
    readonly figures: readonly Readonly<Record<string, string>>[];
  }[];
}
const JULY = { on: '2026-07-31', metrics: 'arr,net-new-arr,nrr' };

/** Two more facts come, and all customers are decided under another profile. */
const underStripe = async () => {
  const now = await started({ profileInForce: 'stripe' });
  now.itIs('2026-08-05T12:00:00Z');
  // One that was there in July comes to be known: 1,200. All others are decided again with a fact that changes nothing.
  const facts = [...leaving, ...signed, ...plain()];
  await now.record(of(4, billedYearly('2026-07-10', 1_200)));
  await now.record(...facts.map((fact) => again(fact)));
  now.itIs('2026-08-05T13:00:00Z');
  return now;
};
const again = <T extends { readonly data: { readonly provenance: { readonly eventId: string } } }>(fact: T): T =>
  ({
    ...fact,
    data: { ...fact.data, provenance: { ...fact.data.provenance, eventId: `${fact.data.provenance.eventId}-again` } },
  }) as T;

describe('a month that was reported under another definition', () => {
  it('tells what the definition changes apart from what was restated, once the ledger of then is there: they sum exactly', async () => {
    const version = await closedInJuly();
    const { ask, run } = await underStripe();
    const early = (await ask<Journal>('listArrRestatements', { query: { month: '2026-07' } })).json;
    // 48,000 are billed of what is signed for 60,000; 1,200 came to be known.
    expect(early).toMatchObject({ isSameDefinition: false, reportedMinor: '6060000', movedMinor: '-1080000', correctedMinor: '4980000' });
    expect(early.definitionUnknown).toContain('POST /api/v1/arr/profiles/enterprise/ledger');
    expect(early).not.toHaveProperty('restatedMinor');
    const [untold] = (await ask<Pack>('getArrPack', { query: JULY })).json.periods;
    expect(untold?.closing.definitionUnknown).toBe(early.definitionUnknown);
    expect(untold?.figures[0]).toMatchObject({ value: '4980000', reported: '6060000' });
    expect(untold?.figures[0]).not.toHaveProperty('restated');

    await ask('makeArrProfileLedger', {}, { profile: 'enterprise' });
    await run();
    const journal = (await ask<Journal>('listArrRestatements', { query: { month: '2026-07' } })).json;
    expect(journal).toMatchObject({
      restatedMinor: '120000',
      definitionMinor: '-1200000',
      movedMinor: '-1080000',
      correctedMinor: '4980000',
    });
    const [told] = (await ask<Pack>('getArrPack', { query: JULY })).json.periods;
    expect(told?.closing).toMatchObject({ profile: 'enterprise', profileVersion: version, isSameDefinition: false });
    expect(told?.figures[0]).toMatchObject({ value: '4980000', reported: '6060000', restated: '120000', definition: '-1200000' });
    for (const { value, reported, restated, definition } of told?.figures ?? [])
      if (reported !== undefined) expect(Number(reported) + Number(restated) + Number(definition)).toBe(Number(value));
  });

  it('is told by its choices, not by its name', async () => {
    await closedInJuly();
    const own = await started({ profiles: [{ name: 'ours', preset: 'enterprise', switches: {} }], profileInForce: 'ours' });
    own.itIs('2026-08-05T12:00:00Z');
    const same = (await own.ask<Journal>('listArrRestatements', { query: { month: '2026-07' } })).json;
    expect(same).toMatchObject({ isSameDefinition: true, restatedMinor: '0', definitionMinor: '0', correctedMinor: '6060000' });
  });

  it('says so where no profile makes its choices any more', async () => {
    const ours = (switches: object) => ({ profiles: [{ name: 'ours', preset: 'enterprise', switches }], profileInForce: 'ours' });
    const then = await started(ours({ renewalGraceDays: 10 }));
    then.itIs('2026-07-15T12:00:00Z');
    await then.record(...plain());
    then.itIs('2026-08-02T12:00:00Z');
    await then.ask('closeArrMonth', { body: { month: '2026-07' }, subject: 'controller-1' });
    const now = await started(ours({ renewalGraceDays: 20 }));
    now.itIs('2026-08-02T12:10:00Z');
    const journal = (await now.ask<Journal>('listArrRestatements', { query: { month: '2026-07' } })).json;
    expect(journal).toMatchObject({ isSameDefinition: false, movedMinor: '0' });
    expect(journal.definitionUnknown).toContain('No profile chooses any more what ours@');
  });
});
