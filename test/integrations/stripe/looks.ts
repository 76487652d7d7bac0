import { afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { call, type ListAnswer, lambdaContext } from '../../support/http.ts';
import { useFakeAws } from '../fake-aws.ts';
import { type Json, sample } from '../samples.ts';
import { consume, envelopeOf, eventOf, plain, useCompany, useIntake } from './intake.ts';

/** Drives looks through Stripe's list of events, at times that are frozen. */
export const SECOND = 1;
export const HOUR = 3600;
export const DAY = 86_400;
/** 2026-10-28T12:00:00Z */
export const NOON = 1_793_188_800;

const TEST_CLOCK = Symbol.for('ascent.test-clock');
export const freezeAt = (epochSeconds: number): void => {
  (globalThis as Record<symbol, unknown>)[TEST_CLOCK] = new BigInt64Array([BigInt(epochSeconds) * 1000n, 0n]);
};

export interface Answer {
  readonly accounts: readonly { readonly looked: number; readonly missed: number; readonly isDone: boolean; readonly problem?: string }[];
  readonly isDone: boolean;
}
type Handler = (event: unknown, context: unknown) => Promise<Answer>;

/** One call of the task, which may take so long. */
export const sync = async (
  input: unknown = { scheduledAt: '2026-10-28T12:00:00Z' },
  remainingMs: () => number = () => 300_000,
): Promise<Answer> => {
  const { handler } = await import('../../../functions/integrations/stripe/task-sync.ts');
  return (handler as unknown as Handler)(input, { ...lambdaContext, getRemainingTimeInMillis: remainingMs });
};

/** An event that shows a subscription with so many seats. */
export const seats = (id: string, quantity: number, created: number): Json => {
  const [item] = (plain(id)['items'] as { data: readonly Json[] }).data;
  return eventOf(plain(id, { items: { object: 'list', has_more: false, data: [{ ...item, quantity }] } }), { created });
};

export const documentEvent = (path: string, id: string, type: string, created: number): Json =>
  eventOf({ ...sample(`objects/${path}.json`), id }, { type, created });

/** Call once at the top of a test file. At the beginning of each test it is noon, and nothing is in the table. */
export const useLooks = () => {
  const aws = useFakeAws();
  const table = useDynamoDB();
  const proxy = useDynamoDBProxy(table);
  const running = useCompany(aws);
  const { load, take } = useIntake(aws);
  let listed: string[] = [];
  beforeAll(() => {
    for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation((() => true) as never);
  });
  beforeEach(() => {
    freezeAt(NOON);
    return table.another();
  });
  afterEach(() => {
    for (const id of listed) running.stripe.remove('event', id);
    listed = [];
    delete (globalThis as Record<symbol, unknown>)[TEST_CLOCK];
  });
  return {
    aws,
    table,
    proxy,
    running,
    take,
    /** Events that Stripe lists and did not bring. */
    lose: (...events: readonly Json[]): void => {
      running.stripe.put(...events);
      listed.push(...events.map(({ id }) => String(id)));
    },
    /** Hands on what lies on the bus, and what that left to be read; answers what failed. */
    handOn: async (): Promise<readonly string[]> => {
      const { onEvent, onIncomplete } = await load();
      const failed = await consume(
        onEvent,
        aws.events.splice(0).map((entry, i) => envelopeOf(entry, `bus-${i}`)),
      );
      const incomplete = aws.messages.splice(0).map(({ body }) => body);
      return [...failed, ...(await consume(onIncomplete, incomplete))];
    },
    onTheBus: (): readonly unknown[] => aws.events.map(({ Detail }) => (JSON.parse(Detail) as Json)['id']),
    /** Of each page that was asked for, what for. */
    eventRequests: (): readonly URLSearchParams[] =>
      running.stripe.requests
        .filter(({ path }) => path.startsWith('/v1/events?'))
        .map(({ path }) => new URLSearchParams(path.split('?')[1])),
    statusOf: async (): Promise<Json> => {
      const { api } = await load();
      const { json } = await call<ListAnswer<Json>>(api, 'GET', '/api/v1/integrations', { scopes: ['integrations/read'] });
      return json.items.find(({ id }) => id === 'stripe-main') ?? {};
    },
  };
};
