import { signatureHeader } from '../../demo/webhook-sender.ts';
import { httpEvent } from '../support/http.ts';
import type { Buses } from './buses.ts';
import { type FunctionName, SIGNING_SECRET } from './functions.ts';
import type { Happening, RatesHappening, StripeHappening } from './history.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs a function; `ended` hears its answer, or undefined where it threw or was killed. */
export type Invoke = (fn: FunctionName, label: string, event: object, ended: (answer: unknown) => void) => void;

const SECOND = 1_000;
const HOUR = 3_600_000;
/** Between two events where all goes well: the batches of a busy hour. */
const IN_ORDER_MS = 10;
/** Between attempts of somebody who is not answered well. */
const AGAIN_AFTER_MS = [5 * SECOND, 60 * SECOND, 600 * SECOND, HOUR] as const;

const againAfterMs = (attempt: number): number => AGAIN_AFTER_MS[Math.min(attempt, AGAIN_AFTER_MS.length) - 1] ?? HOUR;

const statusOf = (answer: unknown): number => (answer as { readonly statusCode: number } | undefined)?.statusCode ?? 0;

/** Everybody who tells Ascent of something, each until it was answered 2xx. */
export class Doors {
  readonly #around: Surroundings;
  readonly #buses: Buses;
  readonly #invoke: Invoke;
  /** What the treasurer has yet to load, one after the other. */
  readonly #rates: RatesHappening[] = [];
  #isLoading = false;

  constructor(around: Surroundings, buses: Buses, invoke: Invoke) {
    this.#around = around;
    this.#buses = buses;
    this.#invoke = invoke;
  }

  /** Enters on the agenda when each happening is told. */
  open(happenings: readonly Happening[]): void {
    const { agenda, chance } = this.#around;
    // One person loads what corrects each other.
    let loadedMs = 0;
    for (const [n, happening] of happenings.entries()) {
      const random = chance.of(`tell ${happening.id}`);
      const dueMs = this.#dueMs(n, happening);
      if (happening.by === 'treasurer') {
        loadedMs = Math.max(loadedMs, dueMs);
        agenda.at(loadedMs, () => this.#loads(happening));
        continue;
      }
      agenda.at(dueMs, () => this.#send(happening, 1));
      if (this.#around.mayBefall(`${happening.id}: sent twice`, random))
        agenda.at(dueMs + random.below(30 * SECOND), () => this.#send(happening, 1));
      if (this.#around.mayBefall(`${happening.id}: on the partner bus, too`, random))
        agenda.at(dueMs + random.below(30 * SECOND), () => this.#buses.toPartnerBus(happening.event as { id: string; type: string }));
    }
  }

  /** In order, or as the net has it: most of them close to each other, a few far too late. */
  #dueMs(n: number, { id, atMs }: Happening): number {
    const { agenda, chance, history, isRandom } = this.#around;
    const isLive = history.life.pace === 'live';
    if (!isRandom) return isLive ? atMs : agenda.nowMs + n * IN_ORDER_MS;
    const random = chance.of(`delay ${id}`);
    if (!isLive) return agenda.nowMs + random.below(random.chance(200) ? 120 * SECOND : 3 * SECOND);
    return atMs + random.below(random.chance(800) ? 3 * SECOND : random.chance(800) ? 6 * HOUR : 72 * HOUR);
  }

  #loads(happening: RatesHappening): void {
    this.#rates.push(happening);
    this.#loadNext();
  }

  /** Stripe sends until it is answered 2xx, each time signed anew. */
  #send(happening: StripeHappening, attempt: number): void {
    const { agenda, history } = this.#around;
    const body = JSON.stringify(happening.event);
    const signature = signatureHeader(body, SIGNING_SECRET, Math.floor(agenda.nowMs / SECOND));
    this.#invoke('ingest', happening.id, { headers: { 'stripe-signature': signature }, body, isBase64Encoded: false }, (answer) => {
      const isOver = statusOf(answer) === 200 || history.without === 'durable answer';
      if (!isOver) agenda.in(againAfterMs(attempt), () => this.#send(happening, attempt + 1));
    });
  }

  #loadNext(): void {
    const [next] = this.#rates;
    if (next === undefined || this.#isLoading) return;
    this.#isLoading = true;
    this.#load(next, 1);
  }

  #load(happening: RatesHappening, attempt: number): void {
    const request = { body: { rates: happening.rates }, scopes: ['company/write'] };
    this.#invoke('company-api', happening.id, httpEvent('PUT', '/api/v1/fx/rates', request), (answer) => {
      if (statusOf(answer) !== 200) return this.#around.agenda.in(againAfterMs(attempt), () => this.#load(happening, attempt + 1));
      this.#rates.shift();
      this.#isLoading = false;
      return this.#loadNext();
    });
  }
}
