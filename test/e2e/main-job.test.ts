import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PARTNER_SOURCE, useWholeStack } from './stack.ts';

const SAMPLES = join(import.meta.dirname, '../contracts/stripe');
const sample = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(SAMPLES, path), 'utf8')) as Record<string, unknown>;
const samplesIn = (folder: string): string[] =>
  readdirSync(join(SAMPLES, folder))
    .filter((name) => name.endsWith('.json'))
    .sort();

/** Types that Ascent takes in. What is not listed here may only be parked, with its reason. */
const TAKEN_IN =
  /^(v1\.)?(customer\.(created|updated|deleted|discount\.|subscription\.)|product\.|price\.|coupon\.|subscription_schedule\.|invoice\.|charge\.refunded|charge\.dispute\.|refund\.|credit_note\.)/;

interface Parked {
  readonly eventId: string;
  readonly eventType: string;
  readonly reason: string;
  readonly detail: string;
}

/** The account that Acme's metadata names: it leads, though no org has shown it. */
const ACME = 'salesforce.main.001Hs00003SMPLAIA5';
const NAMES: Readonly<Record<string, string>> = { [ACME]: 'Acme' };

const whole = useWholeStack({ clockAt: '2026-10-26T00:00:00Z' });

/** Every object of the samples, whole, is what the stand-in answers to reads. */
const putObjects = (): void => {
  for (const name of samplesIn('objects')) {
    const object = sample(`objects/${name}`);
    if (typeof object['id'] === 'string' && object['deleted'] !== true) whole.stripe.put(object);
  }
};

const allParked = async (): Promise<Parked[]> => {
  const items: Parked[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await whole.api<{ items: Parked[]; nextCursor: string | null }>(
      `/api/v1/integrations/stripe-main/parked?limit=200${query}`,
    );
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
};

const deadLetters = async (): Promise<number> => {
  const { body } = await whole.api<{ deadLetters: boolean; visible: number }[]>('/local/queues');
  return body.filter((queue) => queue.deadLetters).reduce((sum, queue) => sum + queue.visible, 0);
};

describe("Stripe's samples through the front door", () => {
  it('are each taken in or parked with a reason; none ends in a 5xx, a dead letter or silence', async () => {
    putObjects();
    const posted: { id: string; type: string }[] = [];
    for (const folder of ['events', 'thin', 'legacy-api-versions']) {
      for (const name of samplesIn(folder)) {
        const event = sample(`${folder}/${name}`);
        if (name.includes('fetched_event')) continue; // the answer to a read, not a delivery
        const response = await whole.postWebhook(event);
        expect(`${name} ${response.status}`).toBe(`${name} 200`);
        posted.push({ id: String(event['id']), type: String(event['type']) });
      }
    }
    for (const name of samplesIn('eventbridge')) {
      const envelope = sample(`eventbridge/${name}`);
      const detail = envelope['detail'] as Record<string, unknown>;
      await whole.putPartnerEvent(PARTNER_SOURCE, String(envelope['detail-type']), detail);
      posted.push({ id: String(detail['id']), type: String(detail['type']) });
    }
    await whole.stack.idle();
    const parked = await allParked();
    expect(await deadLetters()).toBe(0);
    for (const event of parked) {
      expect(`${event.eventType} ${event.reason} ${event.detail.length > 10}`).toMatch(/ true$/);
      const isKept = TAKEN_IN.test(event.eventType) && !['other-mode', 'livemode-mismatch'].includes(event.reason);
      expect(isKept ? `${event.eventId} ${event.eventType} was parked: ${event.reason} ${event.detail}` : '').toBe('');
    }
    expect(whole.stack.denied()).toEqual([]);
    const { body } = await whole.api<{ items: { deliveries: Record<string, number> }[] }>('/api/v1/integrations');
    expect(body.items[0]?.deliveries['failed']).toBe(0);
  }, 120_000);

  it('give the ARR that a person works out by hand', async () => {
    const nets = new Map<string, bigint>();
    for (const last of ['2026-10-31', '2026-11-30', '2026-12-31', '2027-01-31']) {
      const { body } = await whole.api<{ items: Movement[] }>(`/api/v1/arr/movements?limit=200&from=${last.slice(0, 8)}01&to=${last}`);
      for (const { customerId, effectiveOn, cause, lines } of body.items) {
        const key = `${NAMES[customerId] ?? customerId.slice('stripe.main.cus_Smpl'.length)} ${effectiveOn} ${cause}`;
        nets.set(key, (nets.get(key) ?? 0n) + lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), 0n));
      }
    }
    expect(Object.fromEntries([...nets].filter(([, net]) => net !== 0n).sort())).toEqual({
      'Acme 2026-10-15 new': 480_000n, // the trial ends: 10 seats × $50 × 12 = 600,000, less 20%
      'Acme 2026-10-25 expansion': 240_000n, // 15 seats: 900,000 less 20% = 720,000
      'Acme 2026-10-26 contraction': -240_000n, // the pending update expires: 10 seats again
      'Acme 2026-11-15 expansion': 240_000n, // renewed with 15 seats: 720,000
      'Acme 2026-11-18 contraction': -144_000n, // 12 seats: 720,000 less 20% = 576,000
      'Acme 2026-11-19 contraction': -57_600n, // to annual: 12 × $540 = 648,000, less 20% = 518,400
      'Acme 2026-11-20 expansion': 201_600n, // 15 seats monthly again: 720,000
      'Acme 2026-12-06 churn': -720_000n, // unpaid, then ended
      'Acme 2027-01-15 reactivation': 900_000n, // 15 seats, the discount has ended
      'Paused 2026-10-22 new': 240_000n, // resumed: $200 × 12
      'Void 2026-10-20 new': 180_000n, // collection is paused, the subscription is active: $150 × 12
    });
    const { body } = await whole.api<{ arrMinor: string }>('/api/v1/arr/status?on=2026-12-31');
    // Acme 480 + 240 − 240 + 240 − 144 − 57.6 + 201.6 − 720 = 0; 240 + 180 thousand remain
    expect(body.arrMinor).toBe('420000');
  });

  it('explains a movement down to its source event, and the event up to its movements', async () => {
    const { body: up } = await whole.api<Explanation>('/api/v1/arr/explain?customerId=stripe.main.cus_SmplAcme&eventId=evt_1Smpl0022');
    // Depending on the order of arrival, the change is one movement, or one and its corrections.
    const movement = up.movements.find(({ effectiveOn }) => effectiveOn === '2026-10-25');
    const { body: down } = await whole.api<Explanation>(`/api/v1/arr/explain?movementId=${encodeURIComponent(movement?.movementId ?? '')}`);
    expect(down.customerName).toBe('Acme Robotics, Inc.');
    // Stripe told this change twice, as an update and as a pending update that was applied.
    expect(down.events.map((event) => event.eventId)).toEqual(expect.arrayContaining(['evt_1Smpl0022', 'evt_1Smpl0023']));
    expect(down.movements.map((one) => one.movementId)).toContain(movement?.movementId);
  });

  it('explains a figure: its movements sum to it, each leads to its source events, and its head says how far Stripe was heard', async () => {
    const { body: figure } = await whole.api<Figure>('/api/v1/arr/explain?on=2026-12-31');
    // November closed with 1,140,000; in December Acme left with 720,000
    expect(figure).toMatchObject({
      amountMinor: '420000',
      openingMinor: '1140000',
      movementsMinor: '-720000',
      listed: { movements: figure.items.length, sumMinor: '-720000', foots: true },
      dataThrough: [{ id: 'stripe-main', lastEvent: { eventId: expect.stringMatching(/^evt_/) } }, { id: 'salesforce-main' }],
    });
    // Depending on the order of arrival, one movement or one and its corrections.
    expect(new Set(figure.items.map(({ customerId, cause }) => `${customerId} ${cause}`))).toEqual(new Set([`${ACME} churn`]));
    const { body: down } = await whole.api<Explanation>(figure.items[0]?.explain ?? '');
    expect(down.events.length).toBeGreaterThan(0);
    const { body: november } = await whole.api<Figure>(figure.opening?.explain ?? '');
    expect(november.amountMinor).toBe(figure.openingMinor);
  });

  it('foot in every row of the waterfall, in total and by product', async () => {
    for (const cut of ['', '&dimension=product&value=prod_SmplPlatform']) {
      const { body } = await whole.api<{ rows: WaterfallRow[] }>(`/api/v1/arr/waterfall?from=2026-10-01&to=2027-01-31&period=month${cut}`);
      expect(body.rows.map((row) => row.closingMinor)).toEqual(['900000', '1140000', '420000', '1320000']); // 480 + 240 + 180 thousand; 720 + 420; 420; 900 + 420
      for (const row of body.rows) {
        expect(row.movements.reduce((sum, movement) => sum + BigInt(movement.netMinor), BigInt(row.openingMinor))).toBe(
          BigInt(row.closingMinor),
        );
      }
    }
  });
});

interface Movement {
  readonly movementId: string;
  readonly customerId: string;
  readonly effectiveOn: string;
  readonly cause: string;
  readonly lines: readonly { readonly planDeltaMinor: string }[];
}

interface Explanation {
  readonly customerName: string;
  readonly movements: readonly Movement[];
  readonly events: readonly { readonly eventId: string }[];
}

interface Figure {
  readonly amountMinor: string;
  readonly openingMinor: string;
  readonly opening?: { readonly explain: string };
  readonly items: readonly { readonly customerId: string; readonly cause: string; readonly explain: string }[];
}

interface WaterfallRow {
  readonly openingMinor: string;
  readonly closingMinor: string;
  readonly movements: readonly { readonly netMinor: string }[];
}
