import type { Random } from '../../demo/random.ts';
import type { Answer, ServiceError } from '../../functions/platform/clients/transport.ts';
import { fnv1a32 } from '../../functions/platform/ids.ts';
import { Buses, type QueueName } from './buses.ts';
import { labelOf, labelOfQuery, subjectOf } from './calls.ts';
import { Doors } from './doors.ts';
import { type FunctionName, functions, INCOMPLETE_QUEUE_URL, SYNC_QUEUE_URL } from './functions.ts';
import { type Fetched, type Gate, type Invocation, openGate, waitOf, withGateClosed } from './gate.ts';
import type { History, Life, Run } from './history.ts';
import { Lambda } from './lambda.ts';
import { LapseSchedule } from './lapse-schedule.ts';
import { Net } from './net.ts';
import { Outages } from './outages.ts';
import { beforehand } from './past.ts';
import { Queue } from './queue.ts';
import { RefreshSchedule } from './refresh-schedule.ts';
import { SimulatedSalesforce } from './salesforce.ts';
import { Services } from './services.ts';
import { ShardReader, type StreamRecord } from './stream.ts';
import { SimulatedStripe } from './stripe.ts';
import { Surroundings } from './surroundings.ts';
import { SyncSchedule } from './sync-schedule.ts';
import type { Change, SimulatedTable } from './table.ts';
import { answeredWith, within } from './web-answers.ts';

/** Some minutes into a day, so that machines whose clocks differ agree on the day. */
const IMPORTED_AT_MS = Date.UTC(2026, 10, 23, 0, 10);
const MAX_STEPS = 400_000;
const SECOND = 1_000;
const HOUR = 3_600_000;
/** Shards of the table's stream. Their names lead the projector into one lane of the totals, where they meet. */
const SHARDS = ['shardId-0', 'shardId-8'] as const;
/** Items that are written once and never changed. */
const WRITTEN_ONCE = /^(SRC#|ARR#|TOT#\d+ LOG#)/;

type Params = Readonly<Record<string, unknown>>;
type Failures = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] } | undefined;

const startOf = ({ pace, happenings }: Life): number => (pace === 'live' ? (happenings[0]?.atMs ?? IMPORTED_AT_MS) : IMPORTED_AT_MS);

/** All that AWS, Stripe, Salesforce and people do around the functions, on one simulated clock. */
class World implements Gate {
  readonly #around: Surroundings;
  readonly #services: Services;
  readonly #stripe: SimulatedStripe;
  readonly #salesforce: SimulatedSalesforce;
  readonly #shards: readonly (readonly ShardReader[])[];
  /** Of the table's stream. */
  #records = 0;
  readonly #queues: Readonly<Record<QueueName, Queue>>;
  readonly #buses: Buses;
  readonly #lambda: Lambda;
  readonly #net: Net;
  readonly #sync: SyncSchedule;
  readonly #lapses: LapseSchedule;
  readonly #refresh: RefreshSchedule;

  constructor(history: History, rateSet: number) {
    const around = new Surroundings(history, startOf(history.life));
    this.#around = around;
    this.#stripe = new SimulatedStripe(history.life);
    this.#salesforce = new SimulatedSalesforce(history.life, () => this.nowMs());
    const outages = new Outages(
      around.chance.of('outages'),
      (random) => this.#moment(random),
      (what) => around.befalls(what, around.isRandom),
    );
    this.#net = new Net(around, outages);
    this.#lambda = new Lambda(around);
    this.#sync = new SyncSchedule(around, this.#lambda.invoke);
    this.#lapses = new LapseSchedule(around, this.#lambda.invoke);
    this.#refresh = new RefreshSchedule(around, this.#lambda.invoke);
    this.#queues = {
      'stripe-events': this.#queueOf('stripe-events', 'on-event', 4),
      'stripe-incomplete': this.#queueOf('stripe-incomplete', 'on-incomplete', 2),
      'arr-facts': this.#queueOf('arr-facts', 'on-fact', 4),
      'arr-rates': this.#queueOf('arr-rates', 'on-rates', 2),
      'coordinator-changes': this.#queueOf('coordinator-changes', 'on-change', 2, { batch: 1_000, windowMs: 5 * SECOND }),
      'salesforce-changes': this.#queueOf('salesforce-changes', 'salesforce-on-change', 2, { batch: 100, windowMs: 5 * SECOND }),
      'salesforce-sync': this.#queueOf('salesforce-sync', 'salesforce-on-sync', 2),
    };
    this.#buses = new Buses(around, outages, this.#queues);
    this.#services = new Services(history, {
      changed: (change) => this.#changed(change),
      put: (entry) => this.#buses.toSourceBus(entry),
      sent: (queueUrl, body) => this.#queueAt(queueUrl).put(labelOf(body), body),
    });
    const projected = functions['on-commit'].accepts;
    this.#shards = SHARDS.map((shard) => [
      new ShardReader(
        `pipe ${shard}`,
        () => true,
        around,
        (batch, done) => this.#buses.publish(shard, batch, done),
      ),
      new ShardReader(
        `totals ${shard}`,
        (type) => projected.has(type),
        around,
        (batch, done) => this.#project(shard, batch, done),
      ),
    ]);
    for (const item of beforehand(history.life, SHARDS[0], rateSet, new Date(this.nowMs()).toISOString().slice(0, 10)))
      this.#services.call('PutItem', { TableName: process.env['TABLE_NAME'], Item: item }, undefined);
  }

  get table(): SimulatedTable {
    return this.#services.table;
  }

  nowMs(): number {
    return this.#around.agenda.nowMs;
  }

  /** Everything that is told, until nothing more happens. */
  async run(): Promise<Run> {
    const around = this.#around;
    const { agenda, history, complaints } = around;
    const { happenings, pace } = history.life;
    new Doors(around, this.#buses, this.#salesforce, this.#lambda.invoke).open(happenings);
    this.#sync.open(happenings);
    this.#lapses.open(happenings);
    this.#refresh.open();
    const clocks = around.chance.of('jump');
    // What is read from Stripe after an import is of that day: it stays the same day.
    const jumpMs = HOUR * (1 + clocks.below(pace === 'live' ? 30 : 6));
    if (around.befalls(`time jumps ${jumpMs / HOUR} hours`, around.isRandom && clocks.chance(200)))
      agenda.at(this.#moment(clocks), () => agenda.jump(jumpMs));
    if (!(await agenda.run(MAX_STEPS))) complaints.push(`after ${MAX_STEPS} steps it has not come to rest`);
    for (const { left, dead } of Object.values(this.#queues))
      complaints.push(...left.map((label) => `${label} is left in its queue`), ...dead.map((label) => `${label} is a dead letter`));
    for (const { behind } of this.#shards.flat()) if (behind > 0) complaints.push(`${behind} records of the stream were not read`);
    return { faults: around.faults, complaints, counts: around.counts, traceHash: around.traceHash(), steps: agenda.steps };
  }

  sleep(by: Invocation, ms: number): Promise<void> {
    return waitOf(by, (resolve) => this.#around.agenda.in(ms, () => resolve()));
  }

  call(by: Invocation | undefined, target: string, body: string): Promise<Answer | ServiceError> {
    const operation = target.split('.')[1] ?? '';
    const input = JSON.parse(body) as Params;
    // Whoever looks at the table from outside the run.
    if (by === undefined) return Promise.resolve(this.#services.call(operation, input, undefined).answer);
    return this.#net.asked(by, operation, subjectOf(operation, input), (fault) => {
      const { answer, changes } = this.#services.call(operation, input, fault);
      if (by.fn === 'task-lapses' && fault === undefined && isRefused(answer)) this.#around.count('lapses that met another writer');
      // Without events that ride on their items the function publishes them now that it knows that it wrote them.
      const publish = (): void => {
        if (this.#around.history.without === 'riding') for (const { kind, item } of changes) this.#buses.toRevenueBus(kind, item);
      };
      return (resolve) => {
        publish();
        resolve(answer);
      };
    });
  }

  fetch(by: Invocation, url: URL, init: RequestInit): Promise<Fetched> {
    const answer = url.hostname.endsWith('.salesforce.com') ? this.#askSalesforce(by, url, init) : this.#askStripe(by, url);
    return within(answer, init.signal ?? undefined);
  }

  #askStripe(by: Invocation, url: URL): Promise<Fetched> {
    this.#around.count('requests to Stripe');
    return this.#net.asked<Fetched>(by, 'GET', `${url.pathname} ${url.searchParams.get('customer') ?? ''}`, (fault) =>
      answeredWith(this.#stripe.get(url, this.nowMs()), fault, this.#around.agenda),
    );
  }

  #askSalesforce(by: Invocation, url: URL, { method, headers, body }: RequestInit): Promise<Fetched> {
    this.#around.count('requests to Salesforce');
    const { agenda } = this.#around;
    if (method === 'POST')
      return this.#net.asked<Fetched>(by, 'SIGN-IN', '', (fault) => {
        const answer = this.#salesforce.signIn(body as URLSearchParams);
        return (resolve, reject) => void answer.then((issued) => answeredWith(issued, fault, agenda)(resolve, reject));
      });
    const { authorization } = headers as { readonly authorization?: string };
    return this.#net.asked<Fetched>(by, 'QUERY', labelOfQuery(url.searchParams.get('q') ?? ''), (fault) =>
      answeredWith(this.#salesforce.read(url, authorization), fault, agenda),
    );
  }

  /** Some moment at which something goes on. */
  #moment(random: Random): number {
    const { happenings, pace } = this.#around.history.life;
    const happening = pace === 'live' && happenings.length > 0 ? random.pick(happenings) : undefined;
    return (happening?.atMs ?? this.nowMs()) + random.below(happening === undefined ? 120 * SECOND : 4 * SECOND);
  }

  /** The table's stream: records of one partition key lie in one shard, in order. */
  #changed(change: Change): void {
    const { kind, pk, sk, item } = change;
    if (kind === 'MODIFY' && WRITTEN_ONCE.test(`${pk} ${sk}`)) this.#around.complaints.push(`${pk} ${sk} was written twice`);
    if (sk === 'HEAD') this.#around.count('foldings');
    if (item['movedTo'] !== undefined) this.#around.count('recordings of customers in the book of another');
    this.#sync.changed(change);
    this.#lapses.changed(change);
    this.#refresh.changed(change);
    const n = fnv1a32(pk) % SHARDS.length;
    this.#records += 1;
    // Numbers compare within a shard only: those of one lie far behind those of the other.
    const sequence = String(10n ** 20n * BigInt(1 + n) + BigInt(this.#records));
    const record = { eventName: kind, dynamodb: { SequenceNumber: sequence, NewImage: item }, label: labelOfItem(pk, sk) };
    for (const reader of this.#shards[n] ?? []) reader.put(record);
  }

  #queueAt(url: string): Queue {
    if (url === INCOMPLETE_QUEUE_URL) return this.#queues['stripe-incomplete'];
    return this.#queues[url === SYNC_QUEUE_URL ? 'salesforce-sync' : 'arr-rates'];
  }

  #queueOf(name: string, fn: FunctionName, atOnce: number, more: { readonly batch?: number; readonly windowMs?: number } = {}): Queue {
    const { timeoutMs } = functions[fn];
    return new Queue({ name, timeoutMs, atOnce, ...more }, this.#around, (batch, done) => {
      const records = batch.map(({ id, body, receives }) => ({
        messageId: id,
        body,
        attributes: { ApproximateReceiveCount: String(receives) },
      }));
      this.#lambda.invoke(fn, batch.map(({ label }) => label).join(), { Records: records }, (answer) => {
        const failures = (answer as Failures)?.batchItemFailures;
        if (failures === undefined) return done(undefined);
        return done(
          new Set(this.#around.history.without === 'reported failures' ? [] : failures.map(({ itemIdentifier }) => itemIdentifier)),
        );
      });
    });
  }

  #project(shardId: string, records: readonly StreamRecord[], done: (succeeded: boolean) => void): void {
    const batch = { shardId, Records: records };
    this.#lambda.invoke('on-commit', `${shardId} ${records[0]?.label}`, batch, (answer) => done(answer !== undefined));
  }
}

/** The condition of a write does not hold: somebody else has written meanwhile. */
const isRefused = (answer: Answer | ServiceError): boolean => 'text' in answer && /ConditionalCheckFailed|DuplicateItem/.test(answer.text);

const labelOfItem = (pk: string, sk: string): string => subjectOf('GetItem', { Key: { pk: { S: pk }, sk: { S: sk } } });

/** More than a life loads. */
const RATE_SETS_OF_A_RUN = 100;
let runs = 0;

/** Lives a history, and looks at what it came to. */
export const live = async <T>(history: History, look: (table: SimulatedTable) => Promise<T>): Promise<Run & { readonly seen: T }> => {
  runs += 1;
  // What functions keep in memory of an earlier run must not tell on this one.
  process.env['STRIPE_WEBHOOK_SECRET_IDS'] = JSON.stringify({ main: `signing-${runs}` });
  process.env['STRIPE_API_KEY_SECRET_IDS'] = JSON.stringify({ main: `key-${runs}` });
  process.env['SALESFORCE_WEBHOOK_SECRET_IDS'] = JSON.stringify({ main: `callouts-${runs}` });
  process.env['SALESFORCE_CREDENTIALS_SECRET_IDS'] = JSON.stringify({ main: `org-${runs}` });
  process.env['TABLE_NAME'] = `ascent-${runs}`;
  const world = new World(history, RATE_SETS_OF_A_RUN * runs);
  openGate(world);
  return withGateClosed(async () => {
    const run = await world.run();
    return { ...run, seen: await look(world.table) };
  });
};
