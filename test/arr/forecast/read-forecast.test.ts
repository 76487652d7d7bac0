import { beforeAll, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { handler as api } from '../../../functions/arr/api.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { agreement, signedLine } from '../agreements.ts';
import { customer, seats, subscription } from '../facts.ts';
import { clockAt } from '../ledger/recorded.ts';

useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

interface Answer {
  readonly code?: string;
  readonly type?: string;
  readonly notTold?: { readonly code: string; readonly detail: string };
  readonly origin: { readonly on: string; readonly arrMinor: string };
  readonly months: readonly {
    readonly startsOn: string;
    readonly openingMinor: string;
    readonly closingMinor: string;
    readonly streams: readonly { readonly stream: string; readonly knownMinor: string; readonly expectedMinor: string }[];
    readonly intervals: readonly { readonly level: number; readonly notTold?: { readonly detail: string } }[];
  }[];
  readonly accuracy: readonly { readonly lead: number; readonly of: string; readonly backTests: number; readonly error: string }[];
}

const ask = async (query: Readonly<Record<string, string>> = {}) => {
  const answer = await call<Answer>(api, 'GET', '/api/v1/arr/forecast', { scopes: ['arr/read'], query });
  if (answer.status === 200) expect(arrRoutes.getArrForecast.response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};
const refused = async (query: Readonly<Record<string, string>>) => {
  const { status, json } = await ask(query);
  return [status, json.type?.slice('/problems/'.length)];
};

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

it('says that there is no history before there is any', async () => {
  clockAt('2026-10-01T10:00:00Z');
  const { status, json } = await ask();
  expect([status, json.months, json.accuracy]).toEqual([200, [], []]);
  expect(json.notTold).toEqual({
    code: 'history-short',
    detail: 'Not enough history: received 0 months that began with ARR and are over, needs 12.',
  });
});

it('tells recorded facts on: seats as the last year added them, and what is signed ahead', async () => {
  // 10 seats at $1,000 a month since June 2025; 2 more in April 2026; $60,000 a year signed from 10 January 2027 on.
  const startsOn = '2025-06-01';
  const facts = [
    customer('2025-06-01', { segment: 'Enterprise' }),
    subscription('2025-06-01', [seats('a', 10, 100_000)], { startsOn, lifecycle: 'created' }),
    subscription('2026-04-10', [seats('a', 12, 100_000)], { startsOn }),
    agreement('2026-10-20', [signedLine('l1', 60_000, '2027-01-10', '2030-01-10')]),
  ];
  expect(await recordFacts(facts, decidingContext, '2026-10-20T09:00:00.000Z')).toEqual(new Set());
  clockAt('2026-11-05T10:00:00Z');
  const { status, json } = await ask({ until: '2027-01' });
  expect(status).toBe(200);
  expect(json.notTold).toBeUndefined();
  expect(json.origin).toEqual({ on: '2026-10-31', arrMinor: '14400000' });
  expect(json.months.map(({ startsOn: from }) => from)).toEqual(['2026-11-01', '2026-12-01', '2027-01-01']);
  for (const { openingMinor, streams, closingMinor } of json.months)
    expect(streams.reduce((sum, { expectedMinor }) => sum + BigInt(expectedMinor), BigInt(openingMinor))).toBe(BigInt(closingMinor));
  const expansion = json.months[0]?.streams.find(({ stream }) => stream === 'expansion');
  // The months from November 2025 on began with 6 × 120,000 + 6 × 144,000 = 1,584,000: 24,000 ÷ 1,584,000 × 144,000 = 2,181.8181…
  expect(expansion).toMatchObject({ method: 'rate', knownMinor: '0', expectedMinor: '218182' });
  const ahead = json.months[2]?.streams.find(({ stream }) => stream === 'expansion');
  expect(ahead).toMatchObject({ knownMinor: '6000000', expectedMinor: '6000000' });
  // Origins from June to September 2026.
  expect(json.months[0]?.intervals.map(({ notTold }) => notTold?.detail)).toEqual([
    undefined,
    'Not enough history: received 4 back-tests of this lead, needs 19.',
  ]);
  expect(json.accuracy.filter(({ of }) => of === 'arr').map(({ lead, backTests }) => [lead, backTests])).toEqual([
    [1, 4],
    [2, 3],
    [3, 2],
  ]);
});

it('is of one value of a dimension, too, and refuses what cannot be asked', async () => {
  const { json } = await ask({ dimension: 'segment', value: 'Enterprise', until: '1' });
  expect(json.months.map(({ openingMinor }) => openingMinor)).toEqual(['14400000']);
  expect((await ask({ until: '24' })).json.months).toHaveLength(24);
  expect(await refused({ until: '25' })).toEqual([400, 'validation']);
  expect(await refused({ until: '2026-10' })).toEqual([400, 'period-invalid']);
  expect(await refused({ until: '2028-11' })).toEqual([400, 'period-invalid']);
  expect(await refused({ dimension: 'segment' })).toEqual([400, 'question-incomplete']);
  expect(await refused({ value: 'Enterprise' })).toEqual([400, 'question-incomplete']);
  expect(await refused({ dimension: 'colour', value: 'red' })).toEqual([404, 'dimension-unknown']);
  expect(await refused({ profile: 'gaap' })).toEqual([404, 'profile-unknown']);
});
