import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingAt, decideAll } from '../../../functions/arr/movements/decide.ts';
import type { Entry } from '../../../functions/arr/movements/movements.ts';
import { fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { adjustment, adjustmentEnd } from '../adjusted.ts';
import { canceled, customer, seats, subscription, testContext } from '../facts.ts';

/** `day cause ±plan minor units by events` of each movement. */
const told = (entries: readonly Entry[]): string[] =>
  entries.map(({ day, cause, lines, eventIds }) => {
    const plan = lines.reduce((sum, line) => sum + line.planDeltaMinor, 0n);
    return `${fromEpochDay(day)} ${cause} ${plan} by ${eventIds.join(', ')}`;
  });
/** Of a whole history. */
const movesOf = (...facts: Fact[]): string[] => told(decideAll(facts, [], testContext).movements);
/** 10 seats × $50 × 12 = $6,000. */
const live = (more: Parameters<typeof subscription>[2] = {}) =>
  subscription('2026-01-05', [seats('a', 10, 5_000)], { lifecycle: 'created', startsOn: '2026-01-05', eventId: 'evt_live', ...more });
const gone = canceled('2026-04-01', { eventId: 'evt_gone' });
const closing = (facts: readonly Fact[], on: string) => closingAt(facts, toEpochDay(on), testContext).closing;

describe('an adjustment by hand', () => {
  it('moves ARR by a cause of its own on its day, and back on its expiry', () => {
    const facts = [live(), adjustment('-120000', '2026-02-01', { until: '2026-05-01' })];
    expect(movesOf(...facts)).toEqual([
      '2026-01-05 new 600000 by evt_live',
      '2026-02-01 adjustment -120000 by ruling-2026-02-01',
      '2026-05-01 adjustment 120000 by ruling-2026-02-01',
    ]);
    expect(closing(facts, '2026-03-01').lines.map(({ amountMinor }) => amountMinor)).toEqual([600_000n, -120_000n]);
  });

  it('stays until it is ended, by the ruling that ends it and the one that made it; the last word counts, and never past the expiry', () => {
    const open = adjustment('120000', '2026-02-01');
    const ends = [
      adjustmentEnd('ruling-2026-02-01', '2026-06-01', { at: '2026-03-01' }),
      adjustmentEnd('ruling-2026-02-01', '2026-04-01', { at: '2026-03-15' }),
    ];
    expect(movesOf(open).slice(1)).toEqual([]);
    expect(movesOf(open, ...ends)).toEqual([
      '2026-02-01 adjustment 120000 by ruling-2026-02-01',
      '2026-04-01 adjustment -120000 by ruling-2026-02-01, ruling-end-2026-04-01',
    ]);
    expect(movesOf(adjustment('120000', '2026-02-01', { until: '2026-03-20' }), ...ends)[1]).toBe(
      '2026-03-20 adjustment -120000 by ruling-2026-02-01',
    );
  });

  it('has never been where it is ended on its first day: what was recorded is corrected', () => {
    const account = openAccount(testContext);
    recordFact(account, live(), testContext);
    expect(told(recordFact(account, adjustment('120000', '2026-02-01'), testContext))).toEqual([
      '2026-02-01 adjustment 120000 by ruling-2026-02-01',
    ]);
    const taken = recordFact(account, adjustmentEnd('ruling-2026-02-01', '2026-02-01'), testContext);
    expect(taken).toMatchObject([{ cause: 'adjustment', correction: true, lines: [{ planDeltaMinor: -120_000n }] }]);
  });

  it('counts once however often it is told, and goes on with what is recorded later', () => {
    const one = adjustment('120000', '2026-02-01', { until: '2026-05-01' });
    const account = openAccount(testContext);
    for (const fact of [live(), one, one]) recordFact(account, fact, testContext);
    expect(told(recordFact(account, subscription('2026-03-01', [seats('a', 11, 5_000)], { eventId: 'evt_more' }), testContext))).toEqual([
      '2026-03-01 expansion 60000 by evt_more',
      // The expiry takes its amount from other origins of the stock than it would have: nothing else of it is corrected.
      '2026-05-01 adjustment 0 by ruling-2026-02-01',
    ]);
    expect(closing(account.facts, '2026-03-01').lines.map(({ amountMinor }) => amountMinor)).toEqual([660_000n, 120_000n]);
  });

  it('makes nobody a customer and nobody lost: who has nothing else comes as new, and leaves by churn', () => {
    const facts = [
      adjustment('120000', '2026-01-01'),
      live(),
      gone,
      subscription('2026-06-01', [seats('a', 1, 5_000)], { eventId: 'evt_back' }),
    ];
    expect(movesOf(...facts)).toEqual([
      '2026-01-01 adjustment 120000 by ruling-2026-01-01',
      '2026-01-05 new 600000 by evt_live',
      '2026-04-01 churn -600000 by evt_gone',
      '2026-06-01 reactivation 60000 by evt_back',
    ]);
    expect(closing([facts[0] as Fact], '2026-03-01').had).toBe(false);
  });

  it('is spread over the origins of stock pro rata, and leaves when the customer’s own ARR is gone', () => {
    const more = subscription('2026-02-01', [seats('a', 15, 5_000)], { eventId: 'evt_more' });
    const facts = [live(), more, adjustment('90000', '2026-03-01', { until: '2026-05-01' }), gone];
    expect(closing(facts, '2026-02-01').stock).toEqual([600_000n, 300_000n, 0n]);
    expect(closing(facts, '2026-03-01').stock).toEqual([660_000n, 330_000n, 0n]); // 900 : 2 to 1
    expect(closing(facts, '2026-04-01').stock.reduce((a, b) => a + b, 0n)).toBe(90_000n);
    expect(closing(facts, '2026-05-01').stock).toEqual([0n, 0n, 0n]);
  });

  it('goes with the plan rate, as FX, and with the customer’s attributes, as a transfer; its line stays an adjustment', () => {
    const rates = { ...testContext.rates, changeDays: () => [toEpochDay('2026-03-01')] };
    const atRate = {
      ...testContext,
      rates: {
        ...rates,
        factor: (_: string, day: number) => (day < toEpochDay('2026-03-01') ? { num: 11n, den: 10n } : { num: 12n, den: 10n }),
      },
    };
    const facts = [
      customer('2026-01-01', { segment: 'Starter' }),
      adjustment('100000', '2026-02-01', { currency: 'EUR' }),
      customer('2026-04-01', { segment: 'Enterprise' }),
    ];
    const { movements } = decideAll(facts, [], atRate);
    expect(told(movements)).toEqual([
      '2026-02-01 adjustment 110000 by ruling-2026-02-01',
      '2026-03-01 fx 10000 by ruling-2026-02-01',
      '2026-04-01 transfer 120000 by ',
    ]);
    expect(movements.flatMap(({ lines }) => lines.map(({ cause }) => cause))).toEqual(['adjustment', 'adjustment', 'adjustment']);
  });

  it('is of the product and the legal entity that it names, and otherwise of values of its own', () => {
    const [named] = decideAll([adjustment('1', '2026-02-01', { productId: 'prod_1', legalEntity: 'acme-inc' })], [], testContext).movements;
    const [unnamed] = decideAll([adjustment('1', '2026-02-01')], [], testContext).movements;
    expect(named?.lines).toMatchObject([{ productId: 'prod_1', legalEntity: 'acme-inc' }]);
    expect(unnamed?.lines).toMatchObject([{ productId: 'adjustment', legalEntity: 'adjustment' }]);
  });
});

describe('an adjustment, where a customer that comes and goes within a month never was one', () => {
  const netting = { ...testContext, profile: { ...testContext.profile, sameMonth: 'net' as const } };
  const visit = [
    subscription('2026-03-05', [seats('a', 10, 5_000)], { lifecycle: 'created', startsOn: '2026-03-05', eventId: 'evt_live' }),
    canceled('2026-03-20', { eventId: 'evt_gone' }),
  ];
  const moves = (...facts: Fact[]): string[] => told(decideAll(facts, [], netting).movements);

  it('is kept beside the visit, and within it', () => {
    expect(moves(...visit)).toEqual([]);
    // Before, in the middle of and after the visit.
    for (const on of ['2026-02-01', '2026-03-05', '2026-03-10', '2026-03-20', '2026-04-01'])
      expect(moves(...visit, adjustment('120000', on, { until: '2026-06-01' }))).toEqual([
        `${on} adjustment 120000 by ruling-${on}`,
        `2026-06-01 adjustment -120000 by ruling-${on}`,
      ]);
    // It begins and ends within it.
    expect(moves(...visit, adjustment('120000', '2026-03-10', { until: '2026-03-15' }))).toEqual([
      '2026-03-10 adjustment 120000 by ruling-2026-03-10',
      '2026-03-15 adjustment -120000 by ruling-2026-03-10',
    ]);
  });

  it('keeps the origins of its stock, whatever the visit would have made of them', () => {
    const grown = [...visit, subscription('2026-03-15', [seats('a', 70, 5_000)], { startsOn: '2026-03-05', eventId: 'evt_grown' })];
    const facts = [...grown, adjustment('120000', '2026-02-01', { until: '2026-06-01' })];
    expect(decideAll(facts, [], netting).movements.map(({ stock }) => stock)).toEqual([
      [120_000n, 0n, 0n],
      [-120_000n, 0n, 0n],
    ]);
  });

  it('alone is no visit that could be left out', () => {
    expect(moves(adjustment('120000', '2026-03-10', { until: '2026-03-15' }))).toEqual([
      '2026-03-10 adjustment 120000 by ruling-2026-03-10',
      '2026-03-15 adjustment -120000 by ruling-2026-03-10',
    ]);
  });
});
