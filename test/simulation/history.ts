import type { StripeObject } from '../../demo/stripe-json.ts';
import type { RateRow } from '../../functions/company/rates.ts';
import type { Write } from '../../local/salesforce/writes.ts';
import type { Protection } from './protections.ts';
import type { Heard } from './services.ts';

interface Happened {
  readonly id: string;
  /** When, in epoch milliseconds. Whoever tells of it says whole seconds. */
  readonly atMs: number;
  /** What is printed of it where a history fails. */
  readonly what: string;
}

/** Something that happens at Stripe, and is told by an event. */
export interface StripeHappening extends Happened {
  readonly by: 'stripe';
  /** The event as it is sent. */
  readonly event: object;
  /** Objects as Stripe's API shows them from then on. */
  readonly shows: readonly StripeObject[];
}

/** Plan rates that a person loads. */
export interface RatesHappening extends Happened {
  readonly by: 'treasurer';
  readonly rates: readonly RateRow[];
}

/** A transaction in an org. */
export interface SalesforceHappening extends Happened {
  readonly by: 'salesforce';
  readonly writes: readonly Write[];
  /** Who says that records were changed: the org's event relay, or a callout of its own code. */
  readonly door: 'relay' | 'callout';
}

/** A ruling that controllers propose and approve: an adjustment by hand, or the end of one by the id of its happening. */
export interface RulingHappening extends Happened {
  readonly by: 'controllers';
  readonly ruling:
    | {
        readonly kind: 'adjustment';
        readonly customerId: string;
        readonly amountMinor: string;
        readonly currency: string;
        readonly on: string;
        readonly until?: string;
      }
    | { readonly kind: 'adjustment-end'; readonly customerId: string; readonly adjusts: string; readonly on: string };
  /** Two others propose and approve the same at the same time. */
  readonly isTwice: boolean;
}

/** What happens outside of Ascent. A further source of events is a further kind, with its own way of telling (doors.ts). */
export type Happening = StripeHappening | RatesHappening | SalesforceHappening | RulingHappening;

/** A customer of Stripe and an account of the org that are one, and who says so. */
export interface Link {
  readonly customerId: string;
  readonly accountId: string;
  readonly by: 'account' | 'account, later' | 'contract' | 'customer' | 'subscription';
}

/** What is the same for everything that happens to a company. */
export interface Setting {
  /** As it happens, or all of it afterwards, as fast as it can be sent. */
  readonly pace: 'live' | 'import';
  /** What Stripe's API shows beside the objects that happenings show: prices with their tiers, coupons, discounts. */
  readonly catalogue: readonly StripeObject[];
  /** Entries that the totals' log has already: it is folded at every hundredth. */
  readonly logged: number;
  /** Customers of several systems that are one, at least for a while: what is decided of them is decided in one book. */
  readonly links: readonly Link[];
  /** Whether anybody looks at the dashboard: without it nothing refreshes it, or tells of milestones. */
  readonly isWatched: boolean;
}

/** A company's life: what happens, in order. */
export interface Life extends Setting {
  readonly happenings: readonly Happening[];
}

export interface History {
  readonly seed: number;
  readonly life: Life;
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
  /** How often what happened: invocations by function, requests to Stripe, redriven messages, foldings. */
  readonly counts: Readonly<Record<string, number>>;
  readonly traceHash: string;
  readonly steps: number;
}
