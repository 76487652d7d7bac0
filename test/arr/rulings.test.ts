import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod/mini';
import { company } from '../../ascent.config.ts';
import type { arrCustomer, explainedMovement } from '../../functions/arr/answers.ts';
import { handler as api } from '../../functions/arr/api.ts';
import { decidingContext } from '../../functions/arr/records/context.ts';
import { recordFacts } from '../../functions/arr/records/record.ts';
import { arrRoutes } from '../../functions/arr/routes.ts';
import type { RulingRecord } from '../../functions/arr/rulings/ruling.ts';
import { commit } from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { useDynamoDBProxy } from '../support/dynamodb-proxy.ts';
import { call } from '../support/http.ts';
import { eventsIn } from '../support/items.ts';
import { ACCOUNT, account, agreement, billed, decide, deliver, PAYER, payer, propose, ruled, SCOPES } from './ruled.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
process.env['ASCENT_CONFIG'] = JSON.stringify(company);
/** The platform's clock stands at 2026-11-05T10:00:00Z. */
const clock = new BigInt64Array([1_793_872_800_000n, 0n]);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});
beforeEach(async () => {
  await table.another();
  const facts = [account, payer, agreement(), billed()];
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
});

const LINK = { kind: 'link', customerId: ACCOUNT, otherId: PAYER, isSame: true } as const;
const PAIR = { kind: 'pair', customerId: ACCOUNT, agreementId: '0101', subscriptionId: 'sub_1', isSame: true } as const;
type Customer = z.infer<typeof arrCustomer>;
const customerOn = async (customerId: string, on = '2026-11-05'): Promise<Customer> => {
  const { json, status } = await call<Customer>(api, 'GET', `/api/v1/arr/customers/${customerId}`, { scopes: ['arr/read'], query: { on } });
  expect([status, arrRoutes.getArrCustomer.response.safeParse(json)]).toMatchObject([200, { success: true }]);
  return json;
};

describe('a ruling by hand', () => {
  it('counts once a second person has approved it, exactly once however often that is told', async () => {
    expect((await customerOn(ACCOUNT)).arrMinor).toBe('120000000');
    expect((await customerOn(PAYER)).arrMinor).toBe('100000000');
    const link = await ruled(LINK, 3);
    // The two lines are too unlike to be one without a word: $1,200,000 signed and $1,000,000 bought beside it.
    expect((await customerOn(ACCOUNT)).arrMinor).toBe('220000000');
    const pair = await ruled(PAIR);
    const now = await customerOn(PAYER);
    expect(now).toMatchObject({
      customerId: ACCOUNT,
      name: 'Acme',
      arrMinor: '120000000',
      identity: {
        members: [
          { customerId: ACCOUNT, name: 'Acme' },
          { customerId: PAYER, name: 'Acme GmbH' },
        ],
        links: [{ customers: [ACCOUNT, PAYER], by: 'by-hand', id: link }],
        pairs: [{ agreementId: '800A', subscriptionId: 'sub_1', by: 'by-hand' }],
      },
    });
    const why = await call<z.infer<typeof explainedMovement>>(api, 'GET', '/api/v1/arr/explain', {
      scopes: ['arr/read'],
      query: { customerId: PAYER, eventId: pair },
    });
    expect(arrRoutes.explainArr.response.safeParse(why.json)).toMatchObject({ success: true });
    expect(why.json).toMatchObject({
      customerId: ACCOUNT,
      identity: { links: [{ by: 'by-hand', id: link }] },
      events: [
        {
          eventId: pair,
          kind: 'pair',
          system: 'manual',
          fact: { byHand: { reason: 'One deal: order form of 15 January', proposedBy: 'ann', approvedBy: 'bob' } },
        },
      ],
    });
  });

  it('is undone by another one, and the books are as before', async () => {
    await ruled(LINK);
    expect((await customerOn(PAYER)).customerId).toBe(ACCOUNT);
    clock[0] = (clock[0] as bigint) + 60_000n;
    await ruled({ ...LINK, isSame: false });
    expect([(await customerOn(ACCOUNT)).arrMinor, (await customerOn(PAYER)).arrMinor]).toEqual(['120000000', '100000000']);
    expect((await customerOn(PAYER)).identity).toMatchObject({ members: [{ customerId: PAYER, name: 'Acme GmbH' }], links: [], pairs: [] });
  });

  it('is not approved by whoever proposed it, and not decided twice', async () => {
    const { rulingId } = (await propose(LINK)).json;
    expect((await decide(rulingId, 'approve', 'ann')).json).toMatchObject({
      status: 403,
      type: expect.stringContaining('second-person-needed'),
    });
    expect((await decide(rulingId, 'approve', 'bob')).status).toBe(200);
    expect((await decide(rulingId, 'approve', 'bob')).status).toBe(200);
    expect((await decide(rulingId, 'reject', 'cid')).json).toMatchObject({ status: 409, type: expect.stringContaining('ruling-decided') });
    expect((await decide(rulingId, 'approve', 'cid')).status).toBe(409);
    expect(await eventsIn('RULED')).toHaveLength(1);
  });

  it('is decided once when two decide at the same time', async () => {
    const { rulingId } = (await propose(LINK)).json;
    const answers = await Promise.all([decide(rulingId, 'approve', 'bob'), decide(rulingId, 'reject', 'cid')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it('is answered as it stands to whoever decides it twice at the same time', async () => {
    const { rulingId } = (await propose(LINK)).json;
    const [one, other] = await Promise.all([decide(rulingId, 'approve', 'bob'), decide(rulingId, 'approve', 'bob')]);
    expect(one.json).toMatchObject({ rulingId, status: 'approved', decidedBy: 'bob' });
    expect(other.json).toEqual(one.json);
    expect(await eventsIn('RULED')).toHaveLength(1);
  });

  it('that is rejected, also by its proposer, changes nothing', async () => {
    const { rulingId } = (await propose(LINK)).json;
    expect((await decide(rulingId, 'reject', 'ann')).json).toMatchObject({ status: 'rejected', decidedBy: 'ann' });
    expect(await eventsIn('RULED')).toEqual([]);
  });

  it('that an agreement goes on names the customer whose agreement it is, not who pays for it', async () => {
    await ruled(LINK);
    const { json } = await propose({ kind: 'lapse', customerId: PAYER, agreementId: '800A', of: 'term', on: '2029-02-01', goesOn: true });
    expect(json).toMatchObject({ status: 422, type: expect.stringContaining('ruling-invalid'), field: 'ruling.customerId' });
    expect(
      (await propose({ kind: 'lapse', customerId: ACCOUNT, agreementId: '800A', of: 'term', on: '2029-02-01', goesOn: true })).status,
    ).toBe(200);
  });

  it('is proposed once while it is open, and listed, newest first, by pages', async () => {
    const first = (await propose(LINK)).json;
    expect((await propose(LINK)).json).toEqual(first);
    clock[0] = (clock[0] as bigint) + 1000n;
    const second = (await propose(LINK, 'cid')).json;
    const list = async (query: Record<string, string>) =>
      (await call<{ items: RulingRecord[]; nextCursor: string | null }>(api, 'GET', '/api/v1/arr/rulings', { ...SCOPES, query })).json;
    const page = await list({ limit: '1', customerId: PAYER });
    expect(page.items).toEqual([second]);
    expect((await list({ limit: '1', customerId: PAYER, cursor: page.nextCursor ?? '' })).items).toEqual([first]);
    expect((await list({ status: 'approved' })).items).toEqual([]);
    expect(await list({ status: 'proposed' })).toEqual({ items: [second, first], nextCursor: null });
    const approved = (await decide(first.rulingId, 'approve', 'bob')).json;
    expect((await list({ status: 'proposed' })).items).toEqual([second]);
    expect((await list({ status: 'approved' })).items).toEqual([approved]);
    expect((await list({ status: 'approved', customerId: ACCOUNT })).items).toEqual([approved]);
    expect((await list({ status: 'rejected', customerId: ACCOUNT })).items).toEqual([]);
    expect((await list({})).items).toEqual([second, approved]);
  });

  it('is proposed once by one person though asked for several times at the same moment, and by each person for herself', async () => {
    // Both look for an open one before either is recorded, a moment apart.
    const { promise: isFirstDecided, resolve: firstDecided } = Promise.withResolvers<void>();
    const { promise: areBothDecided, resolve: bothDecided } = Promise.withResolvers<void>();
    const ids: unknown[] = [];
    let looked = 0;
    proxy.before = async ({ operation, input }) => {
      if (operation === 'GetItem' && input.Key?.['pk']?.S?.startsWith('RULINGWORDS#')) {
        looked += 1;
        if (looked === 2) await isFirstDecided;
      }
      if (operation !== 'TransactWriteItems' || ids.length > 1) return undefined;
      ids.push(input.TransactItems?.[0]?.Put?.Item?.['sk']?.S);
      if (ids.length === 2) bothDecided();
      clock[0] = (clock[0] as bigint) + 5n;
      firstDecided();
      await areBothDecided;
      return undefined;
    };
    const both = await Promise.all([propose(LINK), propose({ isSame: true, otherId: PAYER, customerId: ACCOUNT, kind: 'link' })]);
    expect(new Set(ids).size).toBe(2);
    proxy.before = undefined;
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both[0].json).toEqual(both[1].json);
    expect((await propose(LINK, 'cid')).json.rulingId).not.toBe(both[0].json.rulingId);
    expect((await propose({ ...LINK, isSame: false })).json.rulingId).not.toBe(both[0].json.rulingId);
    const { json } = await call<{ items: RulingRecord[] }>(api, 'GET', '/api/v1/arr/rulings', SCOPES);
    expect(json.items).toHaveLength(3);
  });

  it('can be proposed again in the same words once it is decided, and is decided by itself', async () => {
    const first = (await propose(LINK)).json.rulingId;
    await decide(first, 'reject', 'bob');
    clock[0] = (clock[0] as bigint) + 1000n;
    const second = (await propose(LINK)).json.rulingId;
    expect(second > first).toBe(true);
    expect((await decide(first, 'approve', 'bob')).status).toBe(409);
    expect((await decide(second, 'approve', 'bob')).json).toMatchObject({ rulingId: second, status: 'approved' });
    expect((await decide(first, 'reject', 'bob')).json).toMatchObject({ rulingId: first, status: 'rejected' });
    expect((await eventsIn('RULED')).map(({ id }) => id)).toEqual([`ruling:${second}`]);
  });

  it('can be proposed, rejected and proposed again within one millisecond', async () => {
    const first = (await propose(LINK)).json.rulingId;
    await decide(first, 'reject', 'bob');
    const second = await propose(LINK);
    expect(second).toMatchObject({ status: 200, json: { status: 'proposed' } });
    expect(second.json.rulingId).not.toBe(first);
    expect((await decide(second.json.rulingId, 'approve', 'bob')).json).toMatchObject({ status: 'approved' });
  });

  it('is listed beside those that an earlier version kept otherwise, which are left out', async () => {
    const old = { pk: 'RULINGS', rulingId: 'ruling-20260101000000000-abcdefgh', by: 'ann', at: '2026-01-01T00:00:00.000Z' };
    const proposed = { ...old, sk: `${old.rulingId}#0`, step: '0', status: 'proposed', ruling: JSON.stringify(LINK), reason: 'One deal' };
    const decided = { ...old, sk: `${old.rulingId}#1`, step: '1', status: 'approved', by: 'bob' };
    expect(await commit([{ put: { Item: proposed } }, { put: { Item: decided } }])).toMatchObject({ ok: true });
    const now = (await propose(LINK)).json;
    const { json, status } = await call<{ items: RulingRecord[] }>(api, 'GET', '/api/v1/arr/rulings', SCOPES);
    expect([status, json]).toEqual([200, { items: [now], nextCursor: null }]);
  });

  it('is proposed and decided by what its own keys hold, however many there are', async () => {
    const asked = (): string[] =>
      proxy.calls.flatMap(({ operation, input }) => {
        const writes = input.TransactItems?.map(({ Put: put }) => String(put?.Item?.['pk']?.S).split('#')[0]);
        const keys = Object.values(input.RequestItems ?? {}).flatMap(({ Keys: own }) => own ?? []);
        const pks = [...(writes ?? []), ...[input.Key, ...keys].map((key) => key?.['pk']?.S?.split('#')[0])];
        return pks.some((pk) => pk?.startsWith('RUL')) || JSON.stringify(input).includes('"RULINGS')
          ? [`${operation} ${pks.filter((pk) => pk !== undefined).join(' ')}`]
          : [];
      });
    proxy.calls.length = 0;
    const { rulingId } = (await propose(LINK)).json;
    // The words of its proposer; then the proposal, these words, and the lists of both customers.
    expect(asked()).toEqual(['GetItem RULINGWORDS', 'TransactWriteItems RULINGS RULINGWORDS RULINGS RULINGS']);
    proxy.calls.length = 0;
    await decide(rulingId, 'approve', 'bob');
    expect(asked()).toEqual(['BatchGetItem RULINGS RULED', 'TransactWriteItems RULED RULINGWORDS']);
  });

  it.each([
    ['a customer that nobody knows', { ...LINK, otherId: 'stripe.main.cus_none' }, 404, 'customer-unknown', 'ruling.otherId'],
    ['a customer and itself', { ...LINK, otherId: ACCOUNT }, 422, 'ruling-invalid', 'ruling.otherId'],
    ['an agreement that is not there', { ...PAIR, agreementId: '800Z' }, 422, 'ruling-invalid', 'ruling.agreementId'],
    ['a subscription of another customer', PAIR, 422, 'ruling-invalid', 'ruling.subscriptionId'],
    [
      'an end that is none',
      { kind: 'lapse', customerId: ACCOUNT, agreementId: '800A', of: 'billing', on: '2026-03-01', goesOn: true },
      422,
      'ruling-invalid',
      'ruling.on',
    ],
    ['a kind that is none', { ...LINK, kind: 'merge' }, 400, 'validation', undefined],
  ])('on %s is a problem that says so', async (_what, ruling, status, code, field) => {
    const { json } = await propose(ruling);
    expect(json).toMatchObject({ status, type: expect.stringContaining(code), ...(field === undefined ? {} : { field }) });
    expect(await eventsIn('RULED')).toEqual([]);
  });
});

describe('an adjustment by hand', () => {
  const LESS = {
    kind: 'adjustment',
    customerId: ACCOUNT,
    currency: 'USD',
    amountMinor: '-20000000',
    on: '2026-07-01',
    until: '2026-12-01',
  } as const;
  const explained = (query: Record<string, string>) =>
    call<z.infer<typeof explainedMovement>>(api, 'GET', '/api/v1/arr/explain', { scopes: ['arr/read'], query });

  it('counts from its day until its expiry, once however often it is told, and is explained both ways', async () => {
    const rulingId = await ruled(LESS, 3, 'Credit of July, not in the contract yet');
    expect([(await customerOn(ACCOUNT, '2026-06-30')).arrMinor, (await customerOn(ACCOUNT, '2026-12-01')).arrMinor]).toEqual([
      '120000000',
      '120000000',
    ]);
    const during = await customerOn(ACCOUNT);
    expect(during).toMatchObject({
      arrMinor: '100000000',
      lines: [{ amountMinor: '120000000' }],
      adjustments: [
        {
          adjustmentId: rulingId,
          amountMinor: '-20000000',
          startsOn: '2026-07-01',
          endsOn: '2026-12-01',
          reason: 'Credit of July, not in the contract yet',
          proposedBy: 'ann',
          approvedBy: 'bob',
        },
      ],
      contracted: { carr: { planMinor: '100000000' }, beyondTerms: [{ lineId: rulingId, system: 'manual' }] },
    });
    const adjusting = during.movements.filter(({ cause }) => cause === 'adjustment');
    expect(adjusting).toMatchObject([
      { effectiveOn: '2026-07-01', lines: [{ planDeltaMinor: '-20000000' }], eventIds: [rulingId] },
      { effectiveOn: '2026-12-01', lines: [{ planDeltaMinor: '20000000' }], eventIds: [rulingId] },
    ]);
    expect((await explained({ movementId: adjusting[0]?.movementId ?? '' })).json.events).toMatchObject([
      { eventId: rulingId, kind: 'adjustment', system: 'manual', fact: { amountMinor: '-20000000', byHand: { proposedBy: 'ann' } } },
    ]);
    expect((await explained({ customerId: ACCOUNT, eventId: rulingId })).json.movements).toHaveLength(2);
  });

  it('is ended before its expiry by another ruling, which takes its place', async () => {
    const rulingId = await ruled(LESS);
    const end = await ruled({ kind: 'adjustment-end', customerId: ACCOUNT, adjustmentId: rulingId, on: '2026-09-01' });
    expect([(await customerOn(ACCOUNT, '2026-08-31')).arrMinor, (await customerOn(ACCOUNT, '2026-09-01')).arrMinor]).toEqual([
      '100000000',
      '120000000',
    ]);
    expect((await customerOn(ACCOUNT, '2026-08-31')).adjustments).toMatchObject([{ endsOn: '2026-09-01', endedBy: end }]);
    const { identity, movements } = await customerOn(ACCOUNT);
    expect(identity.rulings).toMatchObject([
      { rulingId: end, stands: true },
      { rulingId, stands: false, replacedBy: end },
    ]);
    const back = movements.find(({ cause, effectiveOn }) => cause === 'adjustment' && effectiveOn === '2026-09-01');
    expect(back).toMatchObject({ eventIds: [rulingId, end] });
  });

  it('that two people proposed is approved once, one after the other or at the same time, until it was ended', async () => {
    const approved = async (first: string, second: string, at: 'once' | 'twice') => {
      const ids = [(await propose(LESS, first)).json.rulingId, (await propose(LESS, second)).json.rulingId];
      const approve = (i: number) => decide(ids[i] as string, 'approve', 'bob');
      const answers = at === 'once' ? await Promise.all([approve(0), approve(1)]) : [await approve(0), await approve(1)];
      return answers.map(({ status, json }) => [status, json.type, json.rulingId, json.field]);
    };
    const refused = [422, '/problems/ruling-invalid', undefined, 'ruling.amountMinor'];
    // Neither is recorded yet.
    const [one, other] = await approved('ann', 'cid', 'twice');
    expect([one?.[0], other]).toEqual([200, refused]);
    expect(await deliver()).toBe(0);
    expect((await customerOn(ACCOUNT)).arrMinor).toBe('100000000');
    await ruled({ kind: 'adjustment-end', customerId: ACCOUNT, adjustmentId: one?.[2], on: '2026-09-01' });
    clock[0] = (clock[0] as bigint) + 60_000n;
    const again = await approved('dan', 'eve', 'once');
    expect(again.map(([status]) => status).toSorted()).toEqual([200, 422]);
    expect(await deliver()).toBe(0);
    expect((await customerOn(ACCOUNT, '2026-08-01')).arrMinor).toBe('80000000');
    expect((await customerOn(ACCOUNT)).arrMinor).toBe('100000000');
  });

  it('is ended under the customer that it is of, whoever is one with it', async () => {
    const adjustmentId = await ruled({ ...LESS, customerId: PAYER });
    await ruled(LINK);
    const end = { kind: 'adjustment-end', adjustmentId, on: '2026-09-01' };
    expect((await propose({ ...end, customerId: ACCOUNT })).json).toMatchObject({ status: 422, field: 'ruling.customerId' });
    expect((await propose({ ...end, customerId: PAYER })).status).toBe(200);
  });

  it('goes with its customer into the book of those that are one with it, and out again', async () => {
    await ruled({ ...LESS, customerId: PAYER });
    expect((await customerOn(PAYER)).arrMinor).toBe('80000000');
    await ruled(LINK);
    expect(await customerOn(ACCOUNT)).toMatchObject({ arrMinor: '200000000', adjustments: [{ amountMinor: '-20000000' }] });
    clock[0] = (clock[0] as bigint) + 60_000n;
    await ruled({ ...LINK, isSame: false });
    expect([(await customerOn(ACCOUNT)).arrMinor, (await customerOn(PAYER)).arrMinor]).toEqual(['120000000', '80000000']);
  });

  it.each([
    ['a day that is none', { ...LESS, on: '2026-02-30' }, 'ruling.on'],
    ['an expiry that is not after its day', { ...LESS, until: '2026-07-01' }, 'ruling.until'],
    ['a currency that is none', { ...LESS, currency: 'ZZZ' }, 'ruling.currency'],
    [
      'an end of what is not there',
      { kind: 'adjustment-end', customerId: ACCOUNT, adjustmentId: 'ruling-1', on: '2026-09-01' },
      'ruling.adjustmentId',
    ],
  ])('refuses %s', async (_, ruling, field) => {
    expect((await propose(ruling)).json).toMatchObject({ status: 422, type: expect.stringContaining('ruling-invalid'), field });
  });

  it('refuses nothing at all as an amount, what is in force already, and an end outside of its days', async () => {
    expect((await propose({ ...LESS, amountMinor: '0' })).status).toBe(400);
    const rulingId = await ruled(LESS);
    expect((await propose(LESS, 'cid')).json).toMatchObject({ status: 422, field: 'ruling.amountMinor' });
    const end = { kind: 'adjustment-end', customerId: ACCOUNT, adjustmentId: rulingId };
    expect((await propose({ ...end, on: '2026-06-30' })).json).toMatchObject({ status: 422, field: 'ruling.on' });
    expect((await propose({ ...end, on: '2026-12-01' })).json).toMatchObject({ status: 422, field: 'ruling.on' });
  });
});
