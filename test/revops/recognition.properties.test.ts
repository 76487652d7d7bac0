import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { addDays } from '../../functions/platform/calendar.ts';
import { type Books, booksOf } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const START = '2026-01-01';
const cents = (text = '0'): bigint => BigInt(text.replace('.', ''));
const major = (amount: number): string => (amount / 100).toFixed(2);
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n);

const dayAfter = fc.integer({ min: 0, max: 400 }).map((days) => addDays(START, days));
const amount = fc.integer({ min: 1, max: 5_000_000 }).map(major);
const share = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => (thousandths / 1_000).toFixed(3));

const satisfaction = fc.oneof(
  fc.constant({ method: 'atPoint' }),
  fc.constant({ method: 'progress' }),
  fc
    .record({ method: fc.constantFrom('days', 'months'), from: dayAfter, length: fc.integer({ min: 1, max: 800 }) })
    .map(({ method, from, length }) => ({ method, from, until: addDays(from, length) })),
);

const contract = fc.array(fc.record({ satisfaction, price: amount }), { minLength: 1, maxLength: 5 }).chain((promises) =>
  fc.record({
    id: fc.constant('c'),
    currency: fc.constant('USD'),
    signedOn: fc.constant(START),
    obligations: fc.constant(
      promises.map(({ price, ...promise }, index) => ({
        id: `o${index}`,
        sellingPrice: { method: 'observed', amount: price },
        ...promise,
      })),
    ),
    price: fc.tuple(amount, fc.integer({ min: -100_000, max: 100_000 }).map(major)).map(([fixed, variable]) => [
      { kind: 'fixed', amount: fixed },
      { id: 'v', kind: 'variable', estimate: { method: 'stated', amount: variable } },
    ]),
  }),
);

type Contract = typeof contract extends fc.Arbitrary<infer C> ? C : never;

/** What may happen to a contract, each event with an id of its own. */
const events = ({ obligations }: Contract): fc.Arbitrary<readonly object[]> => {
  const measured = obligations.flatMap(({ id, satisfaction: { method } }): readonly fc.Arbitrary<object>[] => {
    if (method === 'atPoint') return [fc.record({ type: fc.constant('transfer'), on: dayAfter, obligation: fc.constant(id) })];
    return method === 'progress' ? [fc.record({ type: fc.constant('progress'), on: dayAfter, obligation: fc.constant(id), share })] : [];
  });
  const other: readonly fc.Arbitrary<object>[] = [
    fc.record({ type: fc.constant('invoice'), on: dayAfter, amount }),
    fc.record({ type: fc.constant('modify'), on: dayAfter, price: amount.map((one) => [{ kind: 'fixed', amount: one }]) }),
    fc.record({
      type: fc.constant('estimate'),
      on: dayAfter,
      price: fc.constant('v'),
      estimate: amount.map((one) => ({ method: 'stated', amount: one })),
    }),
  ];
  return fc
    .array(fc.oneof(...other, ...measured), { maxLength: 12 })
    .map((all) => all.map((event, index) => ({ ...event, id: `e${String(index).padStart(2, '0')}` })));
};

const request = contract.chain((one) =>
  fc.record({
    contracts: fc.constant([one]),
    events: events(one),
    policies: fc.record({
      rounding: fc.constantFrom('month', 'cumulative'),
      unbilled: fc.constant('apart'),
      receivable: fc.constant('invoiced'),
    }),
  }),
);

const books = async (body: object): Promise<Books> => (await booksOf(body))[0]!;
const RUNS = { numRuns: 120 };

describe('the books of any contract', () => {
  test('have journals that balance and sum to the balances, and a price that is earned or remains', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (body) => {
        const { journals, transactionPrice, obligations, schedule } = await books(body);
        for (const { lines } of journals) expect(sum(lines.map(({ debit, credit }) => cents(debit) - cents(credit)))).toBe(0n);
        const { total, recognised, remaining } = transactionPrice;
        expect(cents(recognised) + cents(remaining)).toBe(cents(total));
        expect(sum(obligations.map(({ allocated }) => cents(allocated)))).toBe(cents(total));
        expect(sum(schedule.map((row) => cents(row.amount)))).toBe(cents(recognised));
        const booked = journals.flatMap(({ lines }) => lines.filter(({ account }) => account === 'revenue'));
        expect(sum(booked.map(({ debit, credit }) => cents(credit) - cents(debit)))).toBe(cents(recognised));
      }),
      RUNS,
    );
  });

  test('tell what was billed and not earned, on every day: the liabilities less the rights', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (body) => {
        const { balances } = await books(body);
        for (const { on, accounts } of balances) {
          const billed = sum(
            (body.events as readonly { type: string; on: string; amount: string }[])
              .filter((event) => event.type === 'invoice' && event.on <= on)
              .map((event) => cents(event.amount)),
          );
          const of = (account: string) => cents(accounts[account]);
          expect(billed - of('revenue')).toBe(
            of('contractLiability') + of('refundLiability') - of('contractAsset') - of('unbilledReceivable'),
          );
        }
      }),
      RUNS,
    );
  });

  test('are the same in any order of sending', async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.infiniteStream(fc.nat()), async (body, order) => {
        const keyed = body.events.map((event) => [order.next().value as number, event] as const);
        const shuffled = keyed.sort(([a], [b]) => a - b).map(([, event]) => event);
        expect(await books({ ...body, events: shuffled })).toEqual(await books(body));
      }),
      RUNS,
    );
  });

  test('add up over any split of a month: days sum to months', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (body) => {
        const byMonth = (rows: Books['schedule']) => {
          const sums = new Map<string, bigint>();
          for (const { from, obligation, amount: earned } of rows) {
            const key = `${from.slice(0, 7)} ${obligation}`;
            sums.set(key, (sums.get(key) ?? 0n) + cents(earned));
          }
          return [...sums].filter(([, minor]) => minor !== 0n).sort();
        };
        const days = await books({ ...body, schedule: 'day' });
        expect(byMonth(days.schedule)).toEqual(byMonth((await books(body)).schedule));
      }),
      { numRuns: 20 },
    );
  });

  test('are restored by a modification and its inverse on one day, to the rounding of a new allocation', async () => {
    await fc.assert(
      fc.asyncProperty(contract, dayAfter, amount, async (one, on, change) => {
        const modify = (id: string, by: string) => ({ id, type: 'modify', on, price: [{ kind: 'fixed', amount: by }] });
        const changed = await books({ contracts: [one], events: [modify('a', change), modify('b', `-${change}`)] });
        const plain = await books({ contracts: [one] });
        expect(changed.transactionPrice.total).toBe(plain.transactionPrice.total);
        // What is left is allocated anew, twice, by two classes: each may move a cent of an obligation.
        const moved = cents(changed.transactionPrice.recognised) - cents(plain.transactionPrice.recognised);
        expect(Math.abs(Number(moved))).toBeLessThanOrEqual(4 * one.obligations.length);
      }),
      RUNS,
    );
  });
});
