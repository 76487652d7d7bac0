import { beforeAll, describe, expect, test } from 'vitest';
import { annualValues, roundHalfAway } from '../../../functions/arr/lines/rating.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { integrationEvents, subscriptionRecorded } from '../../../functions/integrations/events.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import { sample, samples } from '../samples.ts';
import { consume, envelopeOf, post, useCompany } from './intake.ts';
import { carriedEvents, itemsWith } from './table.ts';

/**
 * Every retained sample of Stripe goes in by the door that it came by: events signed to the webhook, partner envelopes to the queue. What
 * became of each is listed here, in full: nothing fails, nothing is silent, and only types that are not consumed are parked.
 */
const aws = useFakeAws();
useDynamoDB();
const running = useCompany(aws);

const discountedSubscription = {
  ...sample('objects/subscription.past_due.json'),
  discounts: [sample('objects/discount.on_subscription.expanded.json')],
};

beforeAll(() => {
  running.stripe.put(
    discountedSubscription,
    sample('objects/invoice.paid.json'),
    sample('objects/coupon.20pct_repeating_3m.json'),
    sample('objects/price.metered.json'),
    sample('objects/price.tiered_graduated.expanded_tiers.json'),
    sample('objects/price.tiered_volume.expanded_tiers.json'),
  );
});

const load = async () => ({
  ingest: (await import('../../../functions/integrations/stripe/ingest.ts')).handler,
  onEvent: (await import('../../../functions/integrations/stripe/on-event.ts')).handler,
  onIncomplete: (await import('../../../functions/integrations/stripe/on-incomplete.ts')).handler,
});

/** Sends what was put on the bus and the queue so far all the way; answers what failed. */
const settle = async (): Promise<readonly string[]> => {
  const { onEvent, onIncomplete } = await load();
  const failed = await consume(
    onEvent,
    aws.events.splice(0).map((entry, i) => envelopeOf(entry, `bus-${i}`)),
  );
  return [
    ...failed,
    ...(await consume(
      onIncomplete,
      aws.messages.splice(0).map(({ body }) => body),
    )),
  ];
};

/** Types of the samples that Ascent does not consume. */
const NOT_CONSUMED = [
  'balance.available',
  'billing.meter.created',
  'payout.created',
  'payout.failed',
  'payout.paid',
  'payout.reconciliation_completed',
  'quote.accepted',
  'quote.finalized',
  'test_helpers.test_clock.ready',
  'v1.billing.meter.error_report_triggered',
  'v1.billing.meter.no_meter_found',
];

describe('all samples, posted and put', () => {
  test('are accepted by the webhook, each with 200', async () => {
    const { ingest } = await load();
    const sent = [...samples('events'), ...samples('thin'), ...samples('legacy-api-versions')];
    // 76 events, 6 thin (two of them as fetched, with data), 2 of an older version
    expect(sent).toHaveLength(84);
    for (const { name, text } of sent) expect([name, (await post(ingest, text)).statusCode]).toEqual([name, 200]);
    expect(aws.events).toHaveLength(84);
  });

  test('end neither in a failure nor in a dead letter, through both doors', async () => {
    expect(await settle()).toEqual([]);
    const { onEvent } = await load();
    expect(
      await consume(
        onEvent,
        samples('eventbridge').map(({ text }) => text),
      ),
    ).toEqual([]);
    expect(await settle()).toEqual([]);
  });

  test('are parked only where the type is not consumed, or the event is of the other mode [A10]', async () => {
    const parked = await itemsWith('EVT#');
    const byReason = (reason: string): readonly unknown[] =>
      parked
        .filter((item) => item['reason'] === reason)
        .map((item) => item['eventType'])
        .sort();
    expect([...new Set(byReason('type-not-consumed'))]).toEqual(NOT_CONSUMED);
    // evt_1Smpl0020 was taken in before; its twin in live mode is kept apart under the same id.
    expect(byReason('livemode-mismatch')).toEqual(['invoice.paid']);
    expect(parked).toHaveLength(byReason('type-not-consumed').length + 1);
  });

  test('leave a showing for each event that was taken in', async () => {
    const showings = await itemsWith('SRC#');
    const shown = new Set(showings.map((item) => item['eventId']));
    const wanted = samples('events')
      .filter(({ json }) => !NOT_CONSUMED.includes(String(json['type'])))
      .map(({ json }) => json['id']);
    expect(wanted.filter((id) => !shown.has(id))).toEqual([]);
    for (const id of [
      'evt_1SmplLegacySub',
      'evt_1SmplLegacyInv',
      'evt_1SmplTwin',
      'evt_test_65SmplQty0001',
      'evt_test_65SmplCtx0001',
      'evt_test_65SmplInvPaid0001',
    ]) {
      expect([id, shown.has(id)]).toEqual([id, true]);
    }
  });

  test('publish facts that fit their schemas, once each', async () => {
    const published = await carriedEvents();
    const ids = published.map((item) => item['id']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const item of published) {
      const declaration = integrationEvents.find(({ name }) => name === item['type']);
      expect(declaration?.schema.safeParse(JSON.parse(String(item['data']))).success).toBe(true);
    }
    const count = (type: string): number => published.filter((item) => item['type'] === type).length;
    expect(count('CustomerRecorded')).toBe(3);
    expect(count('SubscriptionScheduleRecorded')).toBe(4);
    // The voided invoice of November; that of October bills usage of zero.
    expect(count('UsageBilled')).toBe(1);
    // 18 events with a subscription, 1 of an older version; readings: 2 thin events, 2 discount events (within one millisecond: fewer)
    expect(count('SubscriptionRecorded')).toBeGreaterThanOrEqual(20);
  });

  test('taken in again, change nothing [B1]', async () => {
    const { ingest } = await load();
    const before = (await carriedEvents()).filter((item) => !String(item['id']).includes('refetch')).length;
    for (const { text } of samples('events')) await post(ingest, text);
    expect(await settle()).toEqual([]);
    expect((await carriedEvents()).filter((item) => !String(item['id']).includes('refetch'))).toHaveLength(before);
  });
});

describe('ARR of the samples’ subscriptions, from the published facts', () => {
  const factsOf = async (eventId: string) => {
    const [item] = (await carriedEvents()).filter(({ id }) => id === `stripe/main/${eventId}`);
    return subscriptionRecorded.schema.parse(JSON.parse(String(item?.['data'])));
  };
  // sub_SmplAcme, net of its 20%: 10 × 5,000 × 12 × 0.8 = 480,000 when active, 15 seats 720,000, 12 seats 576,000,
  // 12 × 54,000 a year × 0.8 = 518,400, and 15 × 5,000 × 12 = 900,000 once the discount has ended.
  test.each([
    ['evt_1Smpl0013', '2026-10-15', 480_000n],
    ['evt_1Smpl0022', '2026-10-25', 720_000n],
    ['evt_1Smpl0069', '2026-11-15', 720_000n],
    ['evt_1Smpl0070', '2026-11-18', 576_000n],
    ['evt_1Smpl0071', '2026-11-19', 518_400n],
    ['evt_1Smpl0072', '2027-01-15', 900_000n],
    ['evt_1SmplLegacySub', '2026-10-25', 480_000n],
  ])('%s on %s is %s cents', async (eventId, on, cents) => {
    const fact = await factsOf(eventId);
    expect(annualValues(fact.lines, fact.discounts, on, enterprise).reduce((sum, value) => sum + roundHalfAway(value), 0n)).toBe(cents);
  });
});
