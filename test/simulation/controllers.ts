import { httpEvent } from '../support/http.ts';
import { againAfterMs, type Invoke, statusOf } from './answered.ts';
import type { RulingHappening } from './history.ts';
import type { Surroundings } from './surroundings.ts';

const SECOND = 1_000;
/** Who is not answered well for so long gives up: a customer of which nothing is ever heard. */
const MOST_ATTEMPTS = 150;
const REASON = 'A credit memo that billing does not have yet';
/** Who prepares a ruling, and who approves it. */
const PAIRS = [
  ['ann', 'bob'],
  ['cleo', 'dan'],
] as const;

/** Two people who rule by hand, and two others who now and then do the same at the same time: one ruling after the other. */
export class Controllers {
  readonly #around: Surroundings;
  readonly #invoke: Invoke;
  readonly #waiting: RulingHappening[] = [];
  #isBusy = false;
  /** Ids of rulings that were approved, by the happening. */
  readonly #approved = new Map<string, string>();

  constructor(around: Surroundings, invoke: Invoke) {
    this.#around = around;
    this.#invoke = invoke;
  }

  rule(happening: RulingHappening): void {
    this.#waiting.push(happening);
    this.#next();
  }

  #next(): void {
    const [happening] = this.#waiting;
    if (happening === undefined || this.#isBusy) return;
    this.#isBusy = true;
    const pairs = happening.isTwice ? PAIRS : PAIRS.slice(0, 1);
    let left = pairs.length;
    for (const pair of pairs) {
      this.#propose(happening, pair, 1, () => {
        left -= 1;
        if (left > 0) return;
        this.#waiting.shift();
        this.#isBusy = false;
        this.#next();
      });
    }
  }

  /** As it is proposed; undefined where it ends what was never approved. */
  #ruling({ ruling }: RulingHappening): object | undefined {
    if (ruling.kind === 'adjustment') return ruling;
    const { adjusts, ...end } = ruling;
    const adjustmentId = this.#approved.get(adjusts);
    return adjustmentId === undefined ? undefined : { ...end, adjustmentId };
  }

  #propose(happening: RulingHappening, pair: (typeof PAIRS)[number], attempt: number, done: () => void): void {
    const ruling = this.#ruling(happening);
    if (ruling === undefined || attempt > MOST_ATTEMPTS) {
      done();
      return;
    }
    const [subject] = pair;
    const request = httpEvent('POST', '/api/v1/arr/rulings', { body: { ruling, reason: REASON }, scopes: ['arr/write'], subject });
    const ended = (answer: unknown): void => {
      const status = statusOf(answer);
      if (status === 200) {
        const { rulingId } = JSON.parse((answer as { readonly body: string }).body) as { readonly rulingId: string };
        this.#approve(happening, pair, rulingId, 1, done);
        // The same adjustment is in force by the other two. What is ended may not be recorded yet.
      } else if (status === 422 && happening.ruling.kind === 'adjustment') done();
      else this.#around.agenda.in(againAfterMs(attempt), () => this.#propose(happening, pair, attempt + 1, done));
    };
    this.#twice(`${happening.id} by ${subject}`, request, ended);
  }

  #approve(happening: RulingHappening, pair: (typeof PAIRS)[number], rulingId: string, attempt: number, done: () => void): void {
    if (attempt > MOST_ATTEMPTS) {
      done();
      return;
    }
    const [, subject] = pair;
    const path = `/api/v1/arr/rulings/${rulingId}/approve`;
    const ended = (answer: unknown): void => {
      const status = statusOf(answer);
      if (status === 200) this.#approved.set(happening.id, rulingId);
      if (status === 200 || status === 409 || status === 422) done();
      else this.#around.agenda.in(againAfterMs(attempt), () => this.#approve(happening, pair, rulingId, attempt + 1, done));
    };
    this.#twice(`${happening.id} approved by ${subject}`, httpEvent('POST', path, { scopes: ['arr/write'], subject }), ended);
  }

  /** A request that goes out a second time now and then, whose answer nobody hears. */
  #twice(label: string, request: object, ended: (answer: unknown) => void): void {
    const { agenda, chance } = this.#around;
    const random = chance.of(`twice ${chance.occurrence(label)}`);
    if (this.#around.mayBefall(`${label}: sent twice`, random))
      agenda.in(random.below(5 * SECOND), () => this.#invoke('arr-api', `${label} again`, request, () => undefined));
    this.#invoke('arr-api', label, request, ended);
  }
}
