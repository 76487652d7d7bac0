import {
  DescribeReplayCommand,
  PutEventsCommand,
  PutPartnerEventsCommand,
  StartReplayCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  archive,
  archiveArn,
  bus,
  busArn,
  fn,
  functionArn,
  type Harness,
  queue,
  queueArn,
  rule,
  ruleArn,
  START_MS,
  startServices,
} from './support.ts';

const PARTNER = 'aws.partner/stripe.com/ed_test_1';
const RESOURCES = [
  bus('sources'),
  bus('revenue'),
  bus(PARTNER, { EventSourceName: PARTNER }),
  archive('sources-archive', 'sources'),
  queue('stripe-events'),
  queue('wins'),
  queue('failures'),
  fn('on-win', { DeadLetterConfig: { TargetArn: queueArn('failures') } }),
  ...rule('sources', 'stripe', { source: [{ prefix: 'ascent.stripe/' }] }, queueArn('stripe-events')),
  ...rule('sources', 'paid', { 'detail-type': ['invoice.paid'], detail: { amount: [{ numeric: ['>', 100] }] } }, queueArn('wins'), {
    InputPath: '$.detail.id',
  }),
  ...rule('sources', 'forward', { 'detail-type': ['deal.won'] }, busArn('revenue'), { RoleArn: 'arn:aws:iam::000000000000:role/forward' }),
  ...rule('revenue', 'win', { 'detail-type': ['deal.won'] }, functionArn('on-win')),
  ...rule(PARTNER, 'partner', { source: [{ prefix: 'aws.partner/stripe.com/' }] }, queueArn('stripe-events')),
];

describe('EventBridge', () => {
  let stack: Harness;
  beforeEach(async () => {
    stack = await startServices(RESOURCES, { onInvoke: () => (failing ? { ok: false, error: 'down' } : { ok: true, payload: null }) });
  });
  afterEach(() => stack.stop());
  let failing = false;

  const put = (...Entries: NonNullable<ConstructorParameters<typeof PutEventsCommand>[0]['Entries']>) =>
    stack.events.send(new PutEventsCommand({ Entries }));
  const bodies = (name: string): readonly string[] => stack.services.queues.peek(queueArn(name), 100).map(({ body }) => body);

  it('gives an event to the queues of the rules that it matches, with its detail exactly as it was put', async () => {
    const Detail = '{ "id": "in_1", "amount": 100.50, "big": 12345678901234567890 }';
    const { Entries, FailedEntryCount } = await put({
      EventBusName: 'sources',
      Source: 'ascent.stripe/main',
      DetailType: 'invoice.paid',
      Detail,
      Resources: ['r1'],
    });
    expect(FailedEntryCount).toBe(0);
    const [body = ''] = bodies('stripe-events');
    expect(body).toContain(`"detail":${Detail}}`);
    expect(JSON.parse(body)).toMatchObject({
      version: '0',
      id: Entries?.[0]?.EventId,
      'detail-type': 'invoice.paid',
      source: 'ascent.stripe/main',
      account: '000000000000',
      time: '2026-01-05T09:00:00Z',
      region: 'us-east-1',
      resources: ['r1'],
    });
    expect(bodies('wins')).toEqual(['"in_1"']);
  });

  it('forwards an event to another bus, which invokes a function', async () => {
    await put({
      EventBusName: busArn('sources'),
      Source: 'ascent.crm',
      DetailType: 'deal.won',
      Detail: '{"id":1}',
      Time: new Date(START_MS - 1_000),
    });
    await stack.idle();
    expect(stack.invocations).toMatchObject([
      { functionArn: functionArn('on-win'), payload: { detail: { id: 1 }, time: '2026-01-05T08:59:59Z' } },
    ]);
  });

  it('retries a failing invocation after one and two minutes of the test clock, then gives it to the dead-letter queue', async () => {
    failing = true;
    await put({ EventBusName: 'revenue', Source: 'ascent.crm', DetailType: 'deal.won', Detail: '{}' });
    await stack.idle();
    stack.clock.moveTo(START_MS + 60_000);
    await stack.idle();
    stack.clock.moveTo(START_MS + 180_000);
    await stack.idle();
    failing = false;
    expect(stack.invocations).toHaveLength(3);
    expect(bodies('failures')).toHaveLength(1);
    expect(stack.logged[0]).toContain('error Ascent/Test/on-win: An asynchronous invocation failed 3 times and went to failures: down');
  });

  it('takes what a partner puts, on the bus of its source', async () => {
    const entry = { Source: PARTNER, DetailType: 'customer.created', Detail: '{"id":"evt_1"}', Time: new Date(START_MS) };
    expect((await stack.events.send(new PutPartnerEventsCommand({ Entries: [entry] }))).FailedEntryCount).toBe(0);
    expect(JSON.parse(bodies('stripe-events')[0] ?? '')).toMatchObject({ source: PARTNER, detail: { id: 'evt_1' } });
  });

  it('answers each entry by itself', async () => {
    const good = { EventBusName: 'sources', Source: 's', DetailType: 't', Detail: '{}' };
    const { Entries, FailedEntryCount } = await put(
      good,
      { ...good, Detail: '{' },
      { ...good, Detail: '[]' },
      { ...good, Source: '' },
      { ...good, Source: 'aws.partner/x' },
      { ...good, EventBusName: 'nowhere' },
    );
    expect(FailedEntryCount).toBe(5);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'NotAuthorizedForSource',
      'ResourceNotFoundException',
    ]);
  });

  it('refuses an eleventh entry, and a request of more than 1,048,576 bytes', async () => {
    const entry = { EventBusName: 'sources', Source: 's', DetailType: 't', Detail: '{}' };
    await expect(put(...Array.from({ length: 11 }, () => entry))).rejects.toMatchObject({ name: 'ValidationException' });
    // Source and type are 1 byte each, the detail 1,048,575 with its quotes and braces: 1,048,577 in all.
    const Detail = `{"a":"${'x'.repeat(1_048_575 - 8)}"}`;
    await expect(put({ ...entry, Detail })).rejects.toThrow('Total size of the entries in the request is over the limit.');
    expect((await put({ ...entry, Detail: `{"a":"${'x'.repeat(1_048_574 - 8)}"}` })).FailedEntryCount).toBe(0);
  });

  it('tests a pattern', async () => {
    const Event = JSON.stringify({
      id: '1',
      account: '1',
      source: 'a',
      time: '2026-01-01T00:00:00Z',
      region: 'r',
      resources: [],
      'detail-type': 't',
      detail: { n: 5 },
    });
    expect((await stack.events.send(new TestEventPatternCommand({ EventPattern: '{"detail":{"n":[5]}}', Event }))).Result).toBe(true);
    await expect(stack.events.send(new TestEventPatternCommand({ EventPattern: '{"detail":5}', Event }))).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
  });

  it('replays a span of its archive to chosen rules, with the name of the replay and the old id, and archives none of it again', async () => {
    const first = await put({
      EventBusName: 'sources',
      Source: 'ascent.stripe/main',
      DetailType: 'invoice.paid',
      Detail: '{"id":"in_1","amount":500}',
    });
    stack.clock.moveTo(START_MS + 3_600_000);
    await put({ EventBusName: 'sources', Source: 'ascent.stripe/main', DetailType: 'invoice.paid', Detail: '{"id":"in_2","amount":500}' });
    const replay = (ReplayName: string) =>
      new StartReplayCommand({
        ReplayName,
        EventSourceArn: archiveArn('sources-archive'),
        EventStartTime: new Date(START_MS),
        EventEndTime: new Date(START_MS + 1_000),
        Destination: { Arn: busArn('sources'), FilterArns: [ruleArn('sources', 'stripe')] },
      });
    for (const name of ['once', 'twice']) {
      await stack.events.send(replay(name));
      await stack.idle();
    }
    const replayed = bodies('stripe-events').map((body): unknown => JSON.parse(body));
    expect(replayed).toHaveLength(4);
    expect(replayed[2]).toMatchObject({ id: first.Entries?.[0]?.EventId, 'replay-name': 'once', detail: { id: 'in_1' } });
    expect(bodies('wins')).toHaveLength(2);
    expect((await stack.events.send(new DescribeReplayCommand({ ReplayName: 'once' }))).State).toBe('COMPLETED');
    await expect(stack.events.send(replay('once'))).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
  });
});

describe('the wiring of EventBridge', () => {
  const [bare] = rule('sources', 'bare', { source: ['a'] }, queueArn('q'));
  const started = (...resources: Parameters<typeof startServices>[0]) => startServices(resources);

  it('refuses a rule whose queue has no policy for it', async () => {
    if (bare === undefined) throw new Error('no rule');
    await expect(started(bus('sources'), queue('q'), bare)).rejects.toThrow(
      'Ascent/Test/bare (AWS::Events::Rule): no queue policy lets events.amazonaws.com send to Ascent/Test/q for this rule',
    );
  });

  it('refuses a rule with a pattern outside the grammar, with an unknown bus, or with an input transformer', async () => {
    await expect(started(bus('sources'), queue('q'), ...rule('sources', 'r', { source: 'a' }, queueArn('q')))).rejects.toThrow(
      'Event pattern is not valid at source',
    );
    await expect(started(queue('q'), ...rule('sources', 'r', { source: ['a'] }, queueArn('q')))).rejects.toThrow(
      'its event bus sources is not in the template',
    );
    const transformed = rule('sources', 'r', { source: ['a'] }, queueArn('q'), { InputTransformer: { InputTemplate: '{}' } });
    await expect(started(bus('sources'), queue('q'), ...transformed)).rejects.toThrow(
      'property Targets.0.InputTransformer is not played by the local stack',
    );
  });
});
