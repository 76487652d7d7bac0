import type { Surroundings } from './surroundings.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly label: string;
  isVisible: boolean;
  receives: number;
  /** How often it came back from the dead letters. */
  readonly redrives: number;
}

/** Takes a batch; `done` hears the ids of the messages that failed, or undefined where the consumer was killed or threw. */
type Consume = (batch: readonly Message[], done: (failed: ReadonlySet<string> | undefined) => void) => void;

/** As lib/kit/consumer.ts and lib/kit/queue.ts deploy it. */
interface QueueOptions {
  readonly name: string;
  readonly timeoutMs: number;
  /** Batches at once. */
  readonly atOnce: number;
  readonly batch?: number;
  readonly windowMs?: number;
}

const BATCH = 10;
const MAX_RECEIVES = 5;
/** Longer than that nothing is out, so that dead letters go through when they are redriven. */
const REDRIVEN_AFTER_MS = 3 * 3_600_000;
const MOST_REDRIVES = 5;
/** Of the function's time-out. */
const VISIBLE_AFTER = 6;

/** A standard queue of SQS and its poller: no order, at least once, in batches that may fail in part, with dead letters. */
export class Queue {
  readonly #messages = new Map<string, Message>();
  #dead: Message[] = [];
  #running = 0;
  #isPolled = false;
  readonly #options: QueueOptions;
  readonly #around: Surroundings;
  readonly #consume: Consume;

  constructor(options: QueueOptions, around: Surroundings, consume: Consume) {
    this.#options = options;
    this.#around = around;
    this.#consume = consume;
  }

  get left(): readonly string[] {
    return [...this.#messages.values()].map(({ label }) => label);
  }

  get dead(): readonly string[] {
    return this.#dead.map(({ label }) => label);
  }

  put(label: string, body: string, redrives = 0): void {
    const id = this.#around.chance.occurrence(`${this.#options.name} ${label}`);
    this.#messages.set(id, { id, body, label, isVisible: true, receives: 0, redrives });
    this.#poll();
  }

  /** As an operator does, some time after the alarm: dead letters come back as new messages. */
  #redrive(): void {
    const back = this.#dead.filter(({ redrives }) => redrives < MOST_REDRIVES);
    this.#dead = this.#dead.filter(({ redrives }) => redrives >= MOST_REDRIVES);
    this.#around.count('redriven', back.length);
    for (const { label, body, redrives } of back) this.put(label, body, redrives + 1);
  }

  /** A poll is under way at most once, and takes a little, so that messages gather. */
  #poll(): void {
    const { name, atOnce, windowMs = 0 } = this.#options;
    if (this.#isPolled || this.#running >= (this.#around.isRandom ? atOnce : 1)) return;
    this.#isPolled = true;
    const random = this.#around.chance.of(this.#around.chance.occurrence(`${name} poll`));
    this.#around.agenda.in(windowMs + (this.#around.isRandom ? random.below(40) : 1), () => {
      this.#isPolled = false;
      this.#receive(random);
    });
  }

  #receive(random: { readonly below: (bound: number) => number }): void {
    const { batch: most = BATCH } = this.#options;
    const visible = [...this.#messages.values()].filter(({ isVisible }) => isVisible);
    const batch = this.#around.isRandom
      ? visible
          .map((message) => ({ message, place: this.#around.chance.of(`${message.id} ${message.receives}`).below(1_000_000) }))
          .sort((a, b) => a.place - b.place)
          .slice(0, random.below(most) + 1)
          .map(({ message }) => message)
      : visible.slice(0, most);
    if (batch.length === 0) return;
    for (const message of batch) {
      message.isVisible = false;
      message.receives += 1;
    }
    this.#running += 1;
    const visibleAtMs = this.#around.agenda.nowMs + VISIBLE_AFTER * this.#options.timeoutMs;
    this.#consume(batch, (failed) => {
      this.#running -= 1;
      for (const message of batch) {
        if (failed === undefined || failed.has(message.id)) this.#again(message, visibleAtMs);
        else this.#messages.delete(message.id);
      }
      this.#poll();
    });
    if (visible.length > batch.length) this.#poll();
  }

  /** A message that failed is visible again some time after it was received, or dead. */
  #again(message: Message, visibleAtMs: number): void {
    this.#around.agenda.at(visibleAtMs, () => {
      if (message.receives >= MAX_RECEIVES) {
        this.#messages.delete(message.id);
        this.#dead.push(message);
        this.#around.agenda.in(REDRIVEN_AFTER_MS, () => this.#redrive());
        return;
      }
      message.isVisible = true;
      this.#poll();
    });
  }
}
