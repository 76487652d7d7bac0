import { expect } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { handler as api } from '../../../functions/arr/api.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { handler as task } from '../../../functions/arr/task-decide-ledgers.ts';
import { nowIso } from '../../../functions/platform/clock.ts';
import { call, type TestRequest } from '../../support/http.ts';
import { agreement, billedYearly, signedLine } from '../agreements.ts';
import { canceled, customer, seats, subscription } from '../facts.ts';

process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock: a frozen instant in epoch milliseconds. */
const clock = new BigInt64Array([0n, 0n]);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });
export const itIs = (instant: string): void => {
  clock[0] = BigInt(Date.parse(instant));
};

/** A run of the task; `calls` of the clock that it may ask whether there is time, before there is none. */
export const run = async (calls = Number.POSITIVE_INFINITY): Promise<{ readonly shards: number; readonly isDone: boolean }> => {
  let asked = 0;
  const getRemainingTimeInMillis = (): number => {
    asked += 1;
    return asked > calls ? 0 : 600_000;
  };
  const context = { functionName: 'arr-task-decide-ledgers', awsRequestId: 'request', getRemainingTimeInMillis };
  return (await (task as unknown as (event: object, context: object) => Promise<unknown>)({}, context)) as never;
};

export const record = async (...facts: readonly Fact[]): Promise<void> => {
  expect((await recordFacts(facts, decidingContext, nowIso())).size).toBe(0);
};

type Operation = keyof typeof arrRoutes;

/** An answer of the API, as its route declares it. */
export const ask = async <T>(operation: Operation, request: TestRequest = {}, path: Readonly<Record<string, string>> = {}) => {
  const route = arrRoutes[operation];
  const at = Object.entries(path).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    route.path as string,
  );
  const answer = await call<T>(api, route.method, at, { scopes: [route.scope], ...request });
  if (answer.status === 200) expect(route.response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};

/** What a path of an answer leads to, which must be there. */
export const follow = async <T>(operation: Operation, path: string): Promise<T> => {
  const [at = '', query = ''] = path.split('?');
  const { method, scope, response } = arrRoutes[operation];
  const answer = await call<T>(api, method, at, { scopes: [scope], query: Object.fromEntries(new URLSearchParams(query)) });
  expect([path, answer.status]).toEqual([path, 200]);
  expect(response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer.json;
};

/** The same fact of another customer, subscription or agreement. */
export const of = (n: number, fact: Fact): Fact =>
  JSON.parse(
    JSON.stringify(fact)
      .replaceAll('cus_1', `cus_${n}`)
      .replaceAll('sub_1', `sub_${n}`)
      .replaceAll('800A', `800${n}`)
      .replaceAll('00000101', `0000010${n}`)
      .replaceAll(fact.data.provenance.eventId, `${fact.data.provenance.eventId}-${n}`),
  ) as Fact;

const TENTH = {
  discountId: 'd',
  kind: 'percent',
  value: '10',
  duration: 'repeating',
  startsOn: '2026-01-01',
  endsOn: '2026-07-01',
} as const;
const LINE = [seats('si_1', 10, 1000)];

/** $1,200 a year, 10% off for six months; asked on 8 June to end on 1 July. */
export const leaving: readonly Fact[] = [
  customer('2026-01-01', { segment: 'SMB' }, { name: 'Zeta Mills' }),
  subscription('2026-01-01', LINE, { lifecycle: 'created', startsOn: '2026-01-01', discounts: [TENTH] }),
  subscription('2026-06-08', LINE, { startsOn: '2026-01-01', discounts: [TENTH], cancelsOn: '2026-07-01' }),
  canceled('2026-07-01', { startsOn: '2026-01-01' }),
];

/** Signed $60,000 a year from February 2026, billed $48,000 a year by a subscription that names the agreement; Enterprise from May on. */
export const signed: readonly Fact[] = [
  customer('2026-01-20', { segment: 'Mid-Market' }, { name: 'Acme Works' }),
  customer('2026-05-10', { segment: 'Enterprise' }, { name: 'Acme Works' }),
  agreement('2026-01-20', [signedLine('l1', 60_000, '2026-02-01', '2029-02-01')]),
  billedYearly('2026-02-01', 48_000, { agreementId: '800A' }),
].map((fact) => of(2, fact));

/** $600 a year from March 2026, of customer `n`: no switch bears on it. */
export const plain = (n = 3): readonly Fact[] =>
  [customer('2026-03-01', { segment: 'SMB' }, { name: 'Beta Forge' }), billedYearly('2026-03-01', 600)].map((fact) => of(n, fact));
