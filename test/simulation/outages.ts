import type { Random } from '../../demo/random.ts';
import { type Fault, type Service, serviceOf } from './faults.ts';

/** A service that is out for a while, or a queue that takes nothing: longer than any message is tried again, at its longest. */
interface Outage {
  readonly what: Service | 'a queue';
  readonly fromMs: number;
  readonly toMs: number;
}

const SERVICES = ['the table', 'the bus', 'the queues', 'Stripe', 'Salesforce', 'the secrets', 'a queue'] as const;
const OVER_THE_NET: Partial<Record<Service, Fault>> = { Stripe: 'answers 500', Salesforce: 'answers 503' };
const MINUTE = 60_000;
const MOST = 2;

export class Outages {
  readonly #outages: readonly Outage[];

  /** `momentOf`: some moment at which something goes on. */
  constructor(random: Random, momentOf: (random: Random) => number, befalls: (what: string) => boolean) {
    const count = random.chance(300) ? 1 + random.below(MOST) : 0;
    const drawn = Array.from({ length: count }, (): Outage => {
      const fromMs = momentOf(random);
      return {
        what: random.pick(SERVICES),
        fromMs,
        toMs: fromMs + MINUTE * (random.chance(300) ? 30 + random.below(60) : 1 + random.below(6)),
      };
    });
    this.#outages = drawn.filter(({ what, fromMs, toMs }, n) =>
      befalls(`${n + 1}: ${what} is out for ${(toMs - fromMs) / MINUTE} minutes`),
    );
  }

  /** What befalls a call because its service is out. */
  faultOf(operation: string, nowMs: number): Fault | undefined {
    if (this.#outages.length === 0) return undefined;
    const service = serviceOf(operation);
    return this.#isOut(service, nowMs) ? (OVER_THE_NET[service] ?? 'failed-before') : undefined;
  }

  /** Until when queues take nothing; undefined where they do. */
  fullUntil(nowMs: number): number | undefined {
    return this.#outages.find(({ what, fromMs, toMs }) => what === 'a queue' && fromMs <= nowMs && nowMs < toMs)?.toMs;
  }

  #isOut(service: Service, nowMs: number): boolean {
    return this.#outages.some(({ what, fromMs, toMs }) => what === service && fromMs <= nowMs && nowMs < toMs);
  }
}
