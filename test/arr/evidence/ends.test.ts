import { describe, expect, it } from 'vitest';
import { dueOn, firstDueOn, type Watch } from '../../../functions/arr/evidence/ends.ts';
import { lapsesOf } from '../../../functions/arr/evidence/lapses.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { closingAt, decideAll } from '../../../functions/arr/movements/decide.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { canceled, seats, subscription, testContext } from '../facts.ts';

/** $1,200,000 a year, signed on 2026-01-15, unless something else is said. */
const agreement = (more: Partial<SubscriptionFact> & { eventId?: string } = {}, startsOn = '2026-02-01', endsOn = '2027-02-01'): Fact =>
  subscription('2026-01-15', [seats('item', 1, 120_000_000, { interval: 'year', startsOn, endsOn })], {
    evidence: 'signed',
    lifecycle: 'observed',
    subscriptionId: '800A',
    agreementId: '800A',
    agreementIds: ['800A'],
    startsOn,
    startsOnStated: true,
    bookedOn: '2026-01-15',
    eventId: 'read-800A',
    ...more,
  });
const renewal = agreement(
  { subscriptionId: '800B', agreementId: '800B', agreementIds: ['800B'], bookedOn: '2027-02-15', eventId: 'read-800B' },
  '2027-02-10',
  '2028-02-10',
);
const stripe = subscription('2026-02-01', [seats('si', 1, 120_000_000, { interval: 'year' })], {
  agreementId: '800A',
  startsOn: '2026-02-01',
  lifecycle: 'created',
  eventId: 'evt_made',
});
const stopped = canceled('2026-06-01', { agreementId: '800A', startsOn: '2026-02-01' });

const watchesOf = (...facts: Fact[]): readonly Watch[] => decideAll(facts, [], testContext).watches;
const liveOn = (facts: readonly Fact[], day: string): bigint =>
  closingAt(facts, toEpochDay(day), testContext).closing.lines.reduce((sum, { planMinor }) => sum + planMinor, 0n);
/** What is stated on a day of all that is due by then. */
const lapsed = (facts: readonly Fact[], on: string): Fact[] =>
  lapsesOf(facts, watchesOf(...facts), { on, at: Date.parse(on) / 1000 }, enterprise).map((data) => ({ kind: 'lapse', data }));
/** Movements in plan minor units, in the order of their days. */
const moved = (facts: readonly Fact[]): string[] =>
  decideAll(facts, [], testContext).movements.map(
    ({ day, cause, lines }) => `${fromEpochDay(day)} ${cause} ${lines.reduce((sum, { planDeltaMinor }) => sum + planDeltaMinor, 0n)}`,
  );

const OVER: Watch = { agreementId: '800A', of: 'term', on: '2027-02-01' };
const STOP: Watch = { agreementId: '800A', of: 'billing', on: '2026-06-01' };

describe('a term that is over', () => {
  it('keeps its line live and watched, until thirty days later it has lapsed, as of the term’s end', () => {
    const facts = [agreement()];
    expect(watchesOf(...facts)).toEqual([OVER]);
    expect(dueOn(OVER, enterprise)).toBe('2027-03-03'); // 28 days of February, and 2
    expect(liveOn(facts, '2027-02-20')).toBe(120_000_000n);
    expect(lapsed(facts, '2027-03-02')).toEqual([]);
    const stated = lapsed(facts, '2027-03-03');
    expect(stated).toMatchObject([{ data: { ...OVER, customerId: 'stripe.main.cus_1', observedOn: '2027-03-03' } }]);
    const after = [...facts, ...stated];
    expect(watchesOf(...after)).toEqual([]);
    expect(moved(after)).toEqual(['2026-02-01 new 120000000', '2027-02-01 churn -120000000']);
    expect(liveOn(after, '2027-02-20')).toBe(0n);
  });

  it('is renewed late without churn, and so it is where the renewal is heard of after the lapse', () => {
    const expected = ['2026-02-01 new 120000000', '2027-02-10 renewal 0'];
    expect(moved([agreement(), renewal])).toEqual(expected);
    expect(moved([agreement(), ...lapsed([agreement()], '2027-03-03'), renewal])).toEqual(expected);
    // The next one to end is the renewal.
    expect(watchesOf(agreement(), renewal)).toEqual([{ agreementId: '800B', of: 'term', on: '2028-02-10' }]);
  });

  it('has no watch where it was terminated, where billing goes on, or where its end is not stated', () => {
    expect(watchesOf(agreement({ endedOn: '2026-09-01' }))).toEqual([]);
    expect(watchesOf(agreement(), stripe)).toEqual([]);
    const { data } = agreement() as { data: SubscriptionFact };
    const [line] = data.lines as [SubscriptionFact['lines'][number]];
    const { endsOn: _, ...open } = line;
    expect(watchesOf({ kind: 'subscription', data: { ...data, lines: [open] } })).toEqual([]);
    expect(watchesOf(stripe)).toEqual([]);
  });
});

describe('billing that stops within a term', () => {
  it('is watched beside the term, and lapses first', () => {
    const facts = [agreement(), stripe, stopped];
    expect(watchesOf(...facts)).toEqual([STOP, OVER]);
    expect(firstDueOn(watchesOf(...facts), enterprise)).toBe('2026-07-01'); // 29 more days of June, and 1
    expect(liveOn(facts, '2026-06-15')).toBe(120_000_000n);
    expect(lapsed(facts, '2026-06-30')).toEqual([]);
    const after = [...facts, ...lapsed(facts, '2026-07-01')];
    expect(watchesOf(...after)).toEqual([]);
    expect(moved(after)).toEqual(['2026-02-01 new 120000000', '2026-06-01 churn -120000000']);
  });

  it('is no stop where the line itself ends on that day, or is bought no more', () => {
    const { data } = agreement() as { data: SubscriptionFact };
    const [line] = data.lines as [SubscriptionFact['lines'][number]];
    const other = { ...line, lineId: 'other', productId: 'prod_other' };
    const none = { ...line, startsOn: '2026-06-01', quantity: '0', bookedOn: '2026-05-20' };
    const reduced: Fact = { kind: 'subscription', data: { ...data, lines: [{ ...line, endsOn: '2026-06-01' }, none, other] } };
    expect(watchesOf(reduced, stripe, stopped)).toEqual([OVER]);
    expect(moved([reduced, stripe, stopped])).toEqual(['2026-02-01 new 240000000', '2026-06-01 contraction -120000000']);
    const onlyNone: Fact = { kind: 'subscription', data: { ...data, lines: [{ ...line, endsOn: '2026-06-01' }, none] } };
    expect(watchesOf(onlyNone, stripe, stopped)).toEqual([]);
  });

  it('leaves the term’s end to be watched where a controller says that the line goes on', () => {
    const [stated] = lapsed([agreement(), stripe, stopped], '2026-07-01') as [Extract<Fact, { kind: 'lapse' }>];
    const { provenance } = stated.data;
    const confirmed: Fact = {
      kind: 'lapse',
      data: {
        ...stated.data,
        provenance: { ...provenance, system: 'manual', eventId: 'word' },
        byHand: { reason: 'invoiced by hand', proposedBy: 'ann', approvedBy: 'bob' },
        goesOn: true,
      },
    };
    expect(watchesOf(agreement(), stripe, stopped, stated, confirmed)).toEqual([OVER]);
    expect(liveOn([agreement(), stripe, stopped, stated, confirmed], '2026-08-01')).toBe(120_000_000n);
  });
});
