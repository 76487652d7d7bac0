import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { arrEvents, arrMovementsRecorded } from '../../functions/arr/events.ts';
import { handler } from '../../functions/coordinator/on-commit.ts';
import { domainEvent } from '../../functions/platform/envelope.ts';
import type { EventData } from '../../functions/platform/events.ts';
import { type CarriedEvent, carried } from '../../functions/platform/outbox.ts';
import { journalPosted, revopsEvents } from '../../functions/revops/events.ts';
import { readBalances } from '../../functions/revops/ledger/balance-store.ts';
import { movementOf, newReader, projectedOf, type Told, tallied, textOf } from '../arr/projected.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { lambdaContext } from '../support/http.ts';
import { itemsUnder } from '../support/items.ts';

const table = useDynamoDB();
beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});
beforeEach(() => table.another());

const SHARD = 'shardId-00000001-test';

const event = (id: string, ...movements: readonly Told[]): CarriedEvent =>
  carried(
    domainEvent(arrMovementsRecorded, {
      id,
      recordedAt: '2026-11-05T12:00:00.000Z',
      subject: 'c',
      data: { customerId: 'c', planCurrency: 'USD', profile: 'enterprise', movements: movements.map(movementOf) },
    }),
    arrEvents,
  );

const strings = (flat: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(flat).map(([name, S]) => [name, { S }]));

/** A record as Lambda hands it over. */
const record = (sequence: number, carriedEvent: CarriedEvent | undefined, eventName = 'INSERT') => ({
  eventID: `e${sequence}`,
  eventName,
  eventSource: 'aws:dynamodb',
  dynamodb: {
    SequenceNumber: String(sequence),
    Keys: strings({ pk: 'ARR#c', sk: `REC#${sequence}` }),
    NewImage: {
      ...strings({ pk: 'ARR#c', sk: `REC#${sequence}` }),
      ...(carriedEvent === undefined ? {} : { event: { M: strings(carriedEvent) } }),
    },
  },
});

const run = (input: object): Promise<unknown> =>
  (handler as unknown as (event: object, context: object) => Promise<unknown>)(input, lambdaContext);
const windowed = (Records: readonly object[], more: object = {}) => ({
  Records,
  shardId: SHARD,
  window: { start: '2026-11-05T12:00:00Z', end: '2026-11-05T12:15:00Z' },
  state: {},
  isFinalInvokeForWindow: false,
  isWindowTerminatedEarly: false,
  ...more,
});
const total = async (): Promise<string> => textOf(await (await newReader())('MAIN', '2030-01'));

describe('the projector', () => {
  const first: Told = { on: '2030-01-05', minor: 5n };
  const second: Told = { on: '2030-02-05', minor: 7n };

  it('adds the movements that new items carry, once, and answers the state that its windows ask for', async () => {
    const batch = windowed([record(1, event('arr:c:1', first)), record(2, event('arr:c:2', second))]);
    const answer = { state: {}, batchItemFailures: [] };
    expect(await run(batch)).toEqual(answer);
    expect(await run(batch)).toEqual(answer);
    expect(await total()).toBe(tallied([projectedOf(1n, first), projectedOf(2n, second)], 'MAIN', '2030-01'));
  });

  it('adds the journals that new items carry to the balances, once, beside movements of the same batch', async () => {
    const { data } = JSON.parse(readFileSync('test/contracts/events/JournalPosted/v1/invoice-issued.json', 'utf8')) as {
      data: EventData<typeof journalPosted>;
    };
    const journal = carried(
      domainEvent(journalPosted, { id: data.journalId, recordedAt: '2026-11-05T12:00:00.000Z', subject: data.legalEntity, data }),
      revopsEvents,
    );
    const batch = windowed([record(1, event('arr:c:1', first)), record(2, journal)]);
    await run(batch);
    await run(batch);
    expect(await total()).toBe(tallied([projectedOf(1n, first)], 'MAIN', '2030-01'));
    const { cells, counted } = await readBalances('acme-inc', '2026-11-01');
    expect([...cells]).toEqual([
      ['1100|USD', { amountMinor: 120_000n, functionalMinor: 120_000n }],
      ['2100|USD', { amountMinor: -120_000n, functionalMinor: -120_000n }],
    ]);
    expect(counted).toEqual({ journals: 1, recordedAt: '2026-11-05T12:00:00.000Z' });
  });

  it('leaves changes of an item, items without an event and other events alone', async () => {
    const other = { ...event('arr:c:1', first), type: 'SubscriptionTieFound' };
    const answer = await run(
      windowed([
        record(1, undefined),
        record(2, event('arr:c:1', first), 'MODIFY'),
        record(3, event('arr:c:1', first), 'REMOVE'),
        record(4, other),
        { ...record(5, undefined), dynamodb: { SequenceNumber: '5' } },
      ]),
    );
    expect(answer).toEqual({ state: {}, batchItemFailures: [] });
    expect(await itemsUnder('TOT#0')).toEqual([]);
    expect(await total()).toBe(tallied([], 'MAIN', '2030-01'));
  });

  it('takes the end of a window, which has no records', async () => {
    expect(await run(windowed([], { isFinalInvokeForWindow: true }))).toEqual({ state: {}, batchItemFailures: [] });
  });

  it('refuses a batch of which it does not know the shard, and counts none of it', async () => {
    const { shardId: _, ...unknown } = windowed([record(1, event('arr:c:1', first))]);
    await expect(run(unknown)).rejects.toThrow(
      "the event says no shard: this function's mapping is to read the stream in tumbling windows",
    );
    expect(await total()).toBe(tallied([], 'MAIN', '2030-01'));
  });

  it('refuses the whole batch where an event does not fit its schema: it was checked when it was written', async () => {
    const broken = { ...event('arr:c:2', second), data: '{"movements":[]}' };
    await expect(run(windowed([record(1, event('arr:c:1', first)), record(2, broken)]))).rejects.toThrow(
      'an event was valid when an item took it up',
    );
    expect(await total()).toBe(tallied([], 'MAIN', '2030-01'));
  });
});
