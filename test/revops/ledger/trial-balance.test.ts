import { beforeEach, describe, expect, it } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { defineCompany } from '../../../functions/platform/config.ts';
import { chartOf } from '../../../functions/revops/ledger/accounts.ts';
import { foldLane, laneOf, readBalances } from '../../../functions/revops/ledger/balance-store.ts';
import { additionsOf, placeRead, trialBalanceOf } from '../../../functions/revops/ledger/balances.ts';
import { type ProjectedJournal, projectJournals } from '../../../functions/revops/ledger/project.ts';
import { readTrialBalance } from '../../../functions/revops/ledger/read-trial-balance.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { type Entry, linesOf } from './books.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(
  defineCompany({
    ...company,
    legalEntities: [...company.legalEntities, { legalEntity: 'acme-gmbh', name: 'Acme GmbH', functionalCurrency: 'EUR' }],
  }),
);
beforeEach(() => table.another());

const projected = (sequence: number, entry: Entry): ProjectedJournal => ({
  sequence: BigInt(sequence),
  event: {
    recordedAt: `2026-11-05T10:00:${String(sequence % 60).padStart(2, '0')}.000Z`,
    data: {
      journalId: `jnl_${sequence}`,
      legalEntity: entry.legalEntity ?? 'acme-inc',
      functionalCurrency: 'USD',
      key: String(sequence),
      accountingOn: entry.on,
      period: entry.on,
      description: '',
      origin: { event: 'e', rule: 'r' },
      lines: linesOf(entry).map((line) => ({
        ...line,
        amountMinor: String(line.amountMinor),
        functionalMinor: String(line.functionalMinor),
      })),
      postedBy: 'u',
    },
  },
});

const told = async (on: string, legalEntity = 'acme-inc', currency?: string): Promise<readonly string[]> => {
  const answer = await readTrialBalance({ legalEntity, on, currency });
  return answer.ok
    ? answer.value.rows.map(
        ({ account, currency: of, amountMinor, functionalMinor }) => `${account} ${of} ${amountMinor} ${functionalMinor}`,
      )
    : [answer.problem.code];
};

const INVOICE: Entry = { on: '2026-09-10', debit: '1100', credit: '2100', minor: 120_000n, currency: 'USD' };
const EARNED: Entry = { on: '2026-10-31', debit: '2100', credit: '4000', minor: 10_000n, currency: 'USD' };
const EURO: Entry = { on: '2026-10-05', debit: '1100', credit: '4300', minor: 500n, currency: 'EUR', rate: 2n };

describe('a trial balance', () => {
  it('tells what accounts come to at the end of any day, in each currency and in the functional one', async () => {
    await projectJournals('shard-1', [projected(1, INVOICE), projected(2, EARNED)]);
    await projectJournals('shard-2', [projected(1, EURO), projected(2, { ...EURO, legalEntity: 'acme-gmbh', rate: 1n })]);
    expect(await told('2026-09-09')).toEqual([]);
    expect(await told('2026-09-10')).toEqual(['1100 USD 120000 120000', '2100 USD -120000 -120000']);
    expect(await told('2026-10-31')).toEqual([
      '1100 EUR 500 1000', // €5.00 at 2
      '1100 USD 120000 120000',
      '2100 USD -110000 -110000', // 1,200.00 − 100.00
      '4000 USD -10000 -10000',
      '4300 EUR -500 -1000',
    ]);
    expect(await told('2026-10-31', 'acme-inc', 'EUR')).toEqual(['1100 EUR 500 1000', '4300 EUR -500 -1000']);
    expect(await told('2026-10-31', 'acme-gmbh')).toEqual(['1100 EUR 500 500', '4300 EUR -500 -500']);
    expect(await told('2026-10-31', 'nobody')).toEqual(['legal-entity-unknown']);
    const { value } = (await readTrialBalance({ legalEntity: 'acme-inc', on: '2026-12-31' })) as { value: object };
    // 1,200.00 + 10.00 = 1,100.00 + 100.00 + 10.00
    expect(value).toMatchObject({
      debitsMinor: 121_000n,
      creditsMinor: 121_000n,
      counted: { journals: 4, recordedAt: '2026-11-05T10:00:02.000Z' },
    });
  });

  it('counts a batch that comes again once, whole or in part', async () => {
    await projectJournals('shard-1', [projected(1, INVOICE)]);
    await projectJournals('shard-1', [projected(1, INVOICE)]);
    await projectJournals('shard-1', [projected(1, INVOICE), projected(2, EARNED)]);
    expect(await told('2026-12-31')).toEqual(['1100 USD 120000 120000', '2100 USD -110000 -110000', '4000 USD -10000 -10000']);
  });

  it('counts all shards of a lane that write at once', async () => {
    const shards = Array.from({ length: 200 }, (_, i) => `shard-${i}`)
      .filter((shard) => laneOf(shard) === laneOf('shard-0'))
      .slice(0, 8);
    await Promise.all(shards.map((shard) => projectJournals(shard, [projected(1, EARNED)])));
    expect(await told('2026-12-31')).toEqual(['2100 USD 80000 80000', '4000 USD -80000 -80000']);
  });

  it('is the same before its log is folded, while it is, and afterwards', async () => {
    const days = ['2025-12-31', '2026-01-01', '2026-10-01', '2026-10-31', '2026-11-01'];
    for (let i = 1; i <= 60; i += 1) await projectJournals('shard-1', [projected(i, { ...EARNED, on: days[i % 5]!, minor: BigInt(i) })]);
    const read = () => Promise.all(days.map((on) => told(on)));
    const before = await read();
    expect(before[0]).toEqual(['2100 USD 390 390', '4000 USD -390 -390']); // 5 × (1 + … + 12) = 390
    expect(before[4]).toEqual(['2100 USD 1830 1830', '4000 USD -1830 -1830']); // 60 × 61 / 2
    const [, during] = await Promise.all([foldLane(laneOf('shard-1')), read()]);
    expect(during).toEqual(before);
    expect(await read()).toEqual(before);
    await Promise.all([
      foldLane(laneOf('shard-1')),
      projectJournals('shard-1', [projected(61, { ...EARNED, on: '2026-10-01', minor: 1n })]),
    ]);
    // 390 + (1 + 6 + … + 56 = 342) + (2 + 7 + … + 57 = 354) + 1
    expect((await told('2026-10-01'))[0]).toBe('2100 USD 1087 1087');
    expect((await readBalances('acme-inc', '2026-12-31')).counted.journals).toBe(61);
  });

  it('leaves out what comes to nothing', () => {
    const journal = {
      legalEntity: 'a',
      accountingOn: '2026-01-01',
      lines: [...linesOf(EARNED), ...linesOf({ ...EARNED, minor: -10_000n })],
    };
    expect(additionsOf([journal as never]).get('a#2026-01-01')?.size).toBe(0);
  });

  it('reads a month that is over as one, and the days of its own', () => {
    expect(['2026-09-30', '2026-10-01', '2026-10-15', '2026-10-16'].map((day) => placeRead(day, '2026-10-15'))).toEqual([
      'M#2026-09',
      'D#2026-10-01',
      'D#2026-10-15',
      undefined,
    ]);
  });

  it('tells an account that the chart no longer has by its number', () => {
    const cells = new Map([['8888|USD', { amountMinor: 5n, functionalMinor: 5n }]]);
    expect(trialBalanceOf(cells, chartOf([]), undefined).rows).toMatchObject([{ account: '8888', name: '8888' }]);
  });
});
