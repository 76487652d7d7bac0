import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod/mini';
import { company } from '../../../ascent.config.ts';
import type { arrWaterfall, explainedFigure, explainedMovement } from '../../../functions/arr/answers.ts';
import { handler } from '../../../functions/arr/api.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { readMovements } from '../../../functions/arr/records/store.ts';
import { arrRoutes, type arrStatus } from '../../../functions/arr/routes.ts';
import { project } from '../../../functions/arr/totals/projection.ts';
import { handler as companyHandler } from '../../../functions/company/api.ts';
import { markIntake } from '../../../functions/integrations/watermark.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call, type TestResponse } from '../../support/http.ts';
import { canceled, customer, seats, subscription } from '../facts.ts';

useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

const operationOf = { status: 'getArrStatus', waterfall: 'getArrWaterfall', explain: 'explainArr' } as const;

type Status = z.infer<typeof arrStatus>;
type Waterfall = z.infer<typeof arrWaterfall>;
type Figure = z.infer<typeof explainedFigure>;
type Behind = z.infer<typeof explainedMovement>;

/** Follows a path as the API gives it out; every answer fits the schema that its route promises. */
const get = async <Answer = object>(path: string): Promise<TestResponse<Answer>> => {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const answer = await call<Answer>(handler, 'GET', pathname, { scopes: ['arr/read'], query: Object.fromEntries(searchParams) });
  const { response } = arrRoutes[operationOf[pathname.split('/').at(-1) as keyof typeof operationOf]];
  if (answer.status === 200) expect(response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};
const figure = async (path: string): Promise<Figure> => (await get<Figure>(path)).json;
const explain = (query: string): Promise<Figure> => figure(`/api/v1/arr/explain?${query}`);

const sub = (who: string, at: string, quantity: number, more: Parameters<typeof subscription>[2] = {}): Fact =>
  subscription(at, [seats('a', quantity, 5000)], { customerId: who, subscriptionId: `sub_${who}`, eventId: `evt_${who}_${at}`, ...more });

const record = async (shard: string, facts: readonly Fact[]): Promise<void> => {
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T10:00:00.000Z')).toEqual(new Set());
  const customers = [...new Set(facts.map((fact) => `stripe.main.${fact.data.customerId}`))];
  const movements = (await Promise.all(customers.map(readMovements))).flat();
  await project(shard, [{ sequence: 1n, customerId: 'all', place: '00000001~', planCurrency: 'USD', movements }]);
};

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2025-01-01', rate: '1.1', source: 'test' }];
  expect((await call(companyHandler, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
  await markIntake({
    system: 'stripe',
    instance: 'main',
    counts: { recorded: 1 },
    last: { eventId: 'evt_newest', eventType: 'customer.updated', observedAt: 1_793_872_790 },
    recordedAt: '2026-11-05T09:59:55.000Z',
  });
  await record('shard-a', [
    customer('2026-01-05T00:00:00Z', { segment: 'Enterprise' }, { customerId: 'big', eventId: 'evt_big' }),
    sub('big', '2026-01-05', 10), // 10 × $50 × 12 = 600,000 cents
    sub('big', '2026-02-03', 12), // +120,000
    customer('2026-02-20T00:00:00Z', { segment: 'Starter' }, { customerId: 'small', eventId: 'evt_small' }),
    sub('small', '2026-02-20', 10, { currency: 'EUR' }), // 600,000 euro cents × 1.10 = 660,000
    sub('big', '2026-03-20', 11), // −60,000
    customer('2026-03-25T00:00:00Z', { segment: 'Enterprise' }, { customerId: 'small', eventId: 'evt_small_grows' }),
  ]);
});

describe('the explanation of ARR on a day', () => {
  it('is the opening of its month and the movements since, which sum to it', async () => {
    const { json: status } = await get<Status>('/api/v1/arr/status?on=2026-03-31');
    const answer = await explain('on=2026-03-31');
    expect(answer).toMatchObject({
      explains: 'figure',
      on: '2026-03-31',
      amountMinor: '1320000', // 1,380,000 − 60,000
      openingMinor: '1380000', // 600,000 + 120,000 + 660,000
      movementsMinor: '-60000',
      closingMinor: '1320000',
      byCurrency: [
        { currency: 'EUR', openingMinor: '600000', movementsMinor: '0', closingMinor: '600000', planMinor: '660000' },
        { currency: 'USD', openingMinor: '720000', movementsMinor: '-60000', closingMinor: '660000', planMinor: '660000' },
      ],
      unconverted: [],
      opening: { on: '2026-02-28', explain: '/api/v1/arr/explain?on=2026-02-28' },
      listed: { movements: 1, sumMinor: '-60000', foots: true },
      items: [{ customerId: 'stripe.main.big', effectiveOn: '2026-03-20', cause: 'contraction', amountMinor: '-60000' }],
      nextCursor: null,
    });
    expect([status.arrMinor, status.explain]).toEqual(['1320000', '/api/v1/arr/explain?on=2026-03-31']);
    expect(answer.formula).toBe(
      'ARR at the end of 2026-03-31 = ARR at the end of 2026-02-28 + Σ movements from 2026-03-01 to 2026-03-31, at plan rates (docs/concepts.md#movements)',
    );
  });

  it('leads from opening to opening until there was nothing, and from each movement to its source events', async () => {
    let path: string | undefined = '/api/v1/arr/explain?on=2026-03-31';
    const events: string[] = [];
    let sum = 0n;
    while (path !== undefined) {
      const answer: Figure = await figure(path);
      sum += BigInt(answer.movementsMinor ?? '0');
      for (const item of answer.items) {
        const behind = (await get<Behind>(item.explain)).json;
        expect(behind).toMatchObject({ explains: 'movement', movements: [{ movementId: item.movementId }], nextCursor: null });
        events.push(...behind.events.map(({ eventId }) => eventId));
      }
      path = answer.opening?.explain;
    }
    expect(sum).toBe(1_320_000n);
    expect(events).toEqual(['evt_big_2026-03-20', 'evt_big_2026-02-03', 'evt_small_2026-02-20', 'evt_big_2026-01-05']);
  });

  it('is told for a value of a dimension, with what came from another', async () => {
    expect(await explain('on=2026-03-31&dimension=segment&value=Enterprise')).toMatchObject({
      amountMinor: '1320000', // 720,000 − 60,000 + 660,000
      opening: { explain: '/api/v1/arr/explain?on=2026-02-28&dimension=segment&value=Enterprise' },
      items: [
        { cause: 'contraction', amountMinor: '-60000' },
        { cause: 'transfer', amountMinor: '660000', byCurrency: [{ currency: 'EUR', amountMinor: '600000', planMinor: '660000' }] },
      ],
      listed: { movements: 2, sumMinor: '600000', foots: true },
    });
    expect(await explain('on=2026-03-31&dimension=segment&value=Starter')).toMatchObject({ amountMinor: '0', movementsMinor: '-660000' });
    expect(await explain('on=2026-03-31&dimension=origin&value=expanded')).toMatchObject({
      openingMinor: '120000',
      movementsMinor: '-10000', // 60,000 × 120,000 ÷ 720,000
      byCurrency: [],
      items: [{ amountMinor: '-10000', byCurrency: [] }],
      listed: { foots: true },
    });
  });
});

describe('the explanation of a movement', () => {
  it('tells the evidence, the booking, the service start and the agreement of every subscription behind it', async () => {
    const signed = { bookedOn: '2026-09-20', startsOn: '2026-10-01', agreementId: '8001' };
    const gone = { customerId: 'signed', subscriptionId: 'sub_signed', eventId: 'evt_gone', ...signed };
    await record('shard-d', [
      customer('2026-09-01T00:00:00Z', { segment: 'Strategic' }, { customerId: 'signed', eventId: 'evt_signed' }),
      sub('signed', '2026-09-25', 10, { evidence: 'signed', lifecycle: 'created', cancelsOn: '2026-11-01', ...signed }),
      customer('2026-10-10T00:00:00Z', { segment: 'Global' }, { customerId: 'signed', eventId: 'evt_signed_global' }),
      canceled('2026-11-01', gone),
    ]);
    const behind = async (movement: { readonly movementId: string } | undefined): Promise<Behind['events']> =>
      (await get<Behind>(`/api/v1/arr/explain?movementId=${movement?.movementId}`)).json.events;
    const movements = await readMovements('stripe.main.signed');
    expect(movements.map(({ cause, effectiveOn }) => [cause, effectiveOn])).toEqual([
      ['new', '2026-10-01'],
      ['transfer', '2026-10-10'],
      ['churn', '2026-11-01'],
    ]);
    const of = { system: 'stripe', instance: 'main', kind: 'subscription', subscriptionId: 'sub_signed', ...signed };
    const [began, moved, left] = await Promise.all(movements.map(behind));
    expect(began).toMatchObject([{ ...of, eventId: 'evt_signed_2026-09-25', evidence: 'signed', cancelsOn: '2026-11-01' }]);
    expect(began?.[0]).not.toHaveProperty('endedOn');
    expect(left).toMatchObject([{ ...of, eventId: 'evt_gone', evidence: 'billed', endedOn: '2026-11-01' }]);
    // Behind a transfer are facts about the customer, which have no evidence of lines.
    expect(moved?.map(({ eventId, kind }) => [eventId, kind])).toEqual([
      ['evt_signed', 'customer'],
      ['evt_signed_global', 'customer'],
    ]);
    for (const event of moved ?? []) expect(event).not.toHaveProperty('evidence');
  });
});

describe('the explanation of what moved in a period', () => {
  it('goes through the months page by page and says at the end that the movements sum to the figure', async () => {
    const query = 'from=2026-01-01&to=2026-03-31&limit=1';
    const pages: [string, unknown][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Figure = await explain(cursor === '' ? query : `${query}&cursor=${cursor}`);
      expect(page.movementsMinor).toBe('1320000');
      pages.push([page.items.map(({ amountMinor }) => amountMinor).join(), page.listed]);
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([
      ['600000', { movements: 1, sumMinor: '600000' }],
      ['120000', { movements: 2, sumMinor: '720000' }],
      ['660000', { movements: 3, sumMinor: '1380000' }],
      ['-60000', { movements: 4, sumMinor: '1320000' }],
      ['', { movements: 4, sumMinor: '1320000', foots: true }], // the transfer of the last page adds nothing in total
    ]);
  });

  it('of every column of every row of the waterfall is made of movements that sum to it', async () => {
    let cells = 0;
    for (const cut of [
      '',
      '&dimension=segment&value=Enterprise',
      '&dimension=segment&value=Starter',
      '&dimension=product&value=prod_platform',
      '&dimension=currency&value=EUR',
      '&dimension=currency&value=USD',
    ]) {
      const { json } = await get<Waterfall>(`/api/v1/arr/waterfall?from=2026-01-01&to=2026-04-30${cut}`);
      for (const row of json.rows) {
        for (const { cause, netMinor } of row.movements ?? []) {
          const cell = await figure(`${row.explain}&cause=${cause}`);
          expect([cell.amountMinor, cell.listed.foots, cell.items.length > 0]).toEqual([netMinor, true, true]);
          cells += 1;
        }
        const whole = await figure(row.explain);
        expect([whole.openingMinor, whole.closingMinor, whole.listed.foots]).toEqual([row.openingMinor, row.closingMinor, true]);
      }
    }
    // in total and by product: January new, February new and expansion, March contraction; Enterprise: new, expansion, contraction, transfer; Starter: new, transfer
    // EUR: new; USD: new, expansion, contraction
    expect(cells).toBe(4 + 4 + 4 + 2 + 1 + 3);
  });

  it('does not foot where the totals of a month are absent and movements are there', async () => {
    const late = [
      customer('2026-10-12T00:00:00Z', { segment: 'Enterprise' }, { customerId: 'late', eventId: 'evt_late' }),
      sub('late', '2026-12-02', 10),
    ];
    for (const fact of late) expect(await recordFacts([fact], decidingContext, '2026-12-02T09:00:00.000Z')).toEqual(new Set());
    const asked = ['from=2026-12-01&to=2026-12-31', 'on=2026-12-31'];
    for (const query of asked) {
      const answer = await explain(query);
      // The totals know nothing of December: their 0 is not what moved.
      expect(answer).toMatchObject({ movementsMinor: '0', listed: { movements: 1, sumMinor: '600000', foots: false } });
      expect(answer.items).toMatchObject([{ customerId: 'stripe.main.late', amountMinor: '600000' }]); // 10 × $50 × 12
    }
    await project('shard-late', [
      {
        sequence: 1n,
        customerId: 'stripe.main.late',
        place: '00000001~',
        planCurrency: 'USD',
        movements: await readMovements('stripe.main.late'),
      },
    ]);
    for (const query of asked) expect((await explain(query)).listed).toEqual({ movements: 1, sumMinor: '600000', foots: true });
  });

  it('foots with nothing where nothing moved, however long the period', async () => {
    // Two years of which nobody knows anything: 24 months are looked into in one call.
    const answer = await explain('from=2010-01-01&to=2011-12-31');
    expect(answer).toMatchObject({
      movementsMinor: '0',
      listed: { movements: 0, sumMinor: '0', foots: true },
      items: [],
      nextCursor: null,
    });
  });

  it('looks through a bounded number of movements a page, and goes on where it stopped', async () => {
    const busy = Array.from({ length: 12 }, (_, i) => sub('busy', `2026-09-${String(i + 1).padStart(2, '0')}`, 10 + i));
    const lone = [
      customer('2026-09-20T00:00:00Z', { segment: 'Professional' }, { customerId: 'lone', eventId: 'evt_lone' }),
      sub('lone', '2026-09-20', 1),
    ];
    await record('shard-c', [...busy, ...lone]);
    const query = 'from=2026-09-01&to=2026-09-30&dimension=segment&value=Professional&limit=1';
    const first = await explain(query);
    // Ten movements were looked at, one at a time; the one that is asked for is the thirteenth.
    expect(first).toMatchObject({ amountMinor: '60000', items: [], listed: { movements: 0, sumMinor: '0' } });
    expect(first.listed).not.toHaveProperty('foots');
    const second = await explain(`${query}&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ items: [{ amountMinor: '60000' }], listed: { movements: 1, foots: true }, nextCursor: null }); // $50 × 12
  });

  it('refuses a question that is incomplete, contradictory, too long or about an unknown cut', async () => {
    const code = async (query: string): Promise<string> => {
      const { status, json } = await get(`/api/v1/arr/explain?${query}`);
      return `${status} ${json.type?.slice('/problems/'.length)}`;
    };
    expect(await code('')).toBe('400 question-incomplete');
    expect(await code('customerId=stripe.main.big')).toBe('400 question-incomplete');
    expect(await code('from=2026-01-01')).toBe('400 question-incomplete');
    expect(await code('on=2026-01-01&movementId=x')).toBe('400 question-invalid');
    expect(await code('on=2026-01-01&cause=new')).toBe('400 question-invalid');
    expect(await code('from=2026-02-01&to=2026-01-01')).toBe('400 period-invalid');
    expect(await code('on=2026-01-01&dimension=segment')).toBe('400 question-incomplete');
    expect(await code('on=2026-01-01&value=Enterprise')).toBe('400 question-incomplete');
    expect(await code('on=2026-01-01&dimension=segment&value=Nobody')).toBe('404 dimension-unknown');
    expect(await code('on=2026-01-01&dimension=colour&value=red')).toBe('404 dimension-unknown');
    expect(await code('movementId=x')).toBe('404 movement-unknown');
  });
});

it('the waterfall refuses half a cut, a cut that nobody has, and a day of knowledge that is to come', async () => {
  const refused = async (query: string): Promise<readonly unknown[]> => {
    const { status, json } = await get(`/api/v1/arr/waterfall?from=2026-01-01&to=2026-03-31&${query}`);
    return [status, json.type?.slice('/problems/'.length), json.field];
  };
  expect(await refused('value=Enterprise')).toEqual([400, 'question-incomplete', 'query.dimension']);
  expect(await refused('dimension=segment')).toEqual([400, 'question-incomplete', 'query.value']);
  expect(await refused('dimension=colour&value=red')).toEqual([404, 'dimension-unknown', 'query.dimension']);
  expect(await refused('dimension=segment&value=Nobody')).toEqual([404, 'dimension-unknown', 'query.value']);
  // Today is 5 November.
  expect(await refused('asKnownOn=2026-11-06')).toEqual([400, 'period-invalid', 'query.asKnownOn']);
  expect((await get('/api/v1/arr/waterfall?from=2026-01-01&to=2026-03-31&asKnownOn=2026-11-05')).status).toBe(200);
});

it('movements of a customer that nobody knows are refused; of one that is known there may be none', async () => {
  const of = async (customerId: string, query = {}) => {
    const { status, json } = await call<{ readonly items: readonly object[] }>(handler, 'GET', '/api/v1/arr/movements', {
      scopes: ['arr/read'],
      query: { customerId, ...query },
    });
    return [status, json.type ?? json.items.length];
  };
  expect(await of('stripe.main.nobody')).toEqual([404, '/problems/customer-unknown']);
  expect(await of('stripe.main.big', { from: '2020-01-01', to: '2020-12-31' })).toEqual([200, 0]);
});

describe('the head of a figure', () => {
  const HEAD = {
    profile: 'enterprise',
    planCurrency: 'USD',
    dataThrough: [
      {
        id: 'stripe-main',
        throughAt: '2026-11-05T09:59:50.000Z', // 1,793,872,790
        lastEvent: { eventId: 'evt_newest', recordedAt: '2026-11-05T09:59:55.000Z', lagSeconds: 5 },
      },
      // Configured, and not heard yet.
      { id: 'salesforce-main' },
    ],
  };

  it.each([
    ['status', '/api/v1/arr/status?on=2026-03-31', /^ARR = Σ .* \(docs\/concepts\.md#arr\)$/],
    [
      'waterfall',
      '/api/v1/arr/waterfall?from=2026-01-01&to=2026-03-31',
      /^closing ARR = opening ARR \+ .* \(docs\/concepts\.md#movements\)$/,
    ],
    ['a figure', '/api/v1/arr/explain?on=2026-03-31', /^ARR at the end of 2026-03-31 = /],
    ['a movement', '/api/v1/arr/explain?customerId=stripe.main.big&eventId=evt_big_2026-01-05', /^a movement = /],
  ])('of %s says what it is, in which money, and how far the sources were heard', async (_, path, formula) => {
    const { json } = await get<Status>(path);
    expect(json).toMatchObject(HEAD);
    expect(json.formula).toMatch(formula);
  });
});

describe('without a plan rate', () => {
  beforeAll(async () => {
    await record('shard-b', [
      sub('pound', '2026-05-06', 10, { currency: 'GBP' }),
      canceled('2026-06-10', { customerId: 'pound', subscriptionId: 'sub_pound', currency: 'GBP' }),
    ]);
  });
  const MISSING = { currency: 'GBP', on: '2026-05-06', amountMinor: '600000', code: 'rate-missing' };

  it('status leaves out what looks at the days that lack it', async () => {
    const { json } = await get<Status>('/api/v1/arr/status?on=2026-05-31');
    expect(json.unconverted).toMatchObject([MISSING]);
    for (const name of ['arrMinor', 'eta']) expect(json).not.toHaveProperty(name);
    expect(Object.keys(json.milestone)).toEqual(['targetMinor', 'targetOn']);
    expect(json.composition).toEqual({});
    const later = (await get<Status>('/api/v1/arr/status?on=2026-07-31')).json;
    expect(later).toMatchObject({ arrMinor: '1320000', unconverted: [MISSING], composition: { originOfStock: { totalMinor: '1320000' } } });
    expect(later.milestone).not.toHaveProperty('thresholds');
    expect(later.composition).not.toHaveProperty('twelveMonthBridge');
  });

  it('a row of the waterfall says so in place of its amounts, and the others stay whole', async () => {
    const { json } = await get<Waterfall>('/api/v1/arr/waterfall?from=2026-04-01&to=2026-07-31');
    const [april, may, june, july] = json.rows;
    expect(april).toMatchObject({ openingMinor: '1320000', movements: [], closingMinor: '1320000', renewedMinor: '0', unconverted: [] });
    expect(Object.keys(may ?? {}).sort()).toEqual(['endsBefore', 'explain', 'startsOn', 'unconverted']);
    expect([may?.unconverted, june?.unconverted]).toMatchObject([[MISSING], [{ ...MISSING, on: '2026-05-31' }]]);
    expect(july).toMatchObject({ openingMinor: '1320000', closingMinor: '1320000', unconverted: [] });
    // Nobody in this segment pays in pounds.
    const segment = (await get<Waterfall>('/api/v1/arr/waterfall?from=2026-05-01&to=2026-05-31&dimension=segment&value=Enterprise')).json;
    expect(segment.rows).toMatchObject([{ closingMinor: '1320000', unconverted: [] }]);
    // An origin is told in dollars only, but what it lacks is in pounds.
    const origin = (await get<Waterfall>('/api/v1/arr/waterfall?from=2026-05-01&to=2026-05-31&dimension=origin&value=landed')).json;
    expect(origin.rows[0]?.unconverted).toMatchObject([MISSING]);
  });

  it('a figure is explained by currency, and its movements say what has no rate', async () => {
    const answer = await explain('on=2026-05-31');
    for (const name of ['amountMinor', 'movementsMinor', 'closingMinor']) expect(answer).not.toHaveProperty(name);
    expect(answer).toMatchObject({
      openingMinor: '1320000',
      byCurrency: [
        { currency: 'EUR', closingMinor: '600000', planMinor: '660000' },
        { currency: 'GBP', openingMinor: '0', movementsMinor: '600000', closingMinor: '600000' },
        { currency: 'USD', closingMinor: '660000' },
      ],
      unconverted: [MISSING],
      listed: { movements: 1 },
    });
    expect(answer.byCurrency[1]).not.toHaveProperty('planMinor');
    expect(answer.listed).toEqual({ movements: 1 });
    expect(answer.items[0]?.byCurrency).toEqual([{ currency: 'GBP', amountMinor: '600000' }]);
    expect(answer.items[0]).not.toHaveProperty('amountMinor');
  });
});
