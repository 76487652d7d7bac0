import { type StripeObject, stripeAnswers } from '../../local/stripe.ts';
import type { Life, StripeHappening } from './history.ts';

interface Shown {
  readonly atMs: number;
  readonly object: StripeObject;
}

/** What Stripe's API answers at a moment of a life: each object as what happened last until then shows it. */
export class SimulatedStripe {
  readonly #states = new Map<string, Shown[]>();
  readonly #read: (path: string, query: URLSearchParams) => { readonly status: number; readonly body: unknown };
  #nowMs = 0;

  constructor({ happenings, catalogue }: Pick<Life, 'happenings' | 'catalogue'>) {
    for (const object of catalogue) this.#show(Number.NEGATIVE_INFINITY, object);
    for (const happening of happenings.filter((one): one is StripeHappening => one.by === 'stripe'))
      for (const object of happening.shows) this.#show(happening.atMs, object);
    this.#read = stripeAnswers({
      provider: (type, id) => this.#now(this.#states.get(`${type} ${id}`)),
      lister: (type) =>
        [...this.#states].flatMap(([key, states]) => {
          const object = key.startsWith(`${type} `) ? this.#now(states) : undefined;
          return object === undefined ? [] : [object];
        }),
    });
  }

  get(url: URL, nowMs: number): { readonly status: number; readonly text: string } {
    this.#nowMs = nowMs;
    const { status, body } = this.#read(url.pathname, url.searchParams);
    return { status, text: JSON.stringify(body) };
  }

  #show(atMs: number, object: StripeObject): void {
    const key = `${String(object['object'])} ${String(object['id'])}`;
    const states = this.#states.get(key) ?? [];
    this.#states.set(key, states);
    states.push({ atMs, object });
  }

  #now(states: readonly Shown[] | undefined): StripeObject | undefined {
    return states?.findLast(({ atMs }) => atMs <= this.#nowMs)?.object;
  }
}
