import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WholeStack } from '../../bench/whole-stack.ts';
import { useBrowser } from './browser.ts';
import { startSlice } from './slice.ts';

let whole: WholeStack;
beforeAll(async () => {
  whole = await startSlice();
}, 240_000);
afterAll(() => whole?.stop());
const { open } = useBrowser(() => whole.stack.url);

/** Exact amounts behind the figures that are shown within a part of the page, in reading order. */
const figuresIn = (page: Page, part: string): Promise<string[]> =>
  page
    .locator(part)
    .locator('[data-figure]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-figure') ?? ''));

/** What figures that are computed of others show, exactly as the API tells it. */
const exactIn = (page: Page, part: string): Promise<string[]> =>
  page
    .locator(part)
    .locator('[data-exact]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-exact') ?? ''));
const tableOf = (caption: string): string => `table:has(caption:text("${caption}"))`;

interface Share {
  readonly name: string;
  readonly amountMinor: string;
}
interface Status {
  readonly on: string;
  readonly arrMinor: string;
  readonly velocity: Readonly<Record<string, string>>;
  readonly composition: {
    readonly originOfStock: { readonly shares: readonly Share[] };
    readonly twelveMonthBridge: { readonly openingMinor: string; readonly closingMinor: string; readonly movements: readonly Share[] };
  };
}
interface Row {
  readonly startsOn: string;
  readonly openingMinor: string;
  readonly closingMinor: string;
  readonly renewedMinor: string;
  readonly movements: readonly { readonly cause: string; readonly netMinor: string }[];
  readonly explain: string;
}
interface Waterfall {
  readonly rows: readonly Row[];
  readonly dimensions: readonly string[];
  readonly values: readonly string[];
}
interface Movement {
  readonly movementId: string;
  readonly customerId: string;
}

const status = (): Promise<Status> => whole.api<Status>('/api/v1/arr/status');
const waterfall = (query: string): Promise<Waterfall> => whole.api<Waterfall>(`/api/v1/arr/waterfall?${query}`);
interface Metrics {
  readonly rows: readonly { readonly value: string; readonly figures: readonly { readonly id: string; readonly value?: string }[] }[];
}
interface Effect {
  readonly numerator: string;
}
interface Part {
  readonly of: string;
  readonly amountMinor: string;
  readonly effect: Effect;
  readonly explain?: string;
}
interface Change {
  readonly before: { readonly nrr: string };
  readonly after: { readonly nrr: string };
  readonly change: Effect;
  readonly byCause: readonly Part[];
  readonly groups: readonly { readonly effect: Effect; readonly parts: readonly Part[] }[];
  readonly items: readonly {
    readonly customerId: string;
    readonly effect: Effect;
    readonly movements: readonly { readonly explain: string }[];
  }[];
  readonly nextCursor: string | null;
}
interface Kept {
  readonly ages: readonly { readonly revenueKept?: string; readonly logosKept?: string }[];
}
interface Cohorts {
  readonly earlier: Kept;
  readonly cohorts: readonly Kept[];
}

const PATIENT = { timeout: 30_000 };
/** Until every task that runs by the clock has run. */
const TASKS_RAN_WITHIN_MS = 600_000;
const ECONOMICS = [
  ...['cac', 'cac-payback', 'ltv', 'ltv-uncapped', 'ltv-to-cac', 'ltv-to-cac-uncapped', 'arpa', 'acv', 'acv-new', 'arr-growth'],
  ...['quick-ratio', 'magic-number', 'magic-number-arr', 'burn-multiple', 'rule-of-40-operating', 'rule-of-40-free-cash-flow'],
  ...['gross-margin', 'contribution-margin', 'operating-margin', 'net-margin', 'free-cash-flow-margin'],
];

const sumOf = (effects: readonly Effect[]): string => String(effects.reduce((sum, { numerator }) => sum + BigInt(numerator), 0n));
const told = (all: readonly (string | undefined)[]): string[] => all.filter((one) => one !== undefined);

/** The twelve months that the screen shows first. */
const YEAR = 'from=2025-12-01&to=2026-11-05';

describe('figures equal the API’s', () => {
  it('on the plan', async () => {
    const page = await open('/');
    await page.getByRole('table', { name: 'Bridge of twelve months' }).waitFor();
    const { arrMinor, velocity, composition } = await status();
    const { originOfStock, twelveMonthBridge: bridge } = composition;
    const shown = await figuresIn(page, 'main');
    expect(shown.slice(0, 4)).toEqual([arrMinor, velocity['dailyMinor'], velocity['weeklyMinor'], velocity['monthlyMinor']]);
    expect(await figuresIn(page, 'table:has(caption:text("Origin"))')).toEqual(originOfStock.shares.map(({ amountMinor }) => amountMinor));
    const bridged = await figuresIn(page, 'table:has(caption:text("Bridge"))');
    expect([bridged[0], bridged.at(-1)]).toEqual([bridge.openingMinor, bridge.closingMinor]);
    expect(bridged.slice(1, -1).sort()).toEqual(bridge.movements.map(({ amountMinor }) => amountMinor).sort());
    // $12,198,735.64 of every hundredth customer.
    expect(arrMinor).toBe('1219873564');
    const shortly = page.getByRole('link', { name: 'ARR: $12.2M, exactly $12,198,735.64. Explain' });
    expect(await shortly.textContent()).toBe('$12.2M');
  });

  /** Every row of the waterfall that is shown, for a question to the API. */
  const checkWaterfall = async (page: Page, query: string): Promise<void> => {
    const { rows } = await waterfall(query);
    for (const [index, row] of rows.entries()) {
      const shown = await figuresIn(page, `main table[aria-label="Waterfall"] >> tbody tr >> nth=${index}`);
      const expected = [row.openingMinor, ...row.movements.map(({ netMinor }) => netMinor), row.closingMinor, row.renewedMinor];
      expect(shown.toSorted(), row.startsOn).toEqual(expected.toSorted());
    }
  };

  it('in the waterfall, by month, by quarter, cut by a value, and as known on a day', async () => {
    const page = await open('/arr');
    await page
      .getByRole('cell', { name: 'Closing' })
      .or(page.getByRole('columnheader', { name: 'Closing' }))
      .first()
      .waitFor();
    expect((await waterfall(YEAR)).rows).toHaveLength(12);
    await checkWaterfall(page, YEAR);
    await page.getByRole('button', { name: 'Quarter' }).click();
    await page.getByText('Dec 2024').first().waitFor();
    await checkWaterfall(page, 'from=2024-12-01&to=2026-11-05&period=quarter');
    await page.goto(`${whole.stack.url}/arr?dimension=segment&knownOn=2026-06-30`);
    await page.getByText('As known on Jun 30, 2026').waitFor();
    await page.getByRole('button', { name: /^Value of segment/ }).click();
    await page.getByRole('option', { name: 'Starter' }).click();
    await page.getByRole('heading', { name: 'Waterfall: segment Starter' }).waitFor();
    await checkWaterfall(page, `${YEAR}&dimension=segment&value=Starter&asKnownOn=2026-06-30`);
  });

  it('by another definition, once that is made, written across them, and compared switch by switch', async () => {
    interface Comparison {
      readonly rows: readonly {
        readonly leftMinor: string;
        readonly rightMinor: string;
        readonly differenceMinor: string;
        readonly reasons: readonly { readonly differenceMinor: string }[];
      }[];
    }
    const page = await open('/arr?profile=stripe');
    const make = page.getByRole('button', { name: 'Have it made' });
    await expect.poll(() => make.count(), PATIENT).toBe(2);
    await make.first().click();
    await make.last().click();
    await expect.poll(() => make.evaluateAll((all) => all.every((one) => (one as HTMLButtonElement).disabled)), PATIENT).toBe(true);
    await whole.stack.clock.advance(whole.stack.clock.now() + TASKS_RAN_WITHIN_MS);
    await page.getByText(/^Told by stripe@.*, not by the definition in force, enterprise$/).waitFor();
    expect(await page.locator('.watermark').textContent()).toMatch(/^stripe@/);
    await checkWaterfall(page, `${YEAR}&profile=stripe`);
    const months = tableOf('ARR at the end of each month');
    await page.locator(months).waitFor();
    const { rows } = await whole.api<Comparison>(`/api/v1/arr/comparison?left=enterprise&right=stripe&${YEAR}`);
    expect(await figuresIn(page, months)).toEqual(rows.flatMap(({ leftMinor, rightMinor }) => [leftMinor, rightMinor]));
    expect(await exactIn(page, months)).toEqual(rows.map(({ differenceMinor }) => differenceMinor));
    const reasons = rows.at(-1)?.reasons.map(({ differenceMinor }) => differenceMinor);
    expect(await figuresIn(page, tableOf('What each switch changes'))).toEqual(reasons);
    // Whatever a figure of the other side leads to is by that profile, down to the movements of an event.
    const { items } = await whole.api<{ items: readonly Movement[] }>('/api/v1/arr/explain?on=2026-10-31&profile=stripe');
    await page.getByRole('link', { name: /^ARR by stripe, Oct 2026: / }).click();
    await page.locator(`[data-explained="${rows.at(-2)?.rightMinor}"]`).waitFor();
    await page
      .getByRole('link', { name: new RegExp(` of ${items[0]?.customerId}: `) })
      .last()
      .click();
    await page.getByRole('link', { name: 'Movements that it led to' }).first().click();
    await page.getByRole('heading', { name: 'An event and the movements that it led to' }).waitFor();
    expect(new URLSearchParams(new URL(page.url()).searchParams.get('explain') ?? '').get('profile')).toBe('stripe');
    // The other screens tell by the same profile, and as known on a day.
    for (const [path, query] of [
      ['/retention', 'metrics=nrr,grr,logo-retention,gross-churn,logo-churn'],
      ['/economics', 'on=2026-10-31&metrics=cac,cac-payback,ltv'],
    ] as const) {
      await page.goto(`${whole.stack.url}${path}?profile=stripe&knownOn=2026-06-30`);
      await page.getByText(/^Told by stripe@.*, not by the definition in force, enterprise$/).waitFor();
      await page.getByText('As known on Jun 30, 2026').waitFor();
      const metrics = await whole.api<Metrics>(`/api/v1/arr/metrics?${query}&profile=stripe&asKnownOn=2026-06-30`);
      const shown = await exactIn(page, 'main');
      for (const { value } of metrics.rows.at(-1)?.figures ?? []) if (value !== undefined) expect(shown).toContain(value);
    }
  });

  it('by two definitions that differ, from a switch to the lines on which it bears and the movements of a customer by both', async () => {
    const [{ customerId } = { customerId: '' }] = (await whole.api<{ items: readonly Movement[] }>('/api/v1/arr/customers?limit=1')).items;
    const reason = { switch: 'pause', left: 'counts', right: 'counts-not', differenceMinor: '-4200' };
    const side = (profile: string) => ({ profile, profileVersion: 'v' });
    const head = { profile: 'enterprise', formula: 'f', planCurrency: 'USD', dataThrough: [], on: '2026-11-05' };
    const told = { ...head, left: side('enterprise'), right: side('stripe'), dimension: 'total', value: '' };
    const amounts = { leftMinor: '10000', rightMinor: '5800', differenceMinor: '-4200', reasons: [reason] };
    const line = { customerId, lineKey: 'l', productId: 'p', currency: 'USD', leftAmountMinor: '10000', rightAmountMinor: '5800' };
    const before = async (opened: Page): Promise<void> => {
      // In these books the two agree.
      await opened.route('**/api/v1/arr/comparison?**', (route) =>
        route.fulfill({ json: { ...told, rows: [{ startsOn: '2026-11-01', endsOn: '2026-11-05', ...amounts }] } }),
      );
      await opened.route('**/api/v1/arr/comparison/lines?**', (route) => {
        const isOfSwitch = route.request().url().includes('because=pause');
        return route.fulfill({ json: { ...told, lines: isOfSwitch ? 1 : 7, items: [{ ...line, ...amounts }], nextCursor: null } });
      });
    };
    const page = await open('/arr?profile=stripe', { before });
    const switches = page.locator(tableOf('What each switch changes'));
    await page.getByText('Lines that differ on Nov 5, 2026, the largest difference first, of 7').waitFor();
    await switches.getByRole('link', { name: 'pause changes ARR by -$42' }).click();
    await page.getByText('Lines that differ on Nov 5, 2026 because of pause, the largest difference first, of 1').waitFor();
    await page.getByRole('link', { name: `Difference of ${customerId}: -$42. Movements by both` }).click();
    const both = await whole.api<{ leftMovements: readonly object[]; rightMovements: readonly object[] }>(
      `/api/v1/arr/comparison/customers/${customerId}?left=enterprise&right=stripe&on=2026-11-05`,
    );
    await page.getByRole('table', { name: 'Movements by stripe' }).waitFor();
    const rowsOf = (profile: string): Promise<number> =>
      page
        .locator(tableOf(`Movements by ${profile}`))
        .locator('tbody tr')
        .count();
    expect([await rowsOf('enterprise'), await rowsOf('stripe')]).toEqual([both.leftMovements.length, both.rightMovements.length]);
    expect(both.leftMovements.length).toBeGreaterThan(0);
  });

  it('of a closed month', async () => {
    await whole.api('/api/v1/arr/closings', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ month: '2026-10' }),
    });
    const journal = await whole.api<{ reportedMinor: string; restatedMinor: string; correctedMinor: string }>(
      '/api/v1/arr/restatements?month=2026-10',
    );
    const page = await open('/arr');
    await page.getByRole('button', { name: /^Oct 2026, by enterprise/ }).click();
    await page.getByText('Nothing has been restated').waitFor();
    const { reportedMinor, restatedMinor, correctedMinor } = journal;
    expect(await exactIn(page, '[data-closed="2026-10"]')).toEqual([reportedMinor, restatedMinor]);
    expect(await figuresIn(page, '[data-closed="2026-10"]')).toEqual([correctedMinor]);
    await page.locator('[data-derived="Reported, Oct 2026"]').click();
    await page
      .getByRole('dialog')
      .getByText(/^Opening \$.*: closing \$/)
      .waitFor();
  });

  it('of the economics, by month and by quarter', async () => {
    const page = await open('/economics');
    await page.getByRole('heading', { name: 'Margins' }).waitFor();
    const groups = ['Customers', 'Growth and what it costs', 'Margins'];
    const check = async (query: string): Promise<void> => {
      const { rows } = await whole.api<Metrics>(`/api/v1/arr/metrics?on=2026-10-31&${query}`);
      const expected = told(rows.flatMap(({ figures }) => figures.filter(({ id }) => ECONOMICS.includes(id)).map(({ value }) => value)));
      const shown = await Promise.all(groups.map((group) => exactIn(page, tableOf(group))));
      expect(shown.flat().toSorted()).toEqual(expected.toSorted());
      expect(expected.length).toBeGreaterThan(40);
    };
    await check('from=2026-05-01');
    await page.getByRole('button', { name: 'Quarter' }).click();
    await page.getByRole('columnheader', { name: 'Oct 2026', exact: true }).first().waitFor();
    await page.getByRole('columnheader', { name: 'Jan 2026 – Mar 2026' }).first().waitFor();
    await check('from=2025-11-01&period=quarter');
  });

  it('of retention, month by month, by value and by cohort', async () => {
    const ids = 'nrr,grr,logo-retention,gross-churn,logo-churn';
    const page = await open('/retention?dimension=segment');
    await page.getByRole('table', { name: 'Retention by segment' }).waitFor();
    const { rows } = await whole.api<Metrics>(`/api/v1/arr/metrics?from=2025-12-01&metrics=${ids}`);
    const values = (of: Metrics['rows']): string[] => told(of.flatMap(({ figures }) => figures.map(({ value }) => value)));
    expect(rows).toHaveLength(12);
    expect(await exactIn(page, tableOf('Retention and churn by month'))).toEqual(values(rows));
    expect((await exactIn(page, 'main')).slice(0, 5)).toEqual(values(rows.slice(-1)));
    const bySegment = await whole.api<Metrics>(`/api/v1/arr/metrics?dimension=segment&metrics=${ids}`);
    expect(await exactIn(page, tableOf('Retention by segment'))).toEqual(values(bySegment.rows));
    const kept = ({ earlier, cohorts }: Cohorts, which: 'revenueKept' | 'logosKept'): string[] =>
      told([earlier, ...cohorts].flatMap(({ ages }) => ages.map((age) => age[which])));
    const quarters = await whole.api<Cohorts>('/api/v1/arr/cohorts?by=quarter&from=2024-12-01');
    expect(await exactIn(page, tableOf('ARR of a cohort'))).toEqual(kept(quarters, 'revenueKept'));
    await page.getByRole('button', { name: 'Month', exact: true }).click();
    await page.getByRole('button', { name: 'Customers kept' }).click();
    await page.getByRole('rowheader', { name: 'Jan 2026', exact: true }).last().waitFor();
    const months = await whole.api<Cohorts>('/api/v1/arr/cohorts?by=month&from=2025-12-01');
    expect(await exactIn(page, tableOf('Customers of a cohort'))).toEqual(kept(months, 'logosKept'));
  });

  it('of why NRR changed, whose parts sum to the change, down to a source event', async () => {
    const change = await whole.api<Change>('/api/v1/arr/retention-change?month=2026-03&limit=200');
    const { groups, byCause, items } = change;
    const parts = groups.flatMap((group) => group.parts);
    for (const effects of [groups, parts, byCause, items]) expect(sumOf(effects.map(({ effect }) => effect))).toBe(change.change.numerator);
    expect(change.nextCursor).toBeNull();
    const { rows } = await whole.api<Metrics>('/api/v1/arr/metrics?from=2026-02-01&on=2026-03-31&metrics=nrr');
    expect([change.before.nrr, change.after.nrr]).toEqual(rows.map(({ figures }) => figures[0]?.value));
    const asked: string[] = [];
    const before = async (opened: Page): Promise<void> => {
      opened.on('request', (request) => {
        if (request.url().includes('/retention-change?')) asked.push(request.url());
      });
    };
    const page = await open('/retention', { before });
    await page.getByRole('button', { name: 'Why NRR changed in Mar 2026' }).click();
    await page.getByRole('heading', { name: 'Why NRR changed in Mar 2026' }).waitFor();
    await page.getByRole('table', { name: 'By what came and went' }).waitFor();
    expect(asked).toHaveLength(new Set(asked).size);
    expect(await exactIn(page, tableOf('By cause'))).toEqual(byCause.map(({ effect }) => effect.numerator));
    const lines = groups.flatMap((group) => [group, ...group.parts]);
    expect(await exactIn(page, tableOf('By what came and went'))).toEqual(lines.map(({ effect }) => effect.numerator));
    const explained = parts.filter(({ explain }) => explain !== undefined);
    expect(await figuresIn(page, tableOf('By what came and went'))).toEqual(explained.map(({ amountMinor }) => amountMinor));
    const largest = tableOf('Customers with the largest effects');
    expect(await exactIn(page, largest)).toEqual(items.slice(0, 10).map(({ effect }) => effect.numerator));
    const { events } = await whole.api<{ events: readonly { eventId: string }[] }>(items[0]?.movements[0]?.explain ?? '');
    await page
      .locator(largest)
      .getByRole('link', { name: /Explain$/ })
      .first()
      .click();
    await page.locator(`[data-event="${events[0]?.eventId}"]`).first().waitFor();
  });

  it('of the forecast, its errors and what was recorded, down to the movements that it is told from', async () => {
    interface Month {
      readonly closingMinor: string;
      readonly streams: readonly { readonly stream: string; readonly expectedMinor: string }[];
      readonly intervals: readonly { readonly fromMinor: string; readonly toMinor: string }[];
    }
    interface Forecast {
      readonly months: readonly Month[];
      readonly accuracy: readonly { readonly of: string; readonly [error: string]: string }[];
      readonly recorded: readonly { readonly forecastMinor: string; readonly actualMinor: string }[];
    }
    const page = await open('/forecast?months=6');
    const ahead = tableOf('ARR and its streams by month');
    await page.locator(ahead).waitFor();
    await settled(page);
    const { months, accuracy, recorded } = await whole.api<Forecast>('/api/v1/arr/forecast?until=6');
    const moving = ['new', 'expansion', 'contraction', 'churn', 'renewal-uplift'];
    const row = ({ streams, closingMinor }: Month): (string | undefined)[] => [
      ...moving.map((name) => streams.find(({ stream }) => stream === name)?.expectedMinor),
      closingMinor,
    ];
    expect(await exactIn(page, ahead)).toEqual(months.flatMap(row));
    const between = months.flatMap(({ intervals }) => intervals.map(({ fromMinor, toMinor }) => `${fromMinor} ${toMinor}`));
    expect(await figuresIn(page, ahead)).toEqual(between);
    const errors = (of: string): (string | undefined)[] =>
      accuracy.filter((one) => one.of === of).flatMap((one) => [one['error'], one['errorIfStays'], one['errorIfGoesOn']]);
    expect(await exactIn(page, tableOf('Back-tests of ARR'))).toEqual(errors('arr'));
    expect(await exactIn(page, tableOf('Forecasts recorded'))).toEqual(recorded.map(({ forecastMinor }) => forecastMinor));
    expect(await figuresIn(page, tableOf('Forecasts recorded'))).toEqual(recorded.map(({ actualMinor }) => actualMinor));
    await page.locator('[data-derived="Expansion, Nov 2026"]').click();
    await page.getByRole('link', { name: 'Expansion of the months that it is told from' }).click();
    const year = await whole.api<{ amountMinor: string }>('/api/v1/arr/explain?from=2025-11-01&to=2026-10-31&cause=expansion');
    await page.locator(`[data-explained="${year.amountMinor}"]`).waitFor();
    // An address tells all that is shown: a cut, a stream, an explanation.
    await page.goto(`${whole.stack.url}/forecast?dimension=segment&value=Starter&of=churn`);
    await page.getByRole('heading', { name: 'Months ahead: segment Starter' }).waitFor();
    const starter = await whole.api<Forecast>('/api/v1/arr/forecast?dimension=segment&value=Starter');
    const churn = starter.accuracy.filter(({ of }) => of === 'churn').map((one) => one['error']);
    const shown = await exactIn(page, tableOf('Back-tests of Churn'));
    expect(shown.filter((_, i) => i % 3 === 0)).toEqual(churn);
  });

  it('of churn risk, customer by customer and by value', async () => {
    interface Risk {
      readonly total: { readonly arrMinor: string; readonly atRiskMinor: string };
      readonly byValue: Risk['total'][];
      readonly items: readonly {
        readonly customerId: string;
        readonly name: string;
        readonly arrMinor: string;
        readonly atRiskMinor: string;
        readonly probability: { readonly numerator: string };
      }[];
    }
    const page = await open('/risk?dimension=segment');
    await page.locator(tableOf('ARR at risk by segment')).waitFor();
    await settled(page);
    const { total, byValue, items } = await whole.api<Risk>('/api/v1/arr/churn-risk?dimension=segment&limit=50');
    expect(items.length).toBeGreaterThan(20);
    const atRisk = items.flatMap(({ probability, atRiskMinor }) => [probability.numerator, atRiskMinor]);
    expect(await exactIn(page, tableOf('Customers by ARR at risk'))).toEqual(atRisk);
    expect(await exactIn(page, 'main')).toEqual([total.atRiskMinor, ...byValue.map(({ atRiskMinor }) => atRiskMinor), ...atRisk]);
    const arr = [total, ...byValue, ...items].map(({ arrMinor }) => arrMinor);
    expect(await figuresIn(page, 'main')).toEqual(arr);
    const [{ customerId, name } = { customerId: '', name: '' }] = items;
    await page.locator(`[data-derived="Probability that ${name} leaves"]`).click();
    await page
      .getByRole('dialog')
      .getByText(/^The rate of all years .* Together /)
      .waitFor();
    await page.getByRole('dialog').getByRole('link', { name }).click();
    await page.waitForURL(`**/customers/${customerId}`);
  });

  it('of bookings, down to the event that shows a signature', async () => {
    const page = await open('/bookings');
    await page.getByText('Nothing was booked in this time').waitFor();
    await page.getByText('No signature').waitFor();
    // Nothing is signed in these books: what would be shown if there were.
    const { items } = await whole.api<{ items: readonly Movement[] }>('/api/v1/arr/movements?from=2026-06-01&to=2026-06-30');
    const { events } = await whole.api<{ events: readonly { eventId: string }[] }>(
      `/api/v1/arr/explain?${new URLSearchParams({ movementId: items[0]?.movementId ?? '' })}`,
    );
    const sum = (planMinor: string) => ({ byCurrency: [{ currency: 'EUR', amountMinor: planMinor, planMinor }], planMinor });
    const totals = {
      ...{ bookings: 2, debookings: 1, tcv: sum('700'), acv: sum('500'), firstYear: sum('400') },
      ...{ netNewArr: sum('300'), debookedTcv: sum('-200') },
    };
    const own = (amountMinor: string) => ({ currency: 'EUR', amountMinor, planMinor: amountMinor });
    const eventId = events[0]?.eventId ?? '';
    const { customerId = '' } = items[0] ?? {};
    const signature = {
      ...{ customerId, name: 'Sample', agreementId: 'A-1', kind: 'contract', bookedOn: '2026-06-03', startsOn: '2026-07-01' },
      ...{ productId: 'p', legalEntity: 'e', currency: 'EUR', tcv: own('7'), acv: own('5'), firstYear: own('4'), netNewArr: own('3') },
      ...{ attributes: {}, eventId, explain: `/api/v1/arr/explain?${new URLSearchParams({ customerId, eventId })}` },
    };
    const empty = await whole.api<object>('/api/v1/arr/bookings');
    const rows = [{ startsOn: '2026-06-01', endsOn: '2026-06-30', value: '', ...totals }];
    await page.route('**/api/v1/arr/bookings?**', (route) =>
      route.fulfill({ json: { ...empty, total: totals, rows, items: [signature], nextCursor: null } }),
    );
    await page.reload();
    await page.locator('[data-derived="TCV, Jun 2026"]').waitFor();
    const amounts = ['700', '500', '400', '300', '-200'];
    expect(await exactIn(page, 'main')).toEqual([...amounts, ...amounts]);
    expect(await figuresIn(page, tableOf('Signatures'))).toEqual(['7', '5', '4', '3']);
    await page.locator('[data-derived="TCV, Jun 2026"]').click();
    await page.getByRole('link', { name: 'Its signatures' }).click();
    await page.waitForURL(/from=2026-06-01&to=2026-06-30/);
    await page.getByRole('link', { name: /^TCV of A-1: / }).click();
    await page.locator(`[data-event="${eventId}"]`).first().waitFor();
  });

  it('of the pack, on the screen and as CSV', async () => {
    const page = await open('/pack?periods=2');
    await page.locator(tableOf('Definition, purpose')).waitFor();
    const query = 'on=2026-11-05&from=2026-10-01&period=month';
    const { definitions, periods } = await whole.api<{
      definitions: readonly { id: string }[];
      periods: readonly { figures: readonly { id: string; value?: string; reported?: string }[] }[];
    }>(`/api/v1/arr/pack?${query}`);
    const figureOf = (id: string) => periods.map(({ figures }) => figures.find((figure) => figure.id === id));
    const values = definitions.flatMap(({ id }) => told(figureOf(id).map((figure) => figure?.value)));
    expect(values.length).toBeGreaterThan(50);
    expect(await exactIn(page, 'main')).toEqual(values);
    const downloaded = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const file = await downloaded;
    expect(file.suggestedFilename()).toBe('ascent-pack-month-2026-11-05.csv');
    const csv = await fetch(`${whole.stack.url}/api/v1/arr/pack/csv?${query}`, { headers: { accept: 'text/csv' } });
    expect(readFileSync(await file.path(), 'utf8')).toBe(await csv.text());
    await page.evaluate(() => {
      window.print = () => {
        document.title = 'printed';
      };
    });
    await page.getByRole('button', { name: 'Print' }).click();
    expect(await page.title()).toBe('printed');
  });

  it('of a customer', async () => {
    const { items } = await whole.api<{ items: readonly Movement[] }>('/api/v1/arr/movements?from=2026-06-01&to=2026-06-30');
    const [{ customerId } = { customerId: '' }] = items;
    const customer = await whole.api<{ arrMinor: string; lines: readonly object[]; movements: readonly object[] }>(
      `/api/v1/arr/customers/${customerId}`,
    );
    const page = await open(`/customers/${customerId}`);
    await page.getByRole('heading', { name: 'How it came about' }).waitFor();
    expect(await exactIn(page, 'main')).toEqual([customer.arrMinor]);
    const rowsOf = (index: number): Promise<number> => page.locator('main table').nth(index).locator('tbody tr').count();
    expect([await rowsOf(0), await rowsOf(1)]).toEqual([customer.lines.length, customer.movements.length]);
  });

  it('of all customers, searched and filtered, and of what stands beside ARR', async () => {
    interface Customer {
      readonly customerId: string;
      readonly name: string;
      readonly arrMinor: string;
    }
    interface Total {
      readonly planMinor?: string;
    }
    interface Beside {
      readonly isComplete: boolean;
      readonly contracted: { readonly carr: Total; readonly tcv: Total };
      readonly arr: Total;
      readonly billed: Total;
      readonly usage: Total;
      readonly unsigned: Total;
    }
    const listed = async (query: string): Promise<readonly Customer[]> =>
      (await whole.api<{ items: readonly Customer[] }>(`/api/v1/arr/customers?${query}`)).items;
    const customers = await listed('limit=50');
    expect(customers.length).toBeGreaterThan(20);
    const page = await open('/customers');
    const amounts = (of: readonly Customer[]): string[] => of.map(({ arrMinor }) => arrMinor);
    await page.getByRole('link', { name: `ARR of ${customers[0]?.name}`, exact: false }).waitFor();
    expect(await figuresIn(page, 'main')).toEqual(amounts(customers));
    const { isComplete, arr, contracted, billed, usage, unsigned } = await whole.api<Beside>('/api/v1/arr/beside');
    expect(isComplete).toBe(true);
    const totals = [arr, contracted.carr, contracted.tcv, billed, usage, unsigned].map(({ planMinor }) => planMinor);
    expect(await exactIn(page, 'main')).toEqual(told(totals));
    const [word = ''] = customers[3]?.name.split(' ') ?? [];
    await page.getByRole('searchbox', { name: 'Find customers' }).fill(word);
    const found = await listed(`search=${word}`);
    expect(found.length).toBeLessThan(customers.length);
    await page.waitForURL(/search=/);
    const gone = customers.find(({ customerId }) => !found.some((one) => one.customerId === customerId));
    await page.getByRole('link', { name: `ARR of ${gone?.name}`, exact: false }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: `ARR of ${found[0]?.name}`, exact: false }).waitFor();
    expect(await figuresIn(page, 'main')).toEqual(amounts(found));
    await page.goto(`${whole.stack.url}/customers?dimension=segment&value=Enterprise&sort=name`);
    const enterprise = await listed('dimension=segment&value=Enterprise&sort=name');
    await page.getByRole('link', { name: `ARR of ${enterprise[0]?.name}`, exact: false }).waitFor();
    expect(await figuresIn(page, 'main')).toEqual(amounts(enterprise));
    await page.getByRole('button', { name: 'Unsigned bookings' }).click();
    await page.getByText('Everything that is claimed is signed').waitFor();
  });

  it('of the alerts, as they stand and as they were told', async () => {
    const { items } = await whole.api<{ items: readonly { rule: string; subject: string; state: string }[] }>(
      '/api/v1/arr/alerts?limit=100',
    );
    const page = await open('/');
    await page.getByRole('heading', { name: 'Alerts' }).waitFor();
    await page.getByRole('button', { name: /^Not open/ }).click();
    const shown = (attribute: string): Promise<(string | null)[]> =>
      page.locator(`[${attribute}]`).evaluateAll((all, name) => all.map((one) => one.getAttribute(name)), attribute);
    const standing = items.map(({ rule, subject, state }) => `${rule} ${subject} ${state}`);
    expect((await shown('data-alert')).toSorted()).toEqual(standing.toSorted());
    const history = await whole.api<{ items: readonly { alertId: string; happened: string }[] }>('/api/v1/arr/alerts/history?limit=20');
    expect(history.items.length).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'History' }).click();
    await page.locator('[data-told]').first().waitFor();
    expect(await shown('data-told')).toEqual(history.items.map(({ alertId, happened }) => `${alertId} ${happened}`));
  });

  it('of the integrations', async () => {
    const page = await open('/integrations');
    await page.getByRole('heading', { name: 'stripe-main' }).waitFor();
    const { items } = await whole.api<{ items: readonly { id: string; deliveries: Record<string, number> }[] }>('/api/v1/integrations');
    for (const { id, deliveries } of items)
      for (const [outcome, number] of Object.entries(deliveries))
        expect(await page.locator(`[data-delivery="${id} ${outcome}"]`).textContent()).toBe(number.toLocaleString('en-US'));
  });
});

describe('an explanation', () => {
  it('leads from a figure to its movements, to a source event, from there to what it led to, and back', async () => {
    const { rows } = await waterfall(YEAR);
    const june = rows.find(({ startsOn }) => startsOn === '2026-06-01');
    const net = june?.movements.find(({ cause }) => cause === 'expansion')?.netMinor ?? '';
    const explained = await whole.api<{ items: readonly (Movement & { explain: string })[] }>(`${june?.explain}&cause=expansion`);
    const [movement] = explained.items;
    const told = await whole.api<{ events: readonly { eventId: string }[] }>(movement?.explain ?? '');
    const page = await open('/arr');
    await page.getByRole('link', { name: /^Expansion, Jun 2026: / }).click();
    await page.locator(`[data-explained="${net}"]`).waitFor();
    await page
      .getByRole('link', { name: new RegExp(`^Expansion of ${movement?.customerId}: `) })
      .first()
      .click();
    const [event] = told.events;
    await page.locator(`[data-event="${event?.eventId}"]`).first().waitFor();
    expect(await page.locator('[data-event]').evaluateAll((all) => all.map((one) => one.getAttribute('data-event')))).toEqual(
      told.events.map(({ eventId }) => eventId),
    );
    await page.getByRole('link', { name: 'Movements that it led to' }).first().click();
    await page.getByRole('heading', { name: 'An event and the movements that it led to' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'A movement and the events behind it' }).waitFor();
    await page.goBack();
    await page.locator(`[data-explained="${net}"]`).waitFor();
  });

  it('is opened and closed by keyboard alone', async () => {
    const page = await open('/');
    await page
      .getByRole('link', { name: /^ARR: / })
      .first()
      .waitFor();
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let pressed = 0; pressed < 60; pressed += 1) {
        await page.keyboard.press('Tab');
        const label = await page.evaluate(
          () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
        );
        if (name.test(label)) return;
      }
      throw new Error(`no way by Tab to ${name}`);
    };
    await tabTo(/^ARR: /);
    await page.keyboard.press('Enter');
    await page.locator(`[data-explained="${(await status()).arrMinor}"]`).waitFor();
    await tabTo(/^Close the explanation/);
    await page.keyboard.press('Enter');
    await page.locator('[data-explained]').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');
  });
});

describe('docs/walkthrough.md', () => {
  it('leads from the first screen to why NRR fell in March, in under ten clicks', async () => {
    const { groups, items } = await whole.api<Change>('/api/v1/arr/retention-change?month=2026-03&limit=10');
    const part = groups.flatMap(({ parts }) => parts).findLast(({ explain }) => explain !== undefined);
    const explained = await whole.api<{ amountMinor: string }>(part?.explain ?? '');
    const moved = items.find(({ movements }) => movements.length > 0);
    const page = await open('/');
    let clicks = 0;
    const click = async (target: Locator): Promise<void> => {
      await target.click();
      clicks += 1;
    };
    await click(page.getByRole('link', { name: 'Retention' }));
    await click(page.getByRole('button', { name: 'Why NRR changed in Mar 2026' }));
    const parts = page.locator(tableOf('By what came and went'));
    await click(parts.locator('[data-figure] a').last());
    await page.locator(`[data-explained="${explained.amountMinor}"]`).waitFor();
    const largest = page.locator(tableOf('Customers with the largest effects'));
    const ofMoved = new RegExp(` of ${moved?.customerId.replaceAll('.', '\\.')}, `);
    await click(largest.getByRole('link', { name: ofMoved }).first());
    await page.locator('[data-event]').first().waitFor();
    await click(page.getByRole('button', { name: 'What it says, in our words' }).first());
    await page.locator('pre.fact').first().waitFor();
    await click(page.getByText('Customer:', { exact: false }).getByRole('link'));
    await page.getByRole('heading', { name: 'How it came about' }).waitFor();
    expect(clicks).toBeLessThan(10);
    const written = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'walkthrough.md'), 'utf8');
    expect(written.match(/^\d+\. \*\*/gm)).toHaveLength(clicks);
  });
});

const A_CUSTOMER = '/customers/…';
const SCREENS = [
  '/',
  '/arr',
  '/retention?month=2026-03',
  '/economics',
  '/forecast',
  '/risk?dimension=segment',
  '/bookings',
  '/pack?periods=1',
  '/customers',
  '/customers?list=unsigned',
  A_CUSTOMER,
  '/rulings?propose=adjustment',
  '/definitions?propose=change',
  '/integrations',
  '/?explain=from%3D2026-06-01%26to%3D2026-06-30',
];
const WITHOUT_FIGURES = ['/rulings?propose=adjustment', '/definitions?propose=change', '/integrations'];
/** The customer is one that moved in June. */
const pathOf = async (path: string): Promise<string> => {
  if (path !== A_CUSTOMER) return path;
  const { items } = await whole.api<{ items: readonly Movement[] }>('/api/v1/arr/movements?from=2026-06-01&to=2026-06-30');
  return `/customers/${items[0]?.customerId}`;
};
const settled = async (page: Page): Promise<void> => {
  await page.waitForLoadState('networkidle');
  await page.getByRole('status').waitFor({ state: 'detached' });
};
/** What axe finds that is serious; of the dark only what differs there. */
const seriousIn = async (page: Page, rules?: readonly string[]): Promise<string[]> => {
  const options = rules === undefined ? {} : { runOnly: [...rules] };
  const { violations } = await page.evaluate((run) => (globalThis as unknown as { axe: typeof axe }).axe.run(run), options);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};

/** By Tab and Enter from the beginning of the page: a formula, an explanation beside the figures, or the customer's own screen. And back. */
const openByKeyboard = async (page: Page): Promise<void> => {
  const isAtFigure = (): Promise<boolean> =>
    page.evaluate(() => {
      const at = document.activeElement;
      return (
        at !== null &&
        at !== document.body &&
        at.closest('main') !== null &&
        (at.closest('.figure') ?? at.querySelector('.figure')) !== null
      );
    });
  for (let pressed = 0; pressed < 60 && !(await isAtFigure()); pressed += 1) await page.keyboard.press('Tab');
  expect(await isAtFigure()).toBe(true);
  const address = page.url();
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog')
    .or(page.locator('[data-explained], [data-event]'))
    .or(page.getByRole('heading', { name: 'How it came about' }))
    .first()
    .waitFor();
  if (page.url() === address) await page.keyboard.press('Escape');
  else await page.goBack();
  await page.getByRole('status').waitFor({ state: 'detached' });
};

describe('every screen', () => {
  it.each(SCREENS)(
    'explains by keyboard alone, has nothing that axe finds serious, light or dark, and fits a phone and a wall: %s',
    async (path) => {
      const page = await open(await pathOf(path));
      await settled(page);
      if (!WITHOUT_FIGURES.includes(path)) await openByKeyboard(page);
      await page.evaluate(axe.source);
      expect(await seriousIn(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await seriousIn(page, ['color-contrast'])).toEqual([]);
      for (const [width, height] of [
        [390, 844],
        [2560, 1440],
      ] as const) {
        await page.setViewportSize({ width, height });
        // The frame follows its width in steps.
        await page.waitForTimeout(300);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(width);
      }
    },
  );

  it('follows the system into the dark, until somebody chooses', async () => {
    const page = await open('/', { dark: true });
    await page
      .getByRole('link', { name: /^ARR: / })
      .first()
      .waitFor();
    const ink = (): Promise<string> => page.evaluate(() => getComputedStyle(document.querySelector('h1') ?? document.body).color);
    const dark = await ink();
    await page.getByRole('button', { name: 'Appearance: system' }).click();
    await page.getByRole('button', { name: 'Appearance: light' }).waitFor();
    expect(await ink()).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: 'Appearance: light' }).waitFor();
    expect(await ink()).not.toBe(dark);
  });

  it('is printed without its navigation', async () => {
    const page = await open('/');
    await page
      .getByRole('link', { name: /^ARR: / })
      .first()
      .waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    expect(await page.getByRole('heading', { name: 'Milestone' }).isVisible()).toBe(true);
  });
});

const PROBLEM = {
  type: '/problems/busy',
  title: 'Busy',
  status: 503,
  detail: 'Another change is under way.',
  instance: '/requests/r1',
  field: 'query.on',
};
const STATUS_ROUTE = '**/api/v1/arr/status**';
const failing = (page: Page): Promise<unknown> =>
  page.route(STATUS_ROUTE, (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(PROBLEM) }),
  );

describe('an API that', () => {
  it.each(SCREENS)('is slow and then fails has a screen that says what it waits for, and what went wrong: %s', async (path) => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const before = (opened: Page): Promise<unknown> =>
      opened.route('**/api/v1/**', async (route) => {
        await held;
        await route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(PROBLEM) });
      });
    const page = await open(await pathOf(path), { before });
    await page
      .getByText(/^Loading /)
      .first()
      .waitFor();
    answer();
    await page.getByText(PROBLEM.detail).first().waitFor();
    await page.getByRole('button', { name: 'Try again' }).first().waitFor();
  });

  it('fails is shown by its problem with the field, and asked again on demand', async () => {
    const page = await open('/', { before: failing });
    await page.getByText('Another change is under way.').waitFor();
    expect(await page.getByText('Field: query.on').isVisible()).toBe(true);
    await page.unroute(STATUS_ROUTE);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page
      .getByRole('link', { name: /^ARR: / })
      .first()
      .waitFor();
  });

  it('refuses a day is shown with what it says', async () => {
    const page = await open('/?on=2026-02-30');
    await page.getByText('Field: on', { exact: true }).waitFor();
  });

  it('fails later leaves the figures there, and says since when', async () => {
    const page = await open('/');
    await page
      .getByRole('link', { name: /^ARR: / })
      .first()
      .waitFor();
    await failing(page);
    await page.getByRole('link', { name: 'Integrations' }).click();
    await page.getByRole('heading', { name: 'stripe-main' }).waitFor();
    await page.getByRole('link', { name: 'Plan' }).click();
    await page.getByText(/^Shown as of /).waitFor();
    expect((await figuresIn(page, 'main'))[0]).toBe((await status()).arrMinor);
  });

  it('cannot be reached is said to be so', async () => {
    const page = await open('/', { before: (opened) => opened.route(STATUS_ROUTE, (route) => route.abort()) });
    await page.getByText('Ascent cannot be reached.').waitFor();
  });

  it('has nothing to list shows that it has nothing', async () => {
    const page = await open('/customers?search=nobody-is-called-so');
    await page.getByText('No customer', { exact: true }).waitFor();
    await page.goto(`${whole.stack.url}/rulings?status=rejected`);
    await page.getByText('No ruling is here').waitFor();
  });

  it('has too little history to tell of what lies ahead is said to have, with why', async () => {
    const notTold = { code: 'history-short', detail: 'It takes 12 months that are over; there are 3.' };
    const young = async (path: string, with_: object): Promise<void> => {
      const told = await whole.api<object>(path);
      await page.route(`**${path}?**`, (route) => route.fulfill({ json: { ...told, ...with_, notTold } }));
    };
    const page = await open('/');
    await young('/api/v1/arr/forecast', { months: [], accuracy: [], recorded: [] });
    await young('/api/v1/arr/churn-risk', {
      items: [],
      byValue: [],
      cohorts: [],
      total: undefined,
      calibration: undefined,
      nextCursor: null,
    });
    for (const [screen, said] of [
      ['Forecast', 'No forecast has been recorded yet'],
      ['Churn risk', 'No year is over yet'],
    ] as const) {
      await page.getByRole('link', { name: screen }).click();
      await page.getByText(notTold.detail).waitFor();
      await page.getByText(said).waitFor();
      expect(await figuresIn(page, 'main')).toEqual([]);
    }
  });
});

/** What is decided in a page is decided by somebody else than who proposes in it. */
const decideAs = async (page: Page, subject: string): Promise<void> => {
  const { access_token } = await whole.api<{ access_token: string }>('/local/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roles: ['finance'], subject }),
  });
  await page.route('**/approve', (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${access_token}` } }),
  );
};
const refuseOnce = (page: Page, address: string): Promise<unknown> =>
  page.route(
    address,
    (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ ...PROBLEM, field: undefined }) }),
    { times: 1 },
  );

describe('what two people decide', () => {
  it('is a ruling: proposed with what is wrong beside its field, nothing typed lost, and approved by a second person', async () => {
    const { items } = await whole.api<{ items: readonly Movement[] }>('/api/v1/arr/customers?limit=1');
    const { customerId = '' } = items[0] ?? {};
    const page = await open(`/customers/${customerId}`);
    await page.getByRole('link', { name: 'Adjust its ARR' }).click();
    const field = (name: string): Locator => page.getByRole('textbox', { name });
    const propose = (): Promise<void> => page.getByRole('button', { name: 'Propose' }).click();
    expect(await field('Customer').inputValue()).toBe(customerId);
    await field('ARR').fill('1200.505');
    await field('Currency').fill('usd');
    await propose();
    await page.getByText('Received “1200.505” in “usd”.').waitFor();
    await field('ARR').fill('1200.5');
    await field('From').fill('2026-11-01');
    await field('Expires (optional)').fill('2026-10-01');
    await field('Reason').fill('ab');
    // By keyboard: a form is sent from within a field.
    await field('From').press('Enter');
    await page.getByText(/^Too small.*received "ab"$/).waitFor();
    await field('Reason').fill('Agreed by order form 12');
    await field('From').press('Enter');
    await page.getByText('An adjustment expires after the day from which on it counts, 2026-11-01.').waitFor();
    await field('Expires (optional)').fill('2027-11-01');
    await refuseOnce(page, '**/api/v1/arr/rulings');
    await propose();
    await page.getByText(`${PROBLEM.title}: ${PROBLEM.detail}`, { exact: true }).waitFor();
    await page.reload();
    expect([await field('ARR').inputValue(), await field('Reason').inputValue()]).toEqual(['1200.5', 'Agreed by order form 12']);
    await propose();
    const entry = page.locator('[data-ruling$=" proposed"]');
    await entry.getByText('+$1,200.50 of ARR from Nov 1, 2026 until Nov 1, 2027.').waitFor();
    await entry.getByRole('button', { name: /^Approve / }).click();
    await page.getByRole('button', { name: 'Yes, approve' }).click();
    await page.getByText('Whoever proposes a ruling cannot approve it: a second person does.').waitFor();
    await decideAs(page, 'second');
    await page.getByRole('button', { name: 'Try again' }).click();
    await entry.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Approved' }).click();
    await page.getByText(/^Approved by second, /).waitFor();
    interface Ruling {
      readonly rulingId: string;
      readonly ruling: object;
      readonly reason: string;
    }
    const rulings = await whole.api<{ items: readonly Ruling[] }>(`/api/v1/arr/rulings?status=approved&customerId=${customerId}`);
    const said = { kind: 'adjustment', customerId, amountMinor: '120050', currency: 'USD', on: '2026-11-01', until: '2027-11-01' };
    expect(rulings.items).toMatchObject([{ ruling: said, reason: 'Agreed by order form 12' }]);
    await whole.stack.idle();
    await page.getByRole('link', { name: /^What .* led to/ }).click();
    await page.locator(`[data-event="${rulings.items[0]?.rulingId}"]`).waitFor();
    await page.goto(`${whole.stack.url}/customers/${customerId}`);
    await page.getByRole('link', { name: /^End it: adjustment / }).waitFor();
    expect(await figuresIn(page, tableOf('On this day'))).toEqual(['120050']);
    await page.getByRole('link', { name: /^End it: adjustment / }).click();
    await page.getByRole('heading', { name: 'End an adjustment' }).waitFor();
    expect(await field('Adjustment').inputValue()).toBe(rulings.items[0]?.rulingId);
    // A possible duplicate leads to the ruling that says whether it is one; none is in these books.
    const side = (subscriptionId: string) => ({
      ...{ subscriptionId, productId: 'p', currency: 'USD', amountMinor: '100', ageDays: 3, lineId: 'l', startsOn: '2026-01-01' },
      ...{ shownOn: '2026-01-01', system: 's', instance: 'i', eventId: 'e', explain: '/api/v1/arr/explain?on=2026-11-05' },
    });
    const pair = { signed: side('agreement'), billed: side('subscription') };
    const found = { kind: 'possible-duplicates', customerId, name: 'Sample', possibleDuplicate: pair };
    await page.route('**/api/v1/arr/beside/possible-duplicates?**', (route) =>
      route.fulfill({ json: { items: [found], nextCursor: null } }),
    );
    await page.goto(`${whole.stack.url}/customers?list=possible-duplicates`);
    await page.getByRole('link', { name: 'One, or two? Whether subscription bills agreement' }).click();
    const asked = await Promise.all(['Customer', 'Agreement', 'Billed subscription'].map((name) => field(name).inputValue()));
    expect(asked).toEqual([customerId, 'agreement', 'subscription']);
  });

  it('is another definition: proposed with its effect on 24 months, and approved by a second person', async () => {
    const page = await open('/definitions');
    await page.getByRole('button', { name: 'Propose a change' }).click();
    await page.getByRole('button', { name: /^Profile/ }).click();
    await page.getByRole('option', { name: 'smsb' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('Our lender asks for it');
    await page.getByRole('button', { name: 'Propose', exact: true }).click();
    await page.getByText(/^Ledger not made: /).waitFor();
    await page.getByRole('button', { name: 'Have it made' }).click();
    await page.getByRole('button', { name: 'Have it made', disabled: true }).waitFor();
    await whole.stack.clock.advance(whole.stack.clock.now() + TASKS_RAN_WITHIN_MS);
    const effect = tableOf('ARR of 24 months by both');
    await page.locator(effect).waitFor();
    await page.getByRole('button', { name: 'Propose', exact: true }).click();
    const entry = page.locator('[data-change$=" proposed"]');
    await entry.locator(effect).waitFor();
    interface Change {
      readonly effect: { readonly rows: readonly { leftMinor: string; rightMinor: string; differenceMinor: string }[] };
      readonly status: string;
    }
    const changes = async (): Promise<Change> =>
      (await whole.api<{ items: readonly Change[] }>('/api/v1/arr/profile-changes')).items[0] as Change;
    const { rows } = (await changes()).effect;
    expect(rows).toHaveLength(24);
    const amounts = rows.toReversed().flatMap(({ leftMinor, rightMinor, differenceMinor }) => [leftMinor, rightMinor, differenceMinor]);
    expect(await exactIn(page, '[data-change]')).toEqual(amounts);
    await decideAs(page, 'second');
    await page.getByRole('button', { name: 'Approve the change from enterprise to smsb' }).click();
    await refuseOnce(page, '**/approve');
    await page.getByRole('button', { name: 'Yes, approve' }).click();
    await page.getByText(PROBLEM.detail).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/^Approved by second, /).waitFor();
    await page.getByText('The next deployment of a configuration with it puts it in force').waitFor();
    expect((await changes()).status).toBe('approved');
  });
});
