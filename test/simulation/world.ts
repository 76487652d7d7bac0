import { createHash } from 'node:crypto';
import type { StripeEvent } from '../../demo/events.ts';
import { signatureHeader } from '../../demo/webhook-sender.ts';
import type { Attributes } from '../../functions/platform/clients/attributes.ts';
import type { Answer, ServiceError } from '../../functions/platform/clients/transport.ts';
import { fnv1a32 } from '../../functions/platform/ids.ts';
import { Agenda } from './agenda.ts';
import { subjectOf } from './calls.ts';
import { Chance } from './chance.ts';
import { faultOf } from './faults.ts';
import { facts, functions, SIGNING_SECRET } from './functions.ts';
import { type Gate, type Invocation, openGate, runAs, withSeededChance } from './gate.ts';
import type { History, Run } from './history.ts';
import { lifeOf } from './life.ts';
import { Queue } from './queue.ts';
import { type BusEntry, Services } from './services.ts';
import { ShardReader, type StreamRecord, type Take } from './stream.ts';
import type { Change } from './table.ts';

const REMAINING_MS = 10_000;
const START_MS = Date.UTC(2026, 10, 23, 9);
const MAX_STEPS = 200_000;
const RESENT_MS = 5_000;
/** Between two events where all goes well: the batches of a busy hour. */
const IN_ORDER_MS = 10;
/** Shards of the table's stream. Their names lead the projector into one lane of the totals, where they meet. */
const SHARDS = ['shardId-0', 'shardId-8'] as const;
/** Items that are written once and never changed. */
const WRITTEN_ONCE = /^(SRC#|ARR#|TOT#\d+ LOG#)/;

type Params = Readonly<Record<string, unknown>>;
type FunctionName = keyof typeof functions;
type Failures = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] } | undefined;

/** All that AWS and Stripe do around the functions, on one simulated clock. */
class World implements Gate {
  readonly #history: History;
  readonly #agenda = new Agenda(START_MS);
  readonly #chance: Chance;
  readonly #trace = createHash('sha256');
  readonly #faults: string[] = [];
  readonly #complaints: string[] = [];
  readonly #services: Services;
  readonly #shards: readonly { readonly records: StreamRecord[]; readonly readers: readonly ShardReader[] }[];
  readonly #events: Queue;
  readonly #facts: Queue;

  constructor(history: History) {
    this.#history = history;
    this.#chance = new Chance(history.seed);
    this.#services = new Services(history, { changed: (change) => this.#changed(change), put: (entry) => this.#toSourceBus(entry) });
    this.#events = this.#queueOf('stripe-events', 'on-event');
    this.#facts = this.#queueOf('arr-facts', 'on-fact');
    this.#shards = SHARDS.map((shard) => {
      const records: StreamRecord[] = [];
      const reader = (name: string, take: Take): ShardReader =>
        new ShardReader(
          `${name} ${shard}`,
          records,
          this.#agenda,
          this.#chance,
          (what, random) => this.#befalls(what, random.chance(history.faultsPerMille)),
          take,
        );
      return {
        records,
        readers: [
          reader('pipe', (batch, done) => this.#publish(shard, batch, done)),
          reader('totals', (batch, done) => this.#project(shard, batch, done)),
        ],
      };
    });
  }

  /** Everything that Stripe tells, until nothing more happens. */
  async run(): Promise<Run> {
    const { events, faultsPerMille } = this.#history;
    for (const [n, event] of events.entries()) {
      const random = this.#chance.of(`send ${event.id}`);
      // In order, or as the net has it: most of them close to each other, a few far too late.
      const delayMs = faultsPerMille === 0 ? n * IN_ORDER_MS : random.below(random.chance(200) ? 120_000 : 3_000);
      this.#agenda.in(delayMs, () => this.#send(event));
      const isTwice = this.#befalls(`${event.id}: sent twice`, random.chance(faultsPerMille));
      if (isTwice) this.#agenda.in(delayMs + random.below(30_000), () => this.#send(event));
    }
    if (!(await this.#agenda.run(MAX_STEPS))) this.#complaints.push(`after ${MAX_STEPS} steps it has not come to rest`);
    for (const { left, dead } of [this.#events, this.#facts]) {
      this.#complaints.push(...left.map((label) => `${label} is left in its queue`), ...dead.map((label) => `${label} is a dead letter`));
    }
    for (const { behind } of this.#shards.flatMap(({ readers }) => readers))
      if (behind > 0) this.#complaints.push(`${behind} records of the stream were not read`);
    return { faults: this.#faults, complaints: this.#complaints, traceHash: this.#trace.digest('hex'), steps: this.#agenda.steps };
  }

  sleep(by: Invocation, ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#agenda.in(ms, () => {
        if (!by.killed) resolve();
      });
    });
  }

  call(by: Invocation | undefined, target: string, body: string): Promise<Answer | ServiceError> {
    const operation = target.split('.')[1] ?? '';
    const input = JSON.parse(body) as Params;
    // Whoever looks at the table from outside the run.
    if (by === undefined) return Promise.resolve(this.#services.call(operation, input, undefined).answer);
    const occurrence = this.#chance.occurrence(`${by.fn}: ${operation} ${subjectOf(operation, input)}`);
    const random = this.#chance.of(occurrence);
    const { faultsPerMille } = this.#history;
    const drawn = faultOf(operation, random, faultsPerMille);
    const fault = drawn !== undefined && this.#befalls(`${occurrence}: ${drawn}`, true) ? drawn : undefined;
    const slowMs = faultsPerMille > 0 && random.chance(100) ? 2_000 : 20;
    return new Promise((resolve) => {
      this.#agenda.in(1 + random.below(slowMs), () => {
        if (by.killed) return;
        if (fault === 'killed-before') return by.kill();
        this.#note(`${by.name} ${occurrence} ${fault ?? ''}`);
        const { answer, changes } = this.#services.call(operation, input, fault);
        this.#agenda.in(1 + random.below(slowMs), () => {
          if (by.killed) return;
          if (fault === 'killed-after') return by.kill();
          // Without events that ride on their items the function publishes them now that it knows that it wrote them.
          if (this.#history.without === 'riding') for (const change of changes) this.#toRevenueBus(change.kind, change.item);
          resolve(answer);
        });
      });
    });
  }

  #note(line: string): void {
    this.#trace.update(`${this.#agenda.nowMs} ${line}\n`);
  }

  /** Whether it befalls, unless this run spares it. */
  #befalls(what: string, isDrawn: boolean): boolean {
    if (!isDrawn || this.#history.spared?.has(what) === true) return false;
    this.#faults.push(what);
    return true;
  }

  /** The table's stream: records of one partition key lie in one shard, in order. */
  #changed({ kind, pk, sk, item }: Change): void {
    if (kind === 'MODIFY' && WRITTEN_ONCE.test(`${pk} ${sk}`)) this.#complaints.push(`${pk} ${sk} was written twice`);
    const n = fnv1a32(pk) % SHARDS.length;
    const shard = this.#shards[n];
    if (shard === undefined) throw new Error('every partition key has its shard');
    // Numbers compare within a shard only: those of one lie far behind those of the other.
    const sequence = String(10n ** 20n * BigInt(1 + n) + BigInt(shard.records.length));
    shard.records.push({ eventName: kind, dynamodb: { SequenceNumber: sequence, NewImage: item }, label: `${pk} ${sk}` });
    for (const reader of shard.readers) reader.wake();
  }

  /** The pipe: new items that carry an event, to the revenue bus. */
  #publish(shard: string, batch: readonly StreamRecord[], done: (succeeded: boolean) => void): void {
    const name = this.#chance.occurrence(`pipe ${shard} ${batch[0]?.label}`);
    const random = this.#chance.of(name);
    const fails = this.#befalls(`${name}: puts half and fails`, random.chance(this.#history.faultsPerMille));
    const published = this.#history.without === 'riding' ? [] : fails ? batch.slice(0, Math.ceil(batch.length / 2)) : batch;
    for (const { eventName, dynamodb } of published) this.#toRevenueBus(eventName, dynamodb.NewImage);
    this.#agenda.in(random.below(50), () => done(!fails));
  }

  #toRevenueBus(kind: Change['kind'], item: Attributes): void {
    const event = item['event'];
    if (kind !== 'INSERT' || event === undefined || !('M' in event)) return;
    const fields = Object.fromEntries(Object.entries(event.M).map(([name, value]) => [name, 'S' in value ? value.S : '']));
    const { type = '', source = '', id = '', version, recordedAt, subject, data } = fields;
    if (facts.has(type)) this.#deliver(this.#facts, id, source, type, { id, type, version, recordedAt, subject, data });
  }

  #toSourceBus({ Source: source, DetailType: type, Detail: text }: BusEntry): void {
    const detail = JSON.parse(text) as { readonly id: string };
    this.#deliver(this.#events, detail.id, source, type, detail);
  }

  /** A bus hands an event to a rule's queue: at least once, in any order. */
  #deliver(queue: Queue, label: string, source: string, type: string, detail: object): void {
    const occurrence = this.#chance.occurrence(`bus ${label}`);
    const random = this.#chance.of(occurrence);
    const { faultsPerMille } = this.#history;
    const body = JSON.stringify({ id: occurrence, source, 'detail-type': type, time: new Date(this.#agenda.nowMs).toISOString(), detail });
    const delayMs = (): number => (faultsPerMille === 0 ? 5 : random.below(random.chance(50) ? 90_000 : 300));
    this.#agenda.in(delayMs(), () => queue.put(label, body));
    if (this.#befalls(`${occurrence}: delivered twice`, random.chance(faultsPerMille)))
      this.#agenda.in(delayMs(), () => queue.put(label, body));
  }

  /** Runs a function; `ended` hears its answer, or undefined where it threw or was killed. */
  #invoke(fn: FunctionName, label: string, event: object, ended: (answer: unknown) => void): void {
    const name = this.#chance.occurrence(`${fn} ${label}`);
    const kill = (): void => {
      invocation.killed = true;
      this.#note(`${name} is killed`);
      ended(undefined);
    };
    const invocation: Invocation = { name, fn, random: this.#chance.of(name), killed: false, kill };
    const end = (what: string, answer: unknown): void => {
      if (invocation.killed) return;
      this.#note(`${name} ${what}`);
      ended(answer);
    };
    const context = { awsRequestId: name, functionName: fn, getRemainingTimeInMillis: () => REMAINING_MS };
    runAs(invocation, () => functions[fn](event, context)).then(
      (answer) => end('ended', answer),
      (error: unknown) => end(`threw ${String(error)}`, undefined),
    );
  }

  #queueOf(name: string, fn: 'on-event' | 'on-fact'): Queue {
    return new Queue(name, this.#agenda, this.#chance, this.#history.faultsPerMille > 0, (batch, done) => {
      const received = (receives: number) => ({ ApproximateReceiveCount: String(receives) });
      const records = batch.map(({ id, body, receives }) => ({ messageId: id, body, attributes: received(receives) }));
      this.#invoke(fn, batch.map(({ label }) => label).join(), { Records: records }, (answer) => {
        const failures = (answer as Failures)?.batchItemFailures;
        done(failures === undefined ? undefined : new Set(failures.map(({ itemIdentifier }) => itemIdentifier)));
      });
    });
  }

  #project(shardId: string, records: readonly StreamRecord[], done: (succeeded: boolean) => void): void {
    this.#invoke('on-commit', `${shardId} ${records[0]?.label}`, { shardId, Records: records }, (answer) => done(answer !== undefined));
  }

  /** Stripe sends until it is answered 2xx. */
  #send(event: StripeEvent): void {
    const body = JSON.stringify(event);
    const signature = signatureHeader(body, SIGNING_SECRET, Math.floor(this.#agenda.nowMs / 1000));
    this.#invoke('ingest', event.id, { headers: { 'stripe-signature': signature }, body, isBase64Encoded: false }, (answer) => {
      if ((answer as { readonly statusCode: number } | undefined)?.statusCode !== 200) this.#agenda.in(RESENT_MS, () => this.#send(event));
    });
  }
}

let runs = 0;
let isWarm = false;

/** A function keeps what it read of the plan rates: all runs begin with that, also the first one. */
const warmUp = async (): Promise<void> => {
  await live({ seed: 0, events: lifeOf(0), faultsPerMille: 0 }, () => Promise.resolve());
};

/** Lives a history; `look` then reads what came of it, as the functions themselves would. */
export const live = async <T>(history: History, look: () => Promise<T>): Promise<Run & { readonly seen: T }> => {
  if (!isWarm) {
    isWarm = true;
    await warmUp();
  }
  runs += 1;
  // What functions keep in memory of an earlier run must not tell on this one.
  process.env['STRIPE_WEBHOOK_SECRET_IDS'] = JSON.stringify({ main: `signing-${runs}` });
  process.env['TABLE_NAME'] = `ascent-${runs}`;
  const world = new World(history);
  openGate(world);
  return withSeededChance(async () => {
    const run = await world.run();
    return { ...run, seen: await look() };
  });
};
