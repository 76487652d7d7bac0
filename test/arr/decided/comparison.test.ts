import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { ask, follow, itIs, leaving, plain, record, run, signed } from './told.ts';

/** The example of docs/profiles.md, by the ways of production. */
useDynamoDB();

interface Compared {
  readonly leftMinor: string;
  readonly rightMinor: string;
  readonly differenceMinor: string;
  readonly reasons: readonly { readonly switch: string; readonly left: string; readonly right: string; readonly differenceMinor: string }[];
}
interface Moved {
  readonly effectiveOn: string;
  readonly cause: string;
  readonly lines: readonly { readonly deltaMinor: string }[];
  readonly explain: string;
}
interface Row extends Compared {
  readonly explain: string;
  readonly endsOn: string;
}
interface Line extends Compared {
  readonly customerId: string;
  readonly lineKey: string;
}
const SIDES = { left: 'enterprise', right: 'stripe' };
const HALF_A_YEAR = { ...SIDES, from: '2026-01-01', to: '2026-06-30' };

const dollars = (minor: string): number => Number(minor) / 100;
const told = ({ leftMinor, rightMinor, reasons }: Compared) => [
  dollars(leftMinor),
  dollars(rightMinor),
  Object.fromEntries(reasons.map((reason) => [reason.switch, dollars(reason.differenceMinor)])),
];
const rows = async (query: Record<string, string> = {}) =>
  (await ask<{ rows: readonly Row[] }>('getArrComparison', { query: { ...HALF_A_YEAR, ...query } })).json.rows;

beforeAll(async () => {
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  itIs('2026-07-15T12:00:00Z');
  await record(...leaving, ...signed, ...plain());
});

describe('the comparison of two profiles', () => {
  it('is not there until somebody asks for it, and says what to call', async () => {
    const refused = await ask<{ detail: string; type: string }>('getArrComparison', { query: HALF_A_YEAR });
    expect([refused.status, refused.json.type]).toEqual([409, expect.stringContaining('ledger-not-made')]);
    expect(refused.json.detail).toContain('POST /api/v1/arr/comparisons');
    expect((await ask('makeArrComparison', { body: { left: 'stripe', right: 'stripe' } })).status).toBe(400);
    expect((await ask('makeArrComparison', { body: { left: 'stripe', right: 'gaap' } })).status).toBe(404);
    expect((await ask('makeArrComparison', { body: SIDES })).json).toMatchObject({
      ...SIDES,
      ledger: { state: 'making', done: 0, of: 32 },
    });
    expect(await run()).toEqual({ shards: 32, isDone: true });
    const { comparisons } = (await ask<{ comparisons: readonly object[] }>('listArrProfiles')).json;
    expect(comparisons).toMatchObject([{ ...SIDES, ledger: { state: 'ready' } }]);
  });

  it('tells both at the end of each period, and what each switch changes', async () => {
    expect((await rows()).map((row) => [row.endsOn, ...told(row)])).toEqual([
      ['2026-01-31', 1_080, 1_200, { discounts: 120 }],
      ['2026-02-28', 61_080, 49_200, { basis: -12_000, discounts: 120 }], // 60,000 are signed, 48,000 billed
      ['2026-03-31', 61_680, 49_800, { basis: -12_000, discounts: 120 }],
      ['2026-04-30', 61_680, 49_800, { basis: -12_000, discounts: 120 }],
      ['2026-05-31', 61_680, 49_800, { basis: -12_000, discounts: 120 }],
      ['2026-06-30', 61_680, 48_600, { basis: -12_000, churnDate: -1_080 }], // who has asked to leave has left
    ]);
    const [january] = await rows();
    expect(january?.reasons).toEqual([{ switch: 'discounts', left: 'net', right: 'net-of-forever', differenceMinor: '12000' }]);
    expect(
      (await rows({ from: '2026-06-07', to: '2026-06-09', period: 'day' })).map(({ differenceMinor }) => dollars(differenceMinor)),
    ).toEqual([-11_880, -13_080, -13_080]);
  });

  it('sums in every cut: who goes from one segment to another takes its difference along', async () => {
    const of = async (value: string) => (await rows({ dimension: 'segment', value, from: '2026-04-01', to: '2026-05-31' })).map(told);
    expect(await of('Mid-Market')).toEqual([
      [60_000, 48_000, { basis: -12_000 }],
      [0, 0, {}],
    ]);
    expect(await of('Enterprise')).toEqual([
      [0, 0, {}],
      [60_000, 48_000, { basis: -12_000 }],
    ]);
    expect(await of('SMB')).toEqual([
      [1_680, 1_800, { discounts: 120 }],
      [1_680, 1_800, { discounts: 120 }],
    ]);
    const unknown = await ask<{ type: string }>('getArrComparison', { query: { ...HALF_A_YEAR, dimension: 'segment', value: 'Large' } });
    expect([unknown.status, unknown.json.type]).toEqual([404, expect.stringContaining('dimension-unknown')]);
  });

  it('names the lines that differ, the largest first, page by page', async () => {
    const lines = async (query: Record<string, string> = {}) =>
      (
        await ask<{ lines: number; items: readonly Line[]; nextCursor: string | null }>('listArrComparedLines', {
          query: { ...SIDES, on: '2026-06-20', ...query },
        })
      ).json;
    const all = await lines();
    expect(all.lines).toBe(3);
    expect(all.items.map((line) => [line.customerId, line.lineKey.split('/')[0], ...told(line)])).toEqual([
      ['stripe.main.cus_2', '8002', 60_000, 0, { basis: -60_000 }],
      ['stripe.main.cus_2', 'sub_2', 0, 48_000, { basis: 48_000 }],
      ['stripe.main.cus_1', 'sub_1', 1_080, 0, { churnDate: -1_080 }],
    ]);
    const first = await lines({ limit: '2' });
    expect(first.items).toEqual(all.items.slice(0, 2));
    const second = await lines({ limit: '2', cursor: first.nextCursor ?? '' });
    expect([second.items, second.nextCursor]).toEqual([all.items.slice(2), null]);
    expect((await lines({ because: 'churnDate' })).items).toEqual(all.items.slice(2));
    expect((await lines({ dimension: 'segment', value: 'SMB' })).items).toEqual(all.items.slice(2));
    const [june] = await rows({ from: '2026-06-20', to: '2026-06-20', period: 'day' });
    expect(await follow<object>('listArrComparedLines', june?.explain ?? '')).toMatchObject({ lines: 3, items: all.items });
    expect(await follow<object>('listArrComparedLines', `${june?.explain}&because=churnDate`)).toMatchObject({ lines: 1 });
  });

  it('tells one customer under both, with the movements of either side and what explains them', async () => {
    const path = '/api/v1/arr/comparison/customers/stripe.main.cus_1?left=enterprise&right=stripe&on=2026-06-20';
    const customer = await follow<{ lines: readonly Line[]; leftMovements: Moved[]; rightMovements: Moved[] }>(
      'getArrComparedCustomer',
      path,
    );
    expect(customer.lines.map(told)).toEqual([[1_080, 0, { churnDate: -1_080 }]]);
    const moved = (movements: readonly Moved[]) =>
      movements.map(({ effectiveOn, cause, lines }) => [effectiveOn, cause, lines[0]?.deltaMinor]);
    expect(moved(customer.leftMovements)).toEqual([['2026-01-01', 'new', '108000']]);
    expect(moved(customer.rightMovements)).toEqual([
      ['2026-01-01', 'new', '120000'],
      ['2026-06-08', 'churn', '-120000'],
    ]);
    for (const { explain } of [...customer.leftMovements, ...customer.rightMovements]) await follow('explainArr', explain);
    // Those on which they agree are there, too.
    const plainly = '/api/v1/arr/comparison/customers/stripe.main.cus_3?left=enterprise&right=stripe&on=2026-06-20';
    expect((await follow<{ lines: readonly Line[] }>('getArrComparedCustomer', plainly)).lines.map(told)).toEqual([[600, 600, {}]]);
    const nobody = await ask('getArrComparedCustomer', { query: { ...SIDES, on: '2026-06-20' } }, { customerId: 'stripe.main.cus_9' });
    expect(nobody.status).toBe(404);
  });
});
