import { describe, expect, test, vi } from 'vitest';
import { accountsOn, contractBooks, journalTexts } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const service = {
  obligations: [{ id: 'service', satisfaction: { method: 'months', from: '2026-01-01', until: '2031-01-01' } }],
  price: [{ kind: 'fixed', amount: '600000' }],
};
const cost = (id: string, amount: string, rest: object = {}) => ({
  type: 'contractCost',
  on: '2026-01-01',
  id,
  kind: 'obtain',
  amount,
  until: '2033-01-01',
  ...rest,
});

describe('costs of a contract', () => {
  test('are capitalised where they are incremental, and expensed otherwise (340-40 Example 1)', async () => {
    const books = await contractBooks(service, {
      balancesOn: ['2026-01-01'],
      events: [
        cost('legal', '15000', { incremental: false }),
        cost('travel', '25000', { incremental: false }),
        cost('commission', '10000'),
      ],
    });
    expect(journalTexts(books).slice(0, 3)).toEqual([
      '2026-01-01 contractCosts 10000.00 / costsIncurred 10000.00',
      '2026-01-01 amortisation 15000.00 / costsIncurred 15000.00',
      '2026-01-01 amortisation 25000.00 / costsIncurred 25000.00',
    ]);
  });

  test('are amortised over the term with renewals that are anticipated (340-40 Example 2)', async () => {
    const setUp = (id: string, amount: string, rest: object = {}) => cost(id, amount, { kind: 'fulfil', ...rest });
    const books = await contractBooks(service, {
      balancesOn: ['2026-12-31'],
      events: [
        cost('commission', '10000'),
        setUp('design', '40000'),
        setUp('migration', '100000'),
        setUp('hardware', '120000', { otherGuidance: 'property' }),
        setUp('software', '90000', { otherGuidance: 'internal-use software' }),
      ],
    });
    // a seventh of 10,000 is 1,428.57, of 140,000 is 20,000
    expect(accountsOn(books, '2026-12-31')).toMatchObject({
      contractCosts: '128571.43',
      amortisation: '21428.57',
      costsIncurred: '150000.00',
    });
  });

  test('of a year are expensed by policy, and impaired ones leave less to amortise', async () => {
    const short = await contractBooks(service, {
      policies: { costExpedient: true },
      balancesOn: ['2026-01-31'],
      events: [cost('commission', '1200', { until: '2027-01-01' })],
    });
    expect(accountsOn(short, '2026-01-31')).toMatchObject({ amortisation: '1200.00' });
    const written = await contractBooks(service, {
      balancesOn: ['2026-07-31'],
      events: [
        cost('commission', '1200', { until: '2027-01-01' }),
        { type: 'impairment', on: '2026-07-01', cost: 'commission', amount: '300' },
      ],
    });
    // 600 until July; (600 − 300) ÷ 6 in July
    expect(accountsOn(written, '2026-07-31')).toMatchObject({ contractCosts: '250.00', amortisation: '650.00', impairment: '300.00' });
  });
});

describe('a receivable', () => {
  test('that will not be collected is a loss and no less revenue', async () => {
    const books = await contractBooks(
      { obligations: [{ id: 'A', satisfaction: { method: 'atPoint', on: '2026-01-10' } }], price: [{ kind: 'fixed', amount: '100' }] },
      { events: [{ type: 'writeOff', on: '2026-03-01', amount: '40' }] },
    );
    expect(journalTexts(books)).toEqual([
      '2026-01-10 receivable 100.00 / revenue A 100.00',
      '2026-03-01 creditLoss 40.00 / receivable 40.00',
    ]);
  });

  test('of work that is measured by cost has its cost of sales', async () => {
    const books = await contractBooks(
      {
        obligations: [{ id: 'work', satisfaction: { method: 'cost', expected: '700000' } }],
        price: [{ kind: 'fixed', amount: '1000000' }],
      },
      { events: [{ type: 'cost', on: '2026-12-31', obligation: 'work', amount: '420000' }] },
    );
    expect(accountsOn(books, '2026-12-31')).toEqual({
      receivable: '600000.00',
      revenue: '600000.00',
      costOfSales: '420000.00',
      costsIncurred: '420000.00',
    });
  });
});
