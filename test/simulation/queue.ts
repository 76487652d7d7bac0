import type { Agenda } from './agenda.ts';
import type { Chance } from './chance.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly label: string;
  isVisible: boolean;
  receives: number;
}

/** Takes a batch; `done` hears the ids of the messages that failed, or undefined where the consumer was killed or threw. */
type Consume = (batch: readonly Message[], done: (failed: ReadonlySet<string> | undefined) => void) => void;

const BATCH = 10;
const AT_ONCE = 4;
/** Shorter than deployed, so that less is simulated of nothing happening; longer than any invocation. */
const VISIBILITY_MS = 60_000;
/** Far more than deployed: whoever is unlucky that often without a bug is not found in thousands of seeds. */
const MAX_RECEIVES = 40;

/** A standard queue of SQS and its poller: no order, at least once, in batches that may fail in part. */
export class Queue {
  readonly #messages = new Map<string, Message>();
  readonly dead: string[] = [];
  #running = 0;
  #isPolled = false;
  readonly #agenda: Agenda;
  readonly #chance: Chance;
  readonly #name: string;
  readonly #consume: Consume;
  readonly #isRandom: boolean;

  constructor(name: string, agenda: Agenda, chance: Chance, isRandom: boolean, consume: Consume) {
    this.#name = name;
    this.#agenda = agenda;
    this.#chance = chance;
    this.#isRandom = isRandom;
    this.#consume = consume;
  }

  get left(): readonly string[] {
    return [...this.#messages.values()].map(({ label }) => label);
  }

  put(label: string, body: string): void {
    const id = this.#chance.occurrence(`${this.#name} ${label}`);
    this.#messages.set(id, { id, body, label, isVisible: true, receives: 0 });
    this.#poll();
  }

  /** A poll is under way at most once, and takes a little, so that messages gather. */
  #poll(): void {
    if (this.#isPolled || this.#running >= (this.#isRandom ? AT_ONCE : 1)) return;
    this.#isPolled = true;
    const random = this.#chance.of(this.#chance.occurrence(`${this.#name} poll`));
    this.#agenda.in(this.#isRandom ? random.below(40) : 1, () => {
      this.#isPolled = false;
      this.#receive(random.below(BATCH) + 1);
    });
  }

  #receive(size: number): void {
    const visible = [...this.#messages.values()].filter(({ isVisible }) => isVisible);
    const batch = this.#isRandom
      ? visible
          .map((message) => ({ message, place: this.#chance.of(`${message.id} ${message.receives}`).below(1_000_000) }))
          .sort((a, b) => a.place - b.place)
          .slice(0, size)
          .map(({ message }) => message)
      : visible.slice(0, BATCH);
    if (batch.length === 0) return;
    for (const message of batch) {
      message.isVisible = false;
      message.receives += 1;
    }
    this.#running += 1;
    this.#consume(batch, (failed) => {
      this.#running -= 1;
      for (const message of batch) {
        if (failed === undefined || failed.has(message.id)) this.#again(message);
        else this.#messages.delete(message.id);
      }
      this.#poll();
    });
    if (visible.length > batch.length) this.#poll();
  }

  #again(message: Message): void {
    if (message.receives >= MAX_RECEIVES) {
      this.#messages.delete(message.id);
      this.dead.push(message.label);
      return;
    }
    this.#agenda.in(VISIBILITY_MS, () => {
      message.isVisible = true;
      this.#poll();
    });
  }
}
