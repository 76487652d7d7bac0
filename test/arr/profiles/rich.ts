import fc from 'fast-check';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { enterprise, PRESETS } from '../../../functions/arr/profiles/presets.ts';
import type { Profile } from '../../../functions/arr/profiles/profile.ts';
import { addDays, fromEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, signedLine, usage } from '../agreements.ts';
import { canceled } from '../facts.ts';
import { FIRST, factOf, type Step, seldom, step } from '../histories.ts';

/** What presets choose, and a profile that chooses what none of them does. */
export const profiles: readonly Profile[] = [
  ...Object.values(PRESETS),
  {
    ...PRESETS.profitwell,
    name: 'others',
    basis: 'live',
    startEvent: 'booking',
    rampStep: 'full',
    pilots: 'excluded',
    renewalGraceDays: 5,
    trial: 'counted',
    freePeriod: 'excluded',
    pastDue: 'excluded',
    unpaid: 'counted',
    weekFactor: '12*4.33',
    discounts: 'gross',
    reactivationDays: 20,
    freeCustomer: 'contraction',
    fx: 'movements',
  },
  { ...enterprise, name: 'carr', basis: 'carr' },
  // Decided forward, fact by fact, like `enterprise`.
  { ...enterprise, name: 'appended', fx: 'movements', contractedSteps: 'expansion', discounts: 'net-of-forever' },
];

/** What histories of billing alone do not have: notices, paid periods, signatures, pauses, agreements and usage. */
const extra = fc.record({
  kind: fc.constantFrom('billing', 'billing', 'billing', 'agreement', 'usage'),
  leavesIn: seldom(3, fc.integer({ min: 1, max: 45 })),
  cancelsIn: seldom(2, fc.integer({ min: 1, max: 60 })),
  paidFor: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  bookedBefore: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
  isPaused: fc.boolean(),
  months: fc.constantFrom(3, 12, 24),
  dollars: fc.integer({ min: 1, max: 5_000 }),
});

type Extra = typeof extra extends fc.Arbitrary<infer T> ? T : never;

const withExtra = (s: Step, more: Extra, i: number): Fact => {
  const on = fromEpochDay(FIRST + Math.floor(s.second / 86_400));
  const eventId = `evt_${String(i).padStart(4, '0')}`;
  if (more.kind === 'usage')
    return usage(addDays(on, -more.months), on, more.dollars, { eventId, invoiceId: `in_${s.product}`, lines: usageLines(on, more) });
  if (more.kind === 'agreement') {
    const id = `800${s.subscriptionNumber}`;
    const middle = addDays(on, 15 * more.months);
    const end = addDays(on, 30 * more.months);
    const lines = [
      signedLine('l1', more.dollars, on, middle, { bookedOn: addDays(on, -(more.bookedBefore ?? 0)), productId: `prod_${s.product}` }),
      signedLine('l1', more.dollars * 2, middle, end, { bookedOn: addDays(on, -(more.bookedBefore ?? 0)), productId: `prod_${s.product}` }),
    ];
    const ended = more.cancelsIn === undefined ? {} : { endedOn: addDays(on, more.cancelsIn) };
    return agreement(on, lines, { eventId, subscriptionId: id, agreementId: id, agreementIds: [id], ...ended });
  }
  const fact = factOf({ ...s, customerNumber: 1 }, i);
  if (fact.kind !== 'subscription') return fact;
  return {
    kind: 'subscription',
    data: {
      ...fact.data,
      collectionPaused: more.isPaused,
      ...(more.cancelsIn === undefined ? {} : { cancelsOn: addDays(on, more.cancelsIn) }),
      ...(more.bookedBefore === undefined ? {} : { bookedOn: addDays(on, -more.bookedBefore) }),
      lines: fact.data.lines.map((line) => ({
        ...line,
        ...(more.paidFor === undefined ? {} : { periodStartsOn: on, periodEndsOn: addDays(on, more.paidFor) }),
      })),
    },
  };
};

const usageLines = (on: string, { months, dollars }: Extra) => [
  {
    lineId: 'si_m',
    subscriptionId: 'sub_1_1',
    productId: 'prod_usage',
    priceId: 'price_m',
    startsOn: addDays(on, -30 * months),
    endsOn: on,
    amountMinor: String(dollars * 100),
  },
];

/** What a subscription is found like, and that it is cancelled some days later, if it is. */
const told = (s: Step, more: Extra, i: number): readonly Fact[] => {
  const fact = withExtra(s, more, i);
  if (more.leavesIn === undefined || fact.kind !== 'subscription' || fact.data.evidence !== 'billed') return [fact];
  const on = addDays(fact.data.observedOn, more.leavesIn);
  const { subscriptionId, startsOn, currency } = fact.data;
  return [fact, canceled(on, { subscriptionId, startsOn, currency, eventId: `evt_${i}_left` })];
};

/** Over 400 days, or over 40. */
export const history = fc
  .tuple(fc.array(fc.tuple(step, extra), { minLength: 1, maxLength: 10 }), fc.constantFrom(1, 10))
  .map(([steps, pace]) => steps.flatMap(([s, more], i) => told({ ...s, second: Math.floor(s.second / pace) }, more, i)));
