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

interface Metrics {
  readonly rows: {
    readonly endsOn: string;
    readonly value: string;
    readonly figures: {
      readonly id: string;
      readonly value?: string;
      readonly notDefined?: { readonly code: string; readonly detail: string };
      readonly numerator?: { readonly amount: string };
      readonly denominator?: { readonly amount: string };
      readonly explain?: string;
    }[];
  }[];
  readonly definitions: { readonly id: string; readonly formula: string }[];
}

interface Cohorts {
  readonly cohorts: {
    readonly startsOn: string;
    readonly customers: number;
    readonly ages: { readonly active: number; readonly arrMinor?: string }[];
  }[];
}

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

  it('give metrics and cohorts, each figure with what it was divided by and what explains it', async () => {
    const { status, body } = await whole.api<Metrics>('/api/v1/arr/metrics?on=2026-12-31');
    expect(status).toBe(200);
    expect(body).toMatchObject({ profile: 'enterprise', planCurrency: 'USD', on: '2026-12-31', dimension: 'total', unconverted: [] });
    const figure = (id: string) => body.rows[0]?.figures.find((one) => one.id === id);
    expect(figure('arr')?.value).toBe('420000');
    // Of three customers Acme left, with 720,000 of 1,140,000; nobody came.
    expect(figure('logo-churn')).toMatchObject({ value: '0.333333', numerator: { amount: '1' }, denominator: { amount: '3' } });
    expect(figure('gross-churn')).toMatchObject({ value: '0.631579', numerator: { amount: '720000' }, denominator: { amount: '1140000' } });
    expect(figure('quick-ratio')?.value).toBe('0.0000');
    expect(figure('nrr')?.notDefined?.code).toBe('not-defined'); // nothing was there twelve months before
    expect(figure('cac')?.notDefined).toMatchObject({
      code: 'costs-missing',
      detail: expect.stringContaining('sales of the month from 2026-12-01'),
    });
    expect(body.definitions.find(({ id }) => id === 'nrr')?.formula).toBe(
      'ARR now of the customers with ARR 12 months before ÷ their ARR then',
    );
    const { body: explained } = await whole.api<{ movementsMinor: string }>(figure('gross-churn')?.explain ?? '');
    expect(explained.movementsMinor).toBe('-720000');
    expect((await whole.api('/api/v1/arr/metrics?lifetimeCapMonths=0x10')).status).toBe(400);
    expect((await whole.api<Metrics>('/api/v1/arr/metrics?lifetimeCapMonths=36')).body).toMatchObject({ lifetimeCapMonths: 36 });
    // A value of no dimension is a question that was not put to its end.
    for (const figures of ['metrics', 'cohorts']) expect((await whole.api(`/api/v1/arr/${figures}?value=Enterprise`)).status).toBe(400);
    const { body: cohorts } = await whole.api<Cohorts>('/api/v1/arr/cohorts?on=2027-01-31');
    expect(cohorts.cohorts.map(({ startsOn, customers }) => [startsOn, customers])).toEqual([
      ['2026-10-01', 3],
      ['2026-11-01', 0],
      ['2026-12-01', 0],
      ['2027-01-01', 0],
    ]);
    expect(cohorts.cohorts[0]?.ages.map(({ active, arrMinor }) => [active, arrMinor])).toEqual([
      [3, '900000'],
      [3, '1140000'],
      [2, '420000'],
      [3, '1320000'],
    ]);
  });

  it('give metrics by month and by value of a dimension, and refuse what nobody has', async () => {
    const { body } = await whole.api<Metrics>('/api/v1/arr/metrics?from=2026-11-01&on=2027-01-31&dimension=product&metrics=arr,customers');
    const platform = body.rows.filter(({ value }) => value === 'prod_SmplPlatform');
    expect(platform.map(({ endsOn, figures }) => [endsOn, ...figures.map(({ value }) => value)])).toEqual([
      ['2026-11-30', '1140000', '3'],
      ['2026-12-31', '420000', '2'],
      ['2027-01-31', '1320000', '3'],
    ]);
    const refused = async (query: string) => {
      const { status, body: problem } = await whole.api<{ type: string }>(`/api/v1/arr/metrics?${query}`);
      return [status, problem.type.slice('/problems/'.length)];
    };
    expect(await refused('dimension=colour')).toEqual([404, 'dimension-unknown']);
    expect(await refused('dimension=product&value=none')).toEqual([404, 'dimension-unknown']);
    expect(await refused('metrics=nrr,happiness')).toEqual([400, 'metric-unknown']);
    expect(await refused('on=2026-11-05&month=2026-11')).toEqual([400, 'question-invalid']);
    expect(await refused('from=2026-12-01&on=2026-11-05')).toEqual([400, 'period-invalid']);
  });

  it('have no NRR yet that could have changed, which is said, and refuse months that cannot be compared', async () => {
    const asked = (query: string) => whole.api<{ type: string }>(`/api/v1/arr/retention-change?${query}`);
    expect((await asked('month=2026-10')).body).toMatchObject({
      month: '2026-10',
      against: '2026-09',
      before: { on: '2026-09-30', cohortOn: '2025-09-30' },
      notDefined: { code: 'not-defined' },
      items: [],
      nextCursor: null,
    });
    const refused = async (query: string) => {
      const { status, body } = await asked(query);
      return [status, body.type.slice('/problems/'.length)];
    };
    expect(await refused('month=2031-01')).toEqual([400, 'period-invalid']);
    expect(await refused('month=2026-10&against=2026-10')).toEqual([400, 'period-invalid']);
    expect(await refused('month=2026-10&against=2025-09')).toEqual([400, 'period-invalid']);
    expect(await refused('month=2026-10&dimension=product')).toEqual([400, 'question-incomplete']);
    expect(await refused('month=2026-10&dimension=colour&value=red')).toEqual([404, 'dimension-unknown']);
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
