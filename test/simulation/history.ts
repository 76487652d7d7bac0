import type { StripeEvent } from '../../demo/events.ts';
import type { Protection } from './protections.ts';
import type { Heard } from './services.ts';

export interface History {
  readonly seed: number;
  readonly events: readonly StripeEvent[];
  /** Share of calls and deliveries that something befalls; 0: all goes well, and in order. */
  readonly faultsPerMille: number;
  /** What does not befall this time, by its name. */
  readonly spared?: ReadonlySet<string>;
  readonly without?: Protection;
  /** Hears every request to the table that took effect, and its answer. */
  readonly heard?: Heard;
}

/** What a run came to. */
export interface Run {
  /** What befell, in order. */
  readonly faults: readonly string[];
  /** Everything that is left somewhere, or was not to happen. */
  readonly complaints: readonly string[];
  readonly traceHash: string;
  readonly steps: number;
}
