import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod/mini';
import { company } from '../../../ascent.config.ts';
import type { arrCustomer, explainedMovement } from '../../../functions/arr/answers.ts';
import { handler as api } from '../../../functions/arr/api.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { seats, subscription } from '../facts.ts';
import { ACCOUNT, account, agreement, billed, decide, PAYER, payer, propose, ruled } from '../ruled.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);
const NOW = 1_793_872_800_000n;
/** The platform's clock stands at 2026-11-05T10:00:00Z. */
const clock = new BigInt64Array([NOW, 0n]);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });
const minutesLater = (minutes: bigint): void => {
  clock[0] = NOW + minutes * 60_000n;
};

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});
beforeEach(async () => {
  await table.another();
  clock[0] = NOW;
});
const record = async (...facts: Fact[]): Promise<void> => {
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
};

type Customer = z.infer<typeof arrCustomer>;
type Explained = z.infer<typeof explainedMovement>;
const customerOn = async (customerId: string): Promise<Customer> => {
  const { json } = await call<Customer>(api, 'GET', `/api/v1/arr/customers/${customerId}`, { scopes: ['arr/read'] });
  expect(arrRoutes.getArrCustomer.response.safeParse(json)).toMatchObject({ success: true });
  return json;
};
const explain = async (query: Record<string, string>): Promise<Explained> => {
  const { json } = await call<Explained>(api, 'GET', '/api/v1/arr/explain', { scopes: ['arr/read'], query });
  expect(arrRoutes.explainArr.response.safeParse(json)).toMatchObject({ success: true });
  return json;
};
type Movement = Customer['movements'][number];
const toldOf = ({ effectiveOn, cause, lines }: Movement): string =>
  `${effectiveOn} ${cause} ${lines.reduce((sum, { planDeltaMinor }) => sum + BigInt(planDeltaMinor), 0n)}`;
/** The movements that a ruling led to, as its event explains them for a customer; each leads back to whoever ruled, and why. */
const movedBy = async (rulingId: string, customerId: string, reason: string): Promise<string[]> => {
  const { movements } = await explain({ customerId, eventId: rulingId });
  for (const { movementId } of movements) {
    const { events } = await explain({ movementId });
    expect(events.filter(({ eventId }) => eventId === rulingId)).toMatchObject([
      { system: 'manual', fact: { byHand: { reason, proposedBy: 'ann', approvedBy: 'bob' } } },
    ]);
  }
  return movements.map(toldOf);
};
const PEOPLE = { proposedBy: 'ann', approvedBy: 'bob' };

describe('a pair ruling', () => {
  /** What is billed comes beside what is signed, and does not take its place after the term: 1,200,000 less 1,000,000. */
  const BY_APART = ['2026-06-01 expansion 100000000', '2029-02-01 contraction 20000000'];
  const PAIR = { kind: 'pair', customerId: ACCOUNT, agreementId: '0101', subscriptionId: 'sub_1' } as const;

  it('is named by the customer and by what moved, while it stands and once another has replaced it', async () => {
    // What bills names the agreement: one customer, and $1,000,000 is billed of the $1,200,000 that are signed.
    await record(account, payer, agreement(), billed({ agreementId: '0101' }));
    expect(await customerOn(PAYER)).toMatchObject({ arrMinor: '120000000', identity: { pairs: [{ by: 'key' }], rulings: [] } });
    const apart = await ruled({ ...PAIR, isSame: false }, 1, 'Bought beside the contract');
    const between = await customerOn(ACCOUNT);
    // Both count: 1,200,000 + 1,000,000.
    expect(between).toMatchObject({ arrMinor: '220000000', identity: { pairs: [] } });
    const said = { rulingId: apart, ruling: { ...PAIR, isSame: false }, reason: 'Bought beside the contract', ...PEOPLE };
    const at = { proposedAt: '2026-11-05T10:00:00.000Z', approvedAt: '2026-11-05T10:00:00.000Z' };
    expect(between.identity.rulings).toEqual([{ ...said, ...at, stands: true }]);
    expect(await movedBy(apart, PAYER, 'Bought beside the contract')).toEqual(BY_APART);

    minutesLater(5n);
    // By another id of the same agreement.
    const again = { ...PAIR, agreementId: '800A', isSame: true };
    const together = await ruled(again, 1, 'One deal after all');
    const now = await customerOn(ACCOUNT);
    expect(now).toMatchObject({ arrMinor: '120000000', identity: { pairs: [{ by: 'by-hand' }] } });
    const later = { proposedAt: '2026-11-05T10:05:00.000Z', approvedAt: '2026-11-05T10:05:00.000Z' };
    expect(now.identity.rulings).toEqual([
      { rulingId: together, ruling: again, reason: 'One deal after all', ...PEOPLE, ...later, stands: true },
      { ...said, ...at, stands: false, replacedBy: together },
    ]);
    expect(await movedBy(together, ACCOUNT, 'One deal after all')).toEqual([
      '2026-06-01 expansion -100000000',
      '2029-02-01 contraction -20000000',
    ]);
    expect(await movedBy(apart, ACCOUNT, 'Bought beside the contract')).toEqual(BY_APART);
    const [behind] = (await explain({ customerId: ACCOUNT, eventId: together })).movements;
    expect((await explain({ movementId: behind?.movementId ?? '' })).identity.rulings).toEqual(now.identity.rulings);
  });

  it('is not named by what moved before it or after it, nor before it is approved', async () => {
    await record(account, payer, agreement(), billed({ agreementId: '0101' }));
    const open = (await propose({ ...PAIR, isSame: false })).json.rulingId;
    expect((await customerOn(ACCOUNT)).identity.rulings).toEqual([]);
    await decide(open, 'reject', 'bob');
    expect((await customerOn(ACCOUNT)).identity.rulings).toEqual([]);
    minutesLater(1n);
    const apart = await ruled({ ...PAIR, isSame: false });
    // $1,500,000 from November: half a million more than before.
    await record(
      subscription('2026-11-02', [seats('si_1', 1, 150_000_000, { interval: 'year' })], {
        startsOn: '2026-06-01',
        eventId: 'evt_raised',
        agreementId: '0101',
      }),
    );
    const { movements } = await customerOn(ACCOUNT);
    const isNaming = movements.map((movement) => [toldOf(movement), movement.eventIds.includes(apart)]);
    expect(isNaming).toEqual([
      ['2026-02-01 new 120000000', false],
      ['2026-06-01 expansion 100000000', true],
      ['2026-11-02 expansion 50000000', false],
      ['2029-02-01 contraction -20000000', false],
      ['2029-02-01 contraction 20000000', true],
    ]);
  });
});

describe('a ruling on an agreement that goes to another account', () => {
  it('is named by that one, and not by what moves with the agreement', async () => {
    await record(account, payer, agreement(), billed({ agreementId: '0101' }));
    const apart = await ruled(
      { kind: 'pair', customerId: ACCOUNT, agreementId: '0101', subscriptionId: 'sub_1', isSame: false },
      1,
      'Beside',
    );
    const later = (fact: Fact): Fact =>
      ({ ...fact, data: { ...fact.data, provenance: { ...fact.data.provenance, observedAt: Number(NOW / 1000n) } } }) as Fact;
    await record(
      later(agreement({ customerId: '001B', eventId: 'read-b' })),
      later(agreement({ status: 'canceled', lines: [], eventId: 'left' })),
    );
    const OTHER = 'salesforce.main.001B';
    expect(await customerOn(OTHER)).toMatchObject({
      customerId: OTHER,
      arrMinor: '220000000',
      identity: { rulings: [{ rulingId: apart, stands: true, reason: 'Beside', ...PEOPLE }] },
    });
    // What moved to it did so with the agreement; what the ruling itself moved stands where it was said.
    expect((await explain({ customerId: OTHER, eventId: apart })).events).toMatchObject([{ eventId: apart, kind: 'pair' }]);
    expect(await movedBy(apart, OTHER, 'Beside')).toEqual([]);
    expect((await movedBy(apart, ACCOUNT, 'Beside'))[0]).toBe('2026-06-01 expansion 100000000');
  });
});

describe('a link ruling', () => {
  it('is named by both customers and by what moved from book to book, together and apart', async () => {
    await record(account, payer, agreement(), billed());
    const LINK = { kind: 'link', customerId: ACCOUNT, otherId: PAYER } as const;
    const linked = await ruled({ ...LINK, isSame: true }, 1, 'One group of companies');
    expect((await customerOn(PAYER)).identity).toMatchObject({
      links: [{ by: 'by-hand', id: linked }],
      rulings: [{ rulingId: linked, stands: true, reason: 'One group of companies', ...PEOPLE }],
    });
    // $1,000,000 leaves the payer's book, where it was new, and comes to the account's, which had the agreement's already.
    const together = ['2026-06-01 expansion 100000000', '2026-06-01 new -100000000'];
    expect((await movedBy(linked, ACCOUNT, 'One group of companies')).toSorted()).toEqual(together);

    minutesLater(5n);
    const apart = await ruled({ ...LINK, isSame: false }, 1, 'Sold in October');
    for (const customerId of [ACCOUNT, PAYER])
      expect((await customerOn(customerId)).identity).toMatchObject({
        members: [{ customerId }],
        links: [],
        rulings: [
          { rulingId: apart, stands: true, reason: 'Sold in October', ...PEOPLE },
          { rulingId: linked, stands: false, replacedBy: apart, reason: 'One group of companies', ...PEOPLE },
        ],
      });
    // Each book by itself again: the same way back.
    expect(await movedBy(apart, ACCOUNT, 'Sold in October')).toEqual(['2026-06-01 expansion -100000000']);
    expect(await movedBy(apart, PAYER, 'Sold in October')).toEqual(['2026-06-01 new 100000000']);
    expect(await movedBy(linked, ACCOUNT, 'One group of companies')).toEqual(['2026-06-01 expansion 100000000']);
    expect(await movedBy(linked, PAYER, 'One group of companies')).toEqual(['2026-06-01 new -100000000']);
  });
});

describe('a ruling on a lapse', () => {
  it('is named by what it brought back, and so is the one that takes it back', async () => {
    // $1,200,000 a year until September, and thirty days later nothing had come in its place.
    const year = seats('item', 1, 120_000_000, { interval: 'year', startsOn: '2025-09-01', endsOn: '2026-09-01' });
    const over = agreement({ startsOn: '2025-09-01', lines: [year] });
    await record(account, over);
    expect((await customerOn(ACCOUNT)).movements.map(toldOf)).toEqual(['2025-09-01 new 120000000', '2026-09-01 churn -120000000']);
    const LAPSE = { kind: 'lapse', customerId: ACCOUNT, agreementId: '800A', of: 'term', on: '2026-09-01' } as const;
    const goesOn = await ruled({ ...LAPSE, goesOn: true }, 1, 'Renewal is being signed');
    expect(await customerOn(ACCOUNT)).toMatchObject({
      arrMinor: '120000000',
      identity: { rulings: [{ rulingId: goesOn, stands: true, reason: 'Renewal is being signed', ...PEOPLE }] },
    });
    expect(await movedBy(goesOn, ACCOUNT, 'Renewal is being signed')).toEqual(['2026-09-01 churn 120000000']);
    minutesLater(5n);
    const ends = await ruled({ ...LAPSE, goesOn: false }, 1, 'It is not');
    expect(await customerOn(ACCOUNT)).toMatchObject({
      arrMinor: '0',
      identity: {
        rulings: [
          { rulingId: ends, stands: true, reason: 'It is not' },
          { rulingId: goesOn, stands: false, replacedBy: ends, reason: 'Renewal is being signed' },
        ],
      },
    });
    expect(await movedBy(ends, ACCOUNT, 'It is not')).toEqual(['2026-09-01 churn -120000000']);
  });
});
