import type { Random } from '../../demo/random.ts';
import type { Answer, ServiceError } from '../../functions/platform/clients/transport.ts';
import { fnv1a32 } from '../../functions/platform/ids.ts';
import { Buses, type QueueName } from './buses.ts';
import { labelOf, subjectOf } from './calls.ts';
import { Doors } from './doors.ts';
import { type Fault, faultOf } from './faults.ts';
import { type FunctionName, functions, INCOMPLETE_QUEUE_URL } from './functions.ts';
import { endOf, type Fetched, type Gate, type Invocation, openGate, runAs, waitOf, withGateClosed } from './gate.ts';
import type { History, Life, Run } from './history.ts';
import { Outages } from './outages.ts';
import { beforehand } from './past.ts';
import { Queue } from './queue.ts';
import { Services } from './services.ts';
import { ShardReader, type StreamRecord } from './stream.ts';
import { SimulatedStripe } from './stripe.ts';
import { answeredWith, within } from './stripe-answers.ts';
import { Surroundings } from './surroundings.ts';
import type { Change, SimulatedTable } from './table.ts';

const IMPORTED_AT_MS = Date.UTC(2026, 10, 23);
const MAX_STEPS = 400_000;
const SECOND = 1_000;
const HOUR = 3_600_000;
/** Of two machines' clocks. */
const MOST_SKEW_MS = 500;
/** Longer than that nothing is out, so that dead letters go through when they are redriven. */
const REDRIVEN_AFTER_MS = 3 * HOUR;
const MOST_REDRIVES = 5;
/** Shards of the table's stream. Their names lead the projector into one lane of the totals, where they meet. */
const SHARDS = ['shardId-0', 'shardId-8'] as const;
/** Items that are written once and never changed. */
const WRITTEN_ONCE = /^(SRC#|ARR#|TOT#\d+ LOG#)/;

type Params = Readonly<Record<string, unknown>>;
type Failures = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] } | undefined;

const startOf = ({ pace, happenings }: Life): number => (pace === 'live' ? (happenings[0]?.atMs ?? IMPORTED_AT_MS) : IMPORTED_AT_MS);

/** All that AWS, Stripe and people do around the functions, on one simulated clock. */
class World implements Gate {
  readonly #around: Surroundings;
  readonly #services: Services;
  readonly #stripe: SimulatedStripe;
  readonly #shards: readonly (readonly ShardReader[])[];
  /** Of the table's stream. */
  #records = 0;
  readonly #queues: Readonly<Record<QueueName, Queue>>;
  readonly #outages: Outages;
  readonly #buses: Buses;
  readonly #areClocksOff: boolean;

  constructor(history: History, rateSet: number) {
    const around = new Surroundings(history, startOf(history.life));
    this.#around = around;
    this.#stripe = new SimulatedStripe(history.life);
    this.#outages = new Outages(
      around.chance.of('outages'),
      (random) => this.#moment(random),
      (what) => around.befalls(what, around.isRandom),
    );
    this.#areClocksOff = around.befalls('clocks differ', around.isRandom && around.chance.of('clocks').chance(500));
    this.#queues = {
      'stripe-events': this.#queueOf('stripe-events', 'on-event', 4),
      'stripe-incomplete': this.#queueOf('stripe-incomplete', 'on-incomplete', 2),
      'arr-facts': this.#queueOf('arr-facts', 'on-fact', 4),
      'arr-rates': this.#queueOf('arr-rates', 'on-rates', 2),
      'coordinator-changes': this.#queueOf('coordinator-changes', 'on-change', 2, { batch: 1_000, windowMs: 5 * SECOND }),
    };
    this.#buses = new Buses(around, this.#outages, this.#queues);
    this.#services = new Services(history, {
      changed: (change) => this.#changed(change),
      put: (entry) => this.#buses.toSourceBus(entry),
      sent: (queueUrl, body) =>
        this.#queues[queueUrl === INCOMPLETE_QUEUE_URL ? 'stripe-incomplete' : 'arr-rates'].put(labelOf(body), body),
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
    for (const item of beforehand(history.life, SHARDS[0], rateSet))
      this.#services.call('PutItem', { TableName: process.env['TABLE_NAME'], Item: item }, undefined);
  }

  get table(): SimulatedTable {
    return this.#services.table;
  }

  nowMs(): number {
    return this.#around.agenda.nowMs;
  }

  /** Everything that is told, until nothing more happens; then what became a dead letter comes back. */
  async run(): Promise<Run> {
    const around = this.#around;
    const { agenda, history, complaints } = around;
    new Doors(around, this.#buses, (fn, label, event, ended) => this.#invoke(fn, label, event, ended)).open(history.life.happenings);
    const clocks = around.chance.of('jump');
    // What is read from Stripe after an import is of that day: it stays the same day.
    const jumpMs = HOUR * (1 + clocks.below(history.life.pace === 'live' ? 30 : 6));
    if (around.befalls(`time jumps ${jumpMs / HOUR} hours`, around.isRandom && clocks.chance(200)))
      agenda.at(this.#moment(clocks), () => agenda.jump(jumpMs));
    const queues = Object.values(this.#queues);
    let isAtRest = await agenda.run(MAX_STEPS);
    for (let redrives = 0; redrives < MOST_REDRIVES && isAtRest && queues.some(({ dead }) => dead.length > 0); redrives += 1) {
      agenda.in(REDRIVEN_AFTER_MS, () =>
        around.count(
          'redriven',
          queues.reduce((sum, queue) => sum + queue.redrive(), 0),
        ),
      );
      isAtRest = await agenda.run(MAX_STEPS);
    }
    if (!isAtRest) complaints.push(`after ${MAX_STEPS} steps it has not come to rest`);
    for (const { left, dead } of queues)
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
    return this.#asked(by, operation, subjectOf(operation, input), (fault) => {
      const { answer, changes } = this.#services.call(operation, input, fault);
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

  fetch(by: Invocation, url: URL, { signal }: RequestInit): Promise<Fetched> {
    this.#around.count('requests to Stripe');
    const answer = this.#asked<Fetched>(by, 'GET', `${url.pathname} ${url.searchParams.get('customer') ?? ''}`, (fault) =>
      answeredWith(this.#stripe.get(url, this.nowMs()), fault, this.#around.agenda),
    );
    return within(answer, signal ?? undefined);
  }

  /** A call on its way: there, its effect, and back, with what befalls it. A call that `carryOut` answers comes back by what it gives. */
  #asked<T>(
    by: Invocation,
    operation: string,
    subject: string,
    carryOut: (fault: Fault | undefined) => (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    const { agenda, chance, history } = this.#around;
    const occurrence = chance.occurrence(`${by.fn}: ${operation} ${subject}`);
    const random = chance.of(occurrence);
    const drawn = faultOf(operation, random, history.faultsPerMille);
    const fault = drawn !== undefined && this.#around.befalls(`${occurrence}: ${drawn}`, true) ? drawn : undefined;
    const slowMs = this.#around.isRandom && random.chance(100) ? 2 * SECOND : 20;
    return waitOf<T>(by, (resolve, reject) => {
      agenda.in(1 + random.below(slowMs), () => {
        if (by.killed) return;
        if (fault === 'killed-before') return by.kill('is killed');
        const befallen = fault ?? this.#outages.faultOf(operation, agenda.nowMs);
        this.#around.note(`${by.name} ${occurrence} ${befallen ?? ''}`);
        const comeBack = carryOut(befallen);
        agenda.in(1 + random.below(slowMs), () => {
          if (by.killed) return;
          if (fault === 'killed-after') return by.kill('is killed');
          comeBack(resolve, reject);
        });
      });
    });
  }

  /** Some moment at which something goes on. */
  #moment(random: Random): number {
    const { happenings, pace } = this.#around.history.life;
    const happening = pace === 'live' && happenings.length > 0 ? random.pick(happenings) : undefined;
    return (happening?.atMs ?? this.nowMs()) + random.below(happening === undefined ? 120 * SECOND : 4 * SECOND);
  }

  /** The table's stream: records of one partition key lie in one shard, in order. */
  #changed({ kind, pk, sk, item }: Change): void {
    if (kind === 'MODIFY' && WRITTEN_ONCE.test(`${pk} ${sk}`)) this.#around.complaints.push(`${pk} ${sk} was written twice`);
    if (sk === 'HEAD') this.#around.count('foldings');
    const n = fnv1a32(pk) % SHARDS.length;
    this.#records += 1;
    // Numbers compare within a shard only: those of one lie far behind those of the other.
    const sequence = String(10n ** 20n * BigInt(1 + n) + BigInt(this.#records));
    const record = { eventName: kind, dynamodb: { SequenceNumber: sequence, NewImage: item }, label: labelOfItem(pk, sk) };
    for (const reader of this.#shards[n] ?? []) reader.put(record);
  }

  #invoke(fn: FunctionName, label: string, event: object, ended: (answer: unknown) => void): void {
    const { agenda, chance } = this.#around;
    const { handler, timeoutMs } = functions[fn];
    const name = chance.occurrence(`${fn} ${label}`);
    const random = chance.of(name);
    let isOver = false;
    const end = (what: string, answer: unknown): void => {
      if (isOver) return;
      isOver = true;
      this.#around.note(`${name} ${what}`);
      ended(answer);
    };
    const invocation: Invocation = {
      name,
      fn,
      random,
      skewMs: this.#areClocksOff ? random.below(2 * MOST_SKEW_MS + 1) - MOST_SKEW_MS : 0,
      endsAtMs: agenda.nowMs + timeoutMs,
      killed: false,
      waiting: new Set(),
      kill: (why) => {
        endOf(invocation);
        end(why, undefined);
      },
    };
    this.#around.count(fn);
    agenda.at(invocation.endsAtMs, () => {
      if (!isOver) invocation.kill('ran out of time');
    });
    const context = { awsRequestId: name, functionName: fn, getRemainingTimeInMillis: () => invocation.endsAtMs - agenda.nowMs };
    runAs(invocation, () => handler(event, context)).then(
      (answer) => end('ended', answer),
      (error: unknown) => end(`threw ${String(error)}`, undefined),
    );
  }

  #queueOf(name: string, fn: FunctionName, atOnce: number, more: { readonly batch?: number; readonly windowMs?: number } = {}): Queue {
    const { timeoutMs } = functions[fn];
    return new Queue({ name, timeoutMs, atOnce, ...more }, this.#around, (batch, done) => {
      const records = batch.map(({ id, body, receives }) => ({
        messageId: id,
        body,
        attributes: { ApproximateReceiveCount: String(receives) },
      }));
      this.#invoke(fn, batch.map(({ label }) => label).join(), { Records: records }, (answer) => {
        const failures = (answer as Failures)?.batchItemFailures;
        if (failures === undefined) return done(undefined);
        return done(
          new Set(this.#around.history.without === 'reported failures' ? [] : failures.map(({ itemIdentifier }) => itemIdentifier)),
        );
      });
    });
  }

  #project(shardId: string, records: readonly StreamRecord[], done: (succeeded: boolean) => void): void {
    this.#invoke('on-commit', `${shardId} ${records[0]?.label}`, { shardId, Records: records }, (answer) => done(answer !== undefined));
  }
}

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
  process.env['TABLE_NAME'] = `ascent-${runs}`;
  const world = new World(history, RATE_SETS_OF_A_RUN * runs);
  openGate(world);
  return withGateClosed(async () => {
    const run = await world.run();
    return { ...run, seen: await look(world.table) };
  });
};
