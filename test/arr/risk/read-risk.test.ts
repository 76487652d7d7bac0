import { beforeAll, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { handler as api } from '../../../functions/arr/api.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { canceled, customer, seats, subscription } from '../facts.ts';
import { clockAt } from '../ledger/recorded.ts';

useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

interface Total {
  readonly customers: number;
  readonly arrMinor: string;
  readonly atRiskMinor: string;
}
interface Part {
  readonly numerator: string;
  readonly value: string;
}
interface Item extends Omit<Total, 'customers'> {
  readonly customerId: string;
  readonly name: string;
  readonly probability: Part;
  readonly base: Part;
  readonly reasons: readonly { readonly feature: string; readonly band: string; readonly effect: Part }[];
  readonly playbook: string;
}
interface Answer {
  readonly type?: string;
  readonly notTold?: { readonly code: string; readonly detail: string };
  readonly rate: { readonly customers: number; readonly left: number };
  readonly cohorts: readonly object[];
  readonly calibration?: { readonly on: string; readonly customers: number; readonly left: number };
  readonly total: Total;
  readonly byValue: readonly (Total & { readonly value: string })[];
  readonly playbooks: readonly { readonly id: string }[];
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

const ask = async (query: Readonly<Record<string, string>> = {}) => {
  const answer = await call<Answer>(api, 'GET', '/api/v1/arr/churn-risk', { scopes: ['arr/read'], query });
  if (answer.status === 200) expect(arrRoutes.listArrChurnRisk.response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};
const refused = async (query: Readonly<Record<string, string>>) => {
  const { status, json } = await ask(query);
  return [status, json.type?.slice('/problems/'.length)];
};

const CUSTOMERS = 24;
/** Customer `n` has n seats at $1,000 a year from 2023 on; every other one is Enterprise. Four leave in 2025, two in 2026. */
const factsOf = (n: number): readonly Fact[] => {
  const startsOn = '2023-01-01';
  const facts = [
    customer('2023-01-01', { segment: n % 2 === 0 ? 'Enterprise' : 'SMB' }, { name: `Customer ${n}` }),
    subscription('2023-01-01', [seats('a', n, 100_000, { interval: 'year' })], { startsOn, lifecycle: 'created' }),
    ...(n <= 4 ? [canceled('2025-06-01', { startsOn })] : n <= 6 ? [canceled('2026-02-01', { startsOn })] : []),
  ];
  return JSON.parse(JSON.stringify(facts).replaceAll('cus_1', `cus_${n}`).replaceAll('sub_1', `sub_${n}`)) as Fact[];
};

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

it('says that there is no history before there is any', async () => {
  clockAt('2026-10-01T10:00:00Z');
  const { status, json } = await ask();
  expect([status, json.items, json.notTold]).toEqual([
    200,
    [],
    { code: 'history-short', detail: 'Not enough history: received 0 customers whose twelve months are over, needs 20.' },
  ]);
});

it('tells recorded facts on: who is there, by the years that are over', async () => {
  for (let n = 1; n <= CUSTOMERS; n += 1)
    expect(await recordFacts(factsOf(n), decidingContext, `2026-10-20T09:00:${10 + n}.000Z`)).toEqual(new Set());
  clockAt('2026-11-05T10:00:00Z');
  const { json } = await ask();
  expect(json.cohorts).toEqual([
    { on: '2023-10-31', customers: 24, left: 0, knownToLeave: 0 },
    { on: '2024-10-31', customers: 24, left: 4, knownToLeave: 0 },
    { on: '2025-10-31', customers: 20, left: 2, knownToLeave: 0 },
  ]);
  // 6 ÷ 68 × level
  expect(json.rate).toEqual({ customers: 68, left: 6, level: '1.003', value: '0.088500' });
  expect(json.calibration).toMatchObject({ on: '2025-10-31', customers: 20, left: 2 });
  // 7 + 8 + … + 24 seats
  expect(json.total).toMatchObject({ customers: 18, arrMinor: '27900000' });
  expect(json.items).toHaveLength(18);
  for (const { probability, base, reasons } of json.items) {
    expect(reasons.map(({ feature }) => feature)).toEqual(['level', 'tenure', 'size', 'contraction', 'expansion']);
    expect(reasons.reduce((sum, { effect }) => sum + BigInt(effect.numerator), BigInt(base.numerator))).toBe(BigInt(probability.numerator));
  }
  const atRisk = json.items.map(({ atRiskMinor }) => BigInt(atRiskMinor));
  expect(atRisk).toEqual(atRisk.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
  expect(atRisk.reduce((sum, amount) => sum + amount, 0n)).toBe(BigInt(json.total.atRiskMinor));
  const known = new Set(json.playbooks.map(({ id }) => id));
  expect(json.items.every(({ playbook }) => known.has(playbook))).toBe(true);
});

it('rolls up by value, and each value by itself', async () => {
  const { json } = await ask({ dimension: 'segment' });
  expect(json.byValue.map(({ value, customers }) => [value, customers])).toEqual([
    ['Enterprise', 9],
    ['SMB', 9],
  ]);
  const sum = (of: 'arrMinor' | 'atRiskMinor') => json.byValue.reduce((total, one) => total + BigInt(one[of]), 0n);
  expect([sum('arrMinor'), sum('atRiskMinor')]).toEqual([BigInt(json.total.arrMinor), BigInt(json.total.atRiskMinor)]);
  const enterprise = (await ask({ dimension: 'segment', value: 'Enterprise' })).json;
  expect(enterprise.total).toEqual({ ...json.byValue[0], value: undefined });
  expect(enterprise.items).toHaveLength(9);
});

it('answers page by page, or of one customer, and refuses what cannot be asked', async () => {
  const all = (await ask()).json.items;
  const first = (await ask({ limit: '10' })).json;
  const second = (await ask({ limit: '10', cursor: first.nextCursor ?? '' })).json;
  expect([...first.items, ...second.items]).toEqual(all);
  expect(second.nextCursor).toBeNull();
  const [one] = all;
  const own = (await ask({ customerId: one?.customerId ?? '' })).json;
  expect([own.items, own.total.customers]).toEqual([[one], 18]);
  expect(one?.name).toMatch(/^Customer \d+$/);
  expect(await refused({ customerId: 'stripe.main.cus_1' })).toEqual([404, 'customer-unknown']); // left in 2025
  expect(await refused({ value: 'SMB' })).toEqual([400, 'question-incomplete']);
  expect(await refused({ dimension: 'colour' })).toEqual([404, 'dimension-unknown']);
});
