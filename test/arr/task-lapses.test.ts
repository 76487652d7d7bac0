import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { handler as api } from '../../functions/arr/api.ts';
import type { Fact, SubscriptionFact } from '../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../functions/arr/records/context.ts';
import { recordFacts } from '../../functions/arr/records/record.ts';
import { readBooks, readFacts, readMovements } from '../../functions/arr/records/store.ts';
import { readMark, readWatched } from '../../functions/arr/records/watches-store.ts';
import { handler } from '../../functions/arr/task-lapses.ts';
import { nowIso } from '../../functions/platform/clock.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { type Call, useDynamoDBProxy } from '../support/dynamodb-proxy.ts';
import { call } from '../support/http.ts';
import { itemsUnder } from '../support/items.ts';
import { canceled, customer, seats, subscription } from './facts.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock: a frozen instant in epoch milliseconds. */
const clock = new BigInt64Array([0n, 0n]);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });
const itIs = (instant: string): void => {
  clock[0] = BigInt(Date.parse(instant));
};

let logged: string[] = [];
/** Milliseconds that Lambda leaves an invocation. */
let remainingMs = 600_000;
beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation(((text: string) => {
    logged.push(text);
    return true;
  }) as never);
  for (const level of ['info', 'warn', 'error', 'log'] as const)
    vi.spyOn(console, level).mockImplementation((text: string) => {
      logged.push(text);
    });
});
// A table of its own: the mark is the only one of its kind.
beforeEach(async () => {
  await table.another();
  logged = [];
  remainingMs = 600_000;
});

interface Answer {
  readonly lapses: number;
  readonly customers: number;
  readonly isDone: boolean;
}
/** One call of the schedule. */
const run = async (): Promise<Answer> => {
  const context = { functionName: 'arr-task-lapses', awsRequestId: 'request', getRemainingTimeInMillis: () => remainingMs };
  return (await (handler as unknown as (event: object, context: object) => Promise<Answer>)({}, context)) as Answer;
};
const record = async (...facts: Fact[]): Promise<number> => (await recordFacts(facts, decidingContext, nowIso())).size;

const org = (fact: Fact): Fact =>
  ({ ...fact, data: { ...fact.data, provenance: { ...fact.data.provenance, system: 'salesforce' } } }) as Fact;
/** $1,200,000 a year from 2026-02-01 until 2027-02-01, of the account with that name. */
const agreement = (name: string, more: Partial<SubscriptionFact> = {}, startsOn = '2026-02-01', endsOn = '2027-02-01'): Fact => {
  const id = more.subscriptionId ?? `800${name}`;
  return org(
    subscription('2026-01-15', [seats('item', 1, 120_000_000, { interval: 'year', startsOn, endsOn })], {
      customerId: name,
      subscriptionId: id,
      agreementId: id,
      agreementIds: [id],
      evidence: 'signed',
      lifecycle: 'observed',
      startsOn,
      startsOnStated: true,
      bookedOn: '2026-01-15',
      eventId: `read-${id}`,
      ...more,
    }),
  );
};
const renewal = (name: string): Fact =>
  agreement(name, { subscriptionId: `900${name}`, bookedOn: '2027-02-15' }, '2027-02-10', '2028-02-10');
const id = (name: string): string => `salesforce.main.${name}`;

const moved = async (name: string): Promise<string[]> =>
  (await readMovements(id(name))).map(
    ({ effectiveOn, cause, lines }) => `${effectiveOn} ${cause} ${lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), 0n)}`,
  );
/** Days under which a customer is listed, among some. */
const listed = async (name: string, ...days: string[]): Promise<string[]> => {
  const on = await Promise.all(days.map((day) => readWatched(day, undefined, 10)));
  return days.filter((_, i) => on[i]?.includes(id(name)));
};
const lapsesIn = async (customerId: string): Promise<readonly Fact[]> =>
  (await readFacts(customerId)).facts.filter(({ kind }) => kind === 'lapse');

const MARK = 'WATCHED#lapses';
const CHURNED = ['2026-02-01 new 120000000', '2027-02-01 churn -120000000'];
const recordOn = async (instant: string, ...facts: Fact[]): Promise<void> => {
  itIs(instant);
  expect(await record(...facts)).toBe(0);
};

describe('a customer whose agreement ends', () => {
  it('is listed with its recording under the day on which it may lapse, and again only where that is another', async () => {
    await recordOn('2026-01-15T12:00:00Z', agreement('A'));
    expect(await listed('A', '2027-03-02', '2027-03-03', '2027-03-04')).toEqual(['2027-03-03']);
    expect((await readBooks([id('A')])).get(id('A'))?.dueOn).toBe('2027-03-03');
    proxy.calls.length = 0;
    await recordOn('2026-03-15T12:00:00Z', org(customer('2026-03-15', { segment: 'Enterprise' }, { customerId: 'A', eventId: 'evt' })));
    expect(proxy.calls.filter(writesWatch)).toEqual([]);
    await recordOn('2027-02-15T12:00:00Z', renewal('A'));
    expect(await listed('A', '2028-03-11')).toEqual(['2028-03-11']); // 2028-02-10 and 30 days of a leap year
    const [item] = await itemsUnder('WATCH#2027-03-03');
    expect(item?.['expiresAt']).toBe(Date.parse('2027-08-30') / 1000); // 180 days later
  });

  it('lapses at once where it had ended long before it was heard of, and is renewed by what is heard later', async () => {
    await recordOn('2027-06-10T23:30:00Z', agreement('A'));
    expect(await moved('A')).toEqual(CHURNED);
    expect(await lapsesIn(id('A'))).toMatchObject([
      { data: { agreementId: '800A', of: 'term', on: '2027-02-01', observedOn: '2027-06-09' } },
    ]);
    expect(await listed('A', '2027-03-03', '2027-06-10', '2027-06-11', '2027-06-12')).toEqual([]);
    await recordOn('2027-06-10T23:31:00Z', renewal('A'));
    expect((await moved('A')).toSorted()).toEqual([...CHURNED, '2027-02-01 churn 120000000', '2027-02-10 renewal 0'].toSorted());
    // Both again: nothing lapses twice.
    await recordOn('2027-06-10T23:32:00Z', agreement('A'), renewal('A'));
    expect(await lapsesIn(id('A'))).toHaveLength(1);
  });

  it('is listed under a day that is still to come where it may have lapsed today, in whatever zone', async () => {
    await recordOn('2027-03-03T23:30:00Z', agreement('A'));
    expect(await moved('A')).toEqual(CHURNED.slice(0, 1));
    // No zone is further ahead of UTC than the next day, which may be under way.
    expect(await listed('A', '2027-03-03', '2027-03-04', '2027-03-05')).toEqual(['2027-03-05']);
    itIs('2027-03-05T01:15:00Z');
    expect(await run()).toEqual({ lapses: 1, customers: 1, isDone: true });
    expect(await moved('A')).toEqual(CHURNED);
  });

  it('and whose billing alone decides is never listed', async () => {
    proxy.calls.length = 0;
    await recordOn('2026-02-01T12:00:00Z', subscription('2026-02-01', [seats('si', 1, 5000)]));
    expect(proxy.calls.filter(writesWatch)).toEqual([]);
    expect((await readBooks(['stripe.main.cus_1'])).get('stripe.main.cus_1')?.dueOn).toBeUndefined();
  });
});

/** Whether a request puts a customer into a day's list. */
const writesWatch = ({ input }: Call): boolean => JSON.stringify(input).includes('WATCH#');

describe('the task', () => {
  it('ends what has lapsed, as of the term’s end, once', async () => {
    await recordOn('2026-01-15T12:00:00Z', agreement('A'));
    itIs('2027-03-02T23:59:00Z');
    expect(await run()).toEqual({ lapses: 0, customers: 0, isDone: true });
    expect(await moved('A')).toEqual(['2026-02-01 new 120000000']);
    itIs('2027-03-03T01:15:00Z');
    expect(await run()).toEqual({ lapses: 1, customers: 1, isDone: true });
    expect(await moved('A')).toEqual(CHURNED);
    expect((await readMovements(id('A'))).map(({ recordedAt }) => recordedAt.slice(0, 10))).toEqual(['2026-01-15', '2027-03-03']);
    expect(await lapsesIn(id('A'))).toMatchObject([
      {
        data: {
          provenance: { system: 'ascent', eventId: 'lapse:800A:term:2027-02-01', observedAt: Date.parse('2027-03-03T01:15:00Z') / 1000 },
          customerId: id('A'),
          observedOn: '2027-03-03',
        },
      },
    ]);
    expect(logged.join('\n')).toContain('"Lapsed":1');
    // What ended leads to the agreement and to its lapse.
    const [, churn] = await readMovements(id('A'));
    const query = { movementId: churn?.movementId ?? '' };
    const { json } = await call<{ events: { eventId: string }[] }>(api, 'GET', '/api/v1/arr/explain', { scopes: ['arr/read'], query });
    expect(json.events.map(({ eventId }) => eventId)).toEqual(['read-800A', 'lapse:800A:term:2027-02-01']);
    for (const hour of ['02', '03']) {
      itIs(`2027-03-03T${hour}:15:00Z`);
      expect(await run()).toEqual({ lapses: 0, customers: 0, isDone: true });
    }
    expect(await moved('A')).toEqual(CHURNED);
  });

  it('makes up for all days that it missed', async () => {
    await recordOn('2026-01-15T12:00:00Z', agreement('A'), agreement('B', {}, '2026-02-04', '2027-02-04'));
    itIs('2027-03-01T01:15:00Z');
    await run();
    itIs('2027-03-12T01:15:00Z');
    expect(await run()).toEqual({ lapses: 2, customers: 2, isDone: true });
    expect(await moved('B')).toEqual(['2026-02-04 new 120000000', '2027-02-04 churn -120000000']);
    expect(await readMark()).toMatchObject({ day: '2027-03-13' });
  });

  it('leaves alone what was renewed, and takes a lapse back where the renewal is heard of later', async () => {
    await recordOn('2026-01-15T12:00:00Z', agreement('A'), agreement('B'));
    await recordOn('2027-02-15T12:00:00Z', renewal('A'));
    itIs('2027-03-03T01:15:00Z');
    expect(await run()).toEqual({ lapses: 1, customers: 2, isDone: true });
    expect(await lapsesIn(id('A'))).toEqual([]);
    expect(await moved('A')).toEqual(['2026-02-01 new 120000000', '2027-02-10 renewal 0']);
    await recordOn('2027-03-20T12:00:00Z', renewal('B'));
    const movements = (await readMovements(id('B'))).map(({ effectiveOn, cause, correction, lines }) => [
      effectiveOn,
      cause,
      correction,
      lines.map(({ planDeltaMinor }) => planDeltaMinor).join(),
    ]);
    expect(movements).toEqual([
      ['2026-02-01', 'new', false, '120000000'],
      ['2027-02-01', 'churn', false, '-120000000'],
      ['2027-02-01', 'churn', true, '120000000'],
      ['2027-02-10', 'renewal', false, ''],
    ]);
  });

  it('decides with a renewal that arrives between its reading and its writing', async () => {
    await recordOn('2026-01-15T12:00:00Z', agreement('A'));
    itIs('2027-03-03T01:15:00Z');
    let isRenewed = false;
    proxy.before = async ({ operation, input }) => {
      const keys = [input.Item, ...(input.TransactItems ?? []).map(({ Put }) => Put?.Item)].map((item) => item?.['pk']?.S);
      if (isRenewed || operation === 'Query' || !keys.includes(`ARR#${id('A')}`)) return undefined;
      isRenewed = true;
      expect(await record(renewal('A'))).toBe(0);
      return undefined;
    };
    expect(await run()).toEqual({ lapses: 1, customers: 1, isDone: true });
    expect(isRenewed).toBe(true);
    expect(await moved('A')).toEqual(['2026-02-01 new 120000000', '2027-02-10 renewal 0']);
    expect(await listed('A', '2028-03-11')).toEqual(['2028-03-11']);
  });

  it('states nothing twice where it ended between stating and noting how far it came, or runs twice at once', async () => {
    await recordOn('2026-01-15T12:00:00Z', agreement('A'), agreement('B'));
    itIs('2027-03-03T01:15:00Z');
    proxy.before = ({ input }) => (input.Item?.['pk']?.S === MARK ? { type: 'ValidationException' } : undefined);
    await expect(run()).rejects.toThrow();
    expect(await moved('A')).toEqual(CHURNED);
    expect(await readMark()).toBeUndefined();
    proxy.before = undefined;
    expect(await Promise.all([run(), run()])).toMatchObject([
      { lapses: 0, customers: 2 },
      { lapses: 0, customers: 2 },
    ]);
    for (const name of ['A', 'B']) {
      expect(await moved(name)).toEqual(CHURNED);
      expect(await lapsesIn(id(name))).toHaveLength(1);
    }
    // Both at once, from the beginning.
    await table.another();
    await recordOn('2026-01-15T12:00:00Z', agreement('A'), agreement('B'));
    itIs('2027-03-03T01:15:00Z');
    await Promise.all([run(), run()]);
    for (const name of ['A', 'B']) {
      expect(await moved(name)).toEqual(CHURNED);
      expect(await lapsesIn(id(name))).toHaveLength(1);
    }
  });

  it('goes on in the next run where time was up, behind the customers that were done', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `C${String(i).padStart(2, '0')}`);
    await recordOn('2026-01-15T12:00:00Z', ...names.map((name) => agreement(name)));
    itIs('2027-03-02T01:15:00Z');
    await run();
    itIs('2027-03-03T01:15:00Z');
    // Ten customers, then less than half a minute is left.
    proxy.before = ({ input }) => {
      if (input.Item?.['pk']?.S === MARK) remainingMs = 29_000;
      return undefined;
    };
    expect(await run()).toEqual({ lapses: 10, customers: 10, isDone: false });
    expect(await readMark()).toMatchObject({ day: '2027-03-03', after: id('C09') });
    remainingMs = 600_000;
    proxy.before = undefined;
    itIs('2027-03-03T02:15:00Z');
    expect(await run()).toEqual({ lapses: 2, customers: 2, isDone: true });
    for (const name of names) expect(await moved(name)).toEqual(CHURNED);
  });

  it('looks again tomorrow at whom it could not record, tells somebody, and does the others', async () => {
    await recordOn('2026-01-15T12:00:00Z', agreement('A'), agreement('B'));
    itIs('2027-03-03T01:15:00Z');
    proxy.before = ({ operation, input }) =>
      operation === 'Query' && input.ExpressionAttributeValues?.[':pk']?.S === `ARR#${id('A')}`
        ? { type: 'ValidationException' }
        : undefined;
    await expect(run()).rejects.toThrow('1 of 2 customers');
    proxy.before = undefined;
    expect([await moved('A'), await moved('B')]).toEqual([['2026-02-01 new 120000000'], CHURNED]);
    expect(await listed('A', '2027-03-04')).toEqual(['2027-03-04']);
    expect(await run()).toEqual({ lapses: 0, customers: 0, isDone: true });
    itIs('2027-03-04T01:15:00Z');
    expect(await run()).toEqual({ lapses: 1, customers: 1, isDone: true });
    expect(await moved('A')).toEqual(CHURNED);
  });

  it('ends lines whose billing stopped, which is in another book, and then has the next day of the customer', async () => {
    const billing = { customerId: 'cus_1', subscriptionId: 'sub_1', agreementId: '800A', startsOn: '2026-02-01' };
    const stripe = subscription('2026-02-01', [seats('si', 1, 120_000_000, { interval: 'year' })], { ...billing, lifecycle: 'created' });
    await recordOn('2026-02-01T12:00:00Z', agreement('A'), agreement('A', { subscriptionId: '700' }, '2026-03-01', '2027-03-01'), stripe);
    await recordOn('2026-06-01T12:00:00Z', canceled('2026-06-01', billing));
    expect(await listed('A', '2026-07-01')).toEqual(['2026-07-01']);
    expect((await readBooks(['stripe.main.cus_1'])).get('stripe.main.cus_1')).toMatchObject({
      place: { movedTo: id('A') },
      dueOn: undefined,
    });
    itIs('2026-07-01T01:15:00Z');
    expect(await run()).toEqual({ lapses: 1, customers: 1, isDone: true });
    expect(await lapsesIn(id('A'))).toMatchObject([{ data: { agreementId: '800A', of: 'billing', on: '2026-06-01' } }]);
    // 2,400,000 less the 1,200,000 that are not billed any more; the other agreement is watched next.
    expect(await moved('A')).toEqual(['2026-02-01 new 120000000', '2026-03-01 expansion 120000000', '2026-06-01 contraction -120000000']);
    expect(await listed('A', '2027-03-31')).toEqual(['2027-03-31']);
    expect((await readBooks([id('A')])).get(id('A'))?.dueOn).toBe('2027-03-31'); // 2027-03-01 and 30 days
  });
});
