import { describe, expect, test } from 'vitest';
import { annualValues, roundHalfAway } from '../../../functions/arr/lines/rating.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import type { Catalogue } from '../../../functions/integrations/stripe/catalogue.ts';
import type { Sighting } from '../../../functions/integrations/stripe/sighting.ts';
import { mapSubscription, type SubscriptionFact } from '../../../functions/integrations/stripe/subscriptions.ts';
import { catalogue, context, emptyCatalogue, type Json, sample } from '../samples.ts';

const AS_OF = '2026-10-26';
const COUNTED: readonly SubscriptionFact['status'][] = ['active', 'past-due'];

const sightingOf = (object: Json, more: Partial<Sighting> = {}): Sighting => ({
  eventId: 'evt_test',
  eventType: 'customer.subscription.updated',
  observedAt: 1_792_918_800,
  object,
  refetched: false,
  ...more,
});

const factOf = (object: Json, more: Partial<Sighting> = {}, known: Catalogue = catalogue): SubscriptionFact => {
  const reading = mapSubscription(sightingOf(object, more), known, context);
  if (reading.kind !== 'read') throw new Error(JSON.stringify(reading));
  return reading.value.fact;
};

const readingOf = (change: Json, known: Catalogue = catalogue) =>
  mapSubscription(sightingOf({ ...sample('objects/subscription.past_due.json'), ...change }), known, context);

/** Sum of the lines' annual values, each rounded once. */
const annual = (fact: SubscriptionFact, discounts: 'net' | 'gross', on = AS_OF): bigint =>
  COUNTED.includes(fact.status)
    ? annualValues(fact.lines, fact.discounts, on, { ...enterprise, discounts }).reduce((sum, value) => sum + roundHalfAway(value), 0n)
    : 0n;

interface Expected {
  readonly file: string;
  readonly gross: number;
  readonly net: number;
}
const expected = sample<{ subscriptions: readonly Expected[] }>('expected-mrr.json').subscriptions;

describe('the samples’ worked cases: ARR is their MRR × 12', () => {
  // Gross and net a year, minor units:
  // trialing      0: a trial is no ARR
  // past_due      15 × 5,000 × 12 = 900,000; less 20% = 720,000
  // canceled      0
  // resumed       4 × 5,000 × 12 = 240,000
  // pending       10 × 5,000 × 12 = 600,000; less 20% = 480,000 (the pending 15 seats do not count yet)
  // jpy           20 × 7,500 a year = 150,000 yen
  // mixed         10 × 54,000 + 2 × 14,250 × 4 + (10 × 1,000 + 40 × 800 + 10 × 600 + 5,000) × 12 + 25 × 700 × 12 + 3 × 2,500 × 12 + 1,200 × 52
  //               = 540,000 + 114,000 + 636,000 + 210,000 + 90,000 + 62,400 = 1,652,400
  test.each([
    ['subscription.trialing', 0n, 0n],
    ['subscription.past_due', 900_000n, 720_000n],
    ['subscription.canceled', 0n, 0n],
    ['subscription.resumed', 240_000n, 240_000n],
    ['subscription.pending_update', 600_000n, 480_000n],
    ['subscription.jpy_annual_send_invoice', 150_000n, 150_000n],
    ['subscription.mixed_intervals_and_tiers', 1_652_400n, 1_652_400n],
  ])('%s: gross %s, net %s a year', (name, gross, net) => {
    const fact = factOf(sample(`objects/${name}.json`));
    expect([annual(fact, 'gross'), annual(fact, 'net')]).toEqual([gross, net]);
    const case_ = expected.find(({ file }) => file === `objects/${name}.json`);
    expect([BigInt((case_?.gross ?? -1) * 12), BigInt((case_?.net ?? -1) * 12)]).toEqual([gross, net]);
  });

  test('the discount ends on its day: net equals gross from 2027-01-15 on', () => {
    const fact = factOf(sample('objects/subscription.past_due.json'));
    expect([annual(fact, 'net', '2027-01-14'), annual(fact, 'net', '2027-01-15')]).toEqual([720_000n, 900_000n]);
  });
});

describe('the samples’ movements: difference of two states, a year', () => {
  const deltaOf = (file: string): readonly [bigint, bigint] => {
    const event = sample<{ data: { object: Json; previous_attributes: Json } }>(file);
    const before = {
      ...event.data.object,
      ...event.data.previous_attributes,
      items: { ...(event.data.object['items'] as Json), ...(event.data.previous_attributes['items'] as Json) },
    };
    const on = new Date((sample<{ created: number }>(file).created ?? 0) * 1000).toISOString().slice(0, 10);
    const [then, now] = [factOf(before), factOf(event.data.object)];
    return [annual(now, 'gross', on) - annual(then, 'gross', on), annual(now, 'net', on) - annual(then, 'net', on)];
  };

  test.each([
    // 15 seats before and after; only the period moved.
    ['events/69.customer.subscription.updated.json', 0n, 0n],
    // (12 − 15) × 5,000 × 12 = −180,000; × 0.8 = −144,000
    ['events/70.customer.subscription.updated.json', -180_000n, -144_000n],
    // 12 × 54,000 − 12 × 5,000 × 12 = 648,000 − 720,000 = −72,000; × 0.8 = −57,600
    ['events/71.customer.subscription.updated.json', -72_000n, -57_600n],
    // trial to active: 10 × 5,000 × 12 = 600,000; × 0.8 = 480,000
    ['events/13.customer.subscription.updated.json', 600_000n, 480_000n],
    // 10 → 15 seats: 5 × 5,000 × 12 = 300,000; × 0.8 = 240,000
    ['events/22.customer.subscription.updated.json', 300_000n, 240_000n],
  ])('%s: gross %s, net %s', (file, gross, net) => expect(deltaOf(file)).toEqual([gross, net]));

  test('72, the discount’s end: the discount still listed before ends that very day, so its own end date is the whole net movement', () => {
    const fact = factOf(sample<{ data: { object: Json } }>('events/72.customer.subscription.updated.json').data.object);
    // 15 × 5,000 × 12 = 900,000 without discount; 60,000 × 12 = 720,000 the day before
    expect(annual(fact, 'net', '2027-01-15')).toBe(900_000n);
    expect(annual(factOf(sample('objects/subscription.past_due.json')), 'net', '2027-01-14')).toBe(720_000n);
  });
});

describe('a fact of a subscription', () => {
  test('holds the terms of the sample, in our words', () => {
    const event = sample<{ created: number; data: { object: Json } }>('events/09.customer.subscription.created.json');
    const fact = factOf(event.data.object, {
      eventId: 'evt_1Smpl0009',
      eventType: 'customer.subscription.created',
      observedAt: event.created,
    });
    expect(fact).toMatchObject({
      provenance: {
        system: 'stripe',
        instance: 'main',
        eventId: 'evt_1Smpl0009',
        eventType: 'customer.subscription.created',
        observedAt: 1_790_849_100,
      },
      subscriptionId: 'sub_SmplAcme',
      customerId: 'cus_SmplAcme',
      legalEntity: 'acme-inc',
      currency: 'USD',
      status: 'trialing',
      evidence: 'billed',
      collectionPaused: false,
      // 1792058700 = 2026-10-15T10:05:00Z, the end of the trial
      startsOn: '2026-10-15',
      trialEndsOn: '2026-10-15',
      observedOn: '2026-10-01',
      agreementId: '006Hs00001SMPLOIA3',
      lifecycle: 'created',
      discounts: [
        {
          discountId: 'di_SmplLaunch20',
          kind: 'percent',
          value: '20',
          duration: 'repeating',
          startsOn: '2026-10-15',
          endsOn: '2027-01-15',
        },
      ],
    });
    expect(fact.lines).toEqual([
      {
        lineId: 'si_SmplSeat',
        productId: 'prod_SmplPlatform',
        priceId: 'price_SmplSeatMonthly',
        usage: 'licensed',
        interval: 'month',
        intervalCount: 1,
        quantity: '10',
        pricing: { model: 'per-unit', unitMinor: '5000' },
        discounts: [],
        periodStartsOn: '2026-10-01',
        periodEndsOn: '2026-10-15',
      },
      {
        lineId: 'si_SmplApi',
        productId: 'prod_SmplApi',
        priceId: 'price_SmplApiMetered',
        usage: 'metered',
        interval: 'month',
        intervalCount: 1,
        pricing: { model: 'per-unit', unitMinor: '0.2' },
        discounts: [],
        periodStartsOn: '2026-10-01',
        periodEndsOn: '2026-10-15',
      },
    ]);
  });

  test('starts on its start date without a trial, and a trial that was added later does not move it', () => {
    expect(factOf(sample('objects/subscription.jpy_annual_send_invoice.json')).startsOn).toBe('2026-10-01');
    const added = { ...sample('objects/subscription.past_due.json'), start_date: 1_782_864_000, trial_start: 1_790_849_100 };
    // 1782864000 = 2026-07-01T00:00:00Z
    expect(factOf(added).startsOn).toBe('2026-07-01');
  });

  test('says where metadata states the start, and leaves out one that is no date', () => {
    const stating = (text: string) => ({
      ...sample('objects/subscription.jpy_annual_send_invoice.json'),
      metadata: { service_starts_on: text },
    });
    expect(factOf(stating('2026-11-15'))).toMatchObject({ startsOn: '2026-11-15', startsOnStated: true });
    expect(factOf(stating('15 November')).startsOn).toBe('2026-10-01');
    expect(factOf(stating('15 November'))).not.toHaveProperty('startsOnStated');
  });

  test('keeps Kuwaiti dinars in thousandths, and Ugandan shillings in whole ones [C5]', () => {
    const kwd = factOf(sample('objects/subscription.kwd.json'));
    expect(kwd.currency).toBe('KWD');
    expect(kwd.lines[0]?.pricing).toEqual({ model: 'per-unit', unitMinor: '15500' });
    const ugx = JSON.parse(JSON.stringify(sample('objects/subscription.kwd.json')).replaceAll('"kwd"', '"ugx"')) as Json;
    // Stripe writes UGX with two decimals that are always zero: 500000 are 5,000 shillings.
    const priced = JSON.parse(JSON.stringify(ugx).replaceAll(/"unit_amount_decimal":"[^"]*"/g, '"unit_amount_decimal":"500000"')) as Json;
    expect(factOf(priced).lines[0]?.pricing).toEqual({ model: 'per-unit', unitMinor: '5000' });
  });

  test('tells a notified end, an end, a paused collection and a schedule', () => {
    expect(factOf(sample('objects/subscription.cancel_at_period_end.json')).cancelsOn).toBe('2026-12-15');
    expect(factOf(sample('objects/subscription.canceled.json'), { eventType: 'customer.subscription.deleted' })).toMatchObject({
      status: 'canceled',
      endedOn: '2026-12-15',
      lifecycle: 'deleted',
    });
    expect(factOf(sample('objects/subscription.pause_collection_void.json'))).toMatchObject({ status: 'active', collectionPaused: true });
    expect(factOf({ ...sample('objects/subscription.past_due.json'), schedule: { id: 'sub_sched_1' } }).scheduleId).toBe('sub_sched_1');
  });

  test('takes terms from metadata, and leaves out with a warning what it cannot read', () => {
    const metadata = {
      term_months: '36',
      term_starts_on: '2026-02-01',
      booked_on: '2026-01-15',
      legal_entity: 'acme-gmbh',
      origin: 'landed',
    };
    expect(factOf({ ...sample('objects/subscription.past_due.json'), metadata })).toMatchObject({
      termMonths: 36,
      termStartsOn: '2026-02-01',
      bookedOn: '2026-01-15',
      legalEntity: 'acme-gmbh',
      lines: [{ origin: 'landed' }, { origin: 'landed' }],
    });
    const reading = readingOf({ metadata: { term_months: 'a year', booked_on: '2026-02-30', legal_entity: 'nobody', origin: 'new' } });
    if (reading.kind !== 'read') throw new Error(reading.kind);
    expect(reading.value.fact).not.toHaveProperty('termMonths');
    expect(reading.value.fact.legalEntity).toBe('acme-inc');
    expect(reading.value.warnings).toHaveLength(5);
    expect(reading.value.warnings.join()).not.toContain('a year');
  });
});

describe('a snapshot in any shape that Stripe writes', () => {
  const event = (file: string) => sample<{ data: { object: Json } }>(file).data.object;
  const modern = (): Json => event('events/13.customer.subscription.updated.json');

  test('has its periods on its items, or on itself before basil: the same days either way [C1]', () => {
    const legacy = event('legacy-api-versions/2024-12-18.acacia.customer.subscription.updated.json');
    expect([modern(), legacy].map((object) => 'current_period_end' in object)).toEqual([false, true]);
    for (const object of [modern(), legacy]) {
      const [seat] = factOf(object).lines;
      // 1792058700 = 2026-10-15T10:05:00Z, and a month later
      expect([seat?.periodStartsOn, seat?.periodEndsOn]).toEqual(['2026-10-15', '2026-11-15']);
      expect(factOf({ ...object, cancel_at: null, cancel_at_period_end: true }).cancelsOn).toBe('2026-11-15');
    }
  });

  test('says so where it is to end with its period and shows no period anywhere [C1]', () => {
    const items = modern()['items'] as { data: readonly Json[] };
    const data = items.data.map((item) => ({ ...item, current_period_start: undefined, current_period_end: undefined }));
    const reading = readingOf({ items: { ...items, data }, cancel_at: null, cancel_at_period_end: true });
    if (reading.kind !== 'read') throw new Error(reading.kind);
    expect(reading.value.fact).not.toHaveProperty('cancelsOn');
    expect(reading.value.warnings).toEqual(['cancel_at_period_end is told without the end of any period: left out']);
  });

  test('may lack amounts, quantities and a payment method: parts of a cent are read, and what is metered has no quantity [C6]', () => {
    const [item] = (modern()['items'] as { data: readonly Json[] }).data;
    const { quantity: _none, ...unquantified } = item ?? {};
    const fraction = sample('objects/price.fractional_cents.json');
    const metered = sample('objects/price.metered.json');
    const data = [
      { ...item, id: 'si_fraction', price: fraction, quantity: 800 },
      { ...unquantified, id: 'si_metered', price: metered },
      { ...unquantified, id: 'si_single', price: fraction },
    ];
    const object = { ...modern(), items: { object: 'list', has_more: false, data }, default_payment_method: null };
    expect(fraction['unit_amount']).toBeNull();
    expect(factOf(object).lines.map(({ lineId, usage, quantity, pricing }) => [lineId, usage, quantity, pricing])).toEqual([
      ['si_fraction', 'licensed', '800', { model: 'per-unit', unitMinor: '0.125' }],
      ['si_metered', 'metered', undefined, { model: 'per-unit', unitMinor: '0.2' }],
      ['si_single', 'licensed', '1', { model: 'per-unit', unitMinor: '0.125' }],
    ]);
  });

  test('shows what it refers to as ids or whole: the same fact, the same fingerprint [C8]', () => {
    const object: Json = { ...modern(), schedule: 'sub_sched_1' };
    const whole = (id: unknown, more: Json = {}): Json => ({ id, ...more });
    const coupon = sample('objects/coupon.20pct_repeating_3m.json');
    const discount = sample('objects/discount.on_subscription.expanded.json');
    const items = object['items'] as { data: readonly (Json & { price: Json })[] };
    const expanded = {
      ...object,
      customer: whole(object['customer'], { object: 'customer' }),
      latest_invoice: whole(object['latest_invoice'], { object: 'invoice' }),
      schedule: whole('sub_sched_1'),
      discounts: [{ ...discount, source: { coupon } }],
      items: {
        ...items,
        data: items.data.map((item) => ({ ...item, price: { ...item.price, product: whole(item.price['product']) } })),
      },
    };
    expect(object['discounts']).toEqual([discount['id']]);
    expect(factOf(expanded)).toEqual(factOf(object));
    expect(factOf({ ...expanded, discounts: [{ ...discount, source: { coupon: coupon['id'] } }] })).toEqual(factOf(object));
  });
});

describe('what a snapshot lacks is asked for', () => {
  test('tiers of both prices at once', () => {
    const reading = mapSubscription(sightingOf(sample('objects/subscription.mixed_intervals_and_tiers.json')), emptyCatalogue, context);
    expect(reading).toEqual({
      kind: 'incomplete',
      needs: [
        { kind: 'price', id: 'price_SmplGraduated' },
        { kind: 'price', id: 'price_SmplVolume' },
      ],
    });
  });

  test('a discount known by id only, with the places where it can be found', () => {
    expect(readingOf({}, emptyCatalogue)).toEqual({
      kind: 'incomplete',
      needs: [
        {
          kind: 'discount',
          id: 'di_SmplLaunch20',
          subscriptionId: 'sub_SmplAcme',
          invoiceId: sample('objects/subscription.past_due.json')['latest_invoice'],
        },
      ],
    });
  });

  test('a coupon that an older version embeds, because it does not say which products it is for', () => {
    const embedded = { id: 'di_old', coupon: sample('objects/coupon.20pct_repeating_3m.json'), start: 1_792_058_700, end: null };
    expect(readingOf({ discounts: [], discount: embedded }, emptyCatalogue)).toEqual({
      kind: 'incomplete',
      needs: [{ kind: 'coupon', id: 'SMPL20' }],
    });
    expect(factOf({ ...sample('objects/subscription.past_due.json'), discounts: [], discount: embedded }).discounts).toMatchObject([
      { discountId: 'di_old', value: '20' },
    ]);
  });

  test('further pages of items', () => {
    const items = { ...(sample('objects/subscription.past_due.json')['items'] as Json), has_more: true };
    expect(readingOf({ items })).toEqual({ kind: 'incomplete', needs: [{ kind: 'items', id: 'sub_SmplAcme' }] });
  });
});

describe('discounts that are limited to products', () => {
  const limited = (coupon: Json, products: readonly string[]): Catalogue => ({
    ...catalogue,
    coupon: () => ({ ...(coupon as { id: string; duration: string }), applies_to: { products: [...products] } }),
  });
  const half = { id: 'HALF', duration: 'forever', percent_off: 50 };

  test('a percentage goes to the lines of its products', () => {
    const fact = factOf(sample('objects/subscription.past_due.json'), {}, limited(half, ['prod_SmplPlatform']));
    expect(fact.discounts).toEqual([]);
    expect(fact.lines.map((line) => line.discounts.map(({ value }) => value))).toEqual([['50'], []]);
  });

  test('one for products that the subscription does not have takes nothing off', () => {
    const fact = factOf(sample('objects/subscription.past_due.json'), {}, limited(half, ['prod_other']));
    expect([fact.discounts, fact.lines.flatMap((line) => line.discounts)]).toEqual([[], []]);
  });

  test('refuses an amount off some of the lines together, which cannot be said in a fact', () => {
    const amount = { id: 'OFF', duration: 'forever', amount_off: 100, currency: 'usd' };
    const withDiscount = { ...sample('objects/subscription.mixed_intervals_and_tiers.json'), discounts: ['di_SmplLaunch20'] };
    expect(mapSubscription(sightingOf(withDiscount), limited(amount, ['prod_SmplPlatform']), context)).toMatchObject({
      kind: 'parked',
      problem: { code: 'discount-not-supported' },
    });
  });
});

describe('what cannot be read is parked with its reason', () => {
  test.each([
    ['refuses an unknown status [C10]', { status: 'frozen' }, 'status-unknown'],
    ['refuses a missing customer [C6]', { customer: null }, 'customer-missing'],
    [
      'refuses an unknown currency',
      JSON.parse(JSON.stringify(sample('objects/subscription.past_due.json')).replaceAll('"usd"', '"zzz"')) as Json,
      'currency-unknown',
    ],
    ['refuses items without a price', { items: { data: [{ id: 'si_1' }] } }, 'shape-unreadable'],
    ['refuses a time that is no time', { start_date: 1e18 }, 'shape-unreadable'],
  ])('%s', (_name, change, code) => expect(readingOf(change)).toMatchObject({ kind: 'parked', problem: { code } }));

  test('refuses a price whose amount the customer chooses', () => {
    const object = JSON.parse(
      JSON.stringify(sample('objects/subscription.jpy_annual_send_invoice.json')).replaceAll(
        /"unit_amount(_decimal)?":("[^"]*"|\d+)/g,
        '"unit_amount$1":null',
      ),
    ) as Json;
    expect(mapSubscription(sightingOf(object), catalogue, context)).toMatchObject({
      kind: 'parked',
      problem: { code: 'price-not-supported' },
    });
  });
});

describe('fingerprints chain the states of one second', () => {
  const event = (file: string) => {
    const { data, id, type, created } = sample<{
      id: string;
      type: string;
      created: number;
      data: { object: Json; previous_attributes?: Json };
    }>(`events/${file}.json`);
    return factOf(data.object, {
      eventId: id,
      eventType: type,
      observedAt: created,
      ...(data.previous_attributes ? { previous: data.previous_attributes } : {}),
    });
  };

  test('22 (10 → 15 seats) says that it came right after 25 (10 seats, update pending), both at 1792918800', () => {
    const [pending, applied] = [event('25.customer.subscription.updated'), event('22.customer.subscription.updated')];
    expect(pending.provenance.observedAt).toBe(applied.provenance.observedAt);
    expect(applied.previousFingerprint).toBe(pending.fingerprint);
    expect(applied.fingerprint).not.toBe(pending.fingerprint);
  });

  test('13 (active) follows 12 (trialing), and 09 (created) is the same state as 12', () => {
    expect(event('13.customer.subscription.updated').previousFingerprint).toBe(
      event('12.customer.subscription.trial_will_end').fingerprint,
    );
    expect(event('09.customer.subscription.created').fingerprint).toBe(event('12.customer.subscription.trial_will_end').fingerprint);
  });

  test('do not depend on what has been learnt, nor on the API version', () => {
    const legacy = sample<{ data: { object: Json; previous_attributes: Json } }>(
      'legacy-api-versions/2024-12-18.acacia.customer.subscription.updated.json',
    ).data;
    const modern = sample<{ data: { object: Json } }>('events/13.customer.subscription.updated.json').data;
    expect(factOf(legacy.object).fingerprint).toBe(factOf(modern.object).fingerprint);
    expect(factOf(legacy.object, { previous: legacy.previous_attributes }).previousFingerprint).toBe(
      event('12.customer.subscription.trial_will_end').fingerprint,
    );
  });
});
