import type { SalesforceObject } from '../../platform/config.ts';
import { ok, type Problem, type Result } from '../../platform/result.ts';
import type { CustomerFact } from './accounts.ts';
import type { SubscriptionFact } from './agreements.ts';
import type { ContactFact } from './contacts.ts';
import type { OpportunityFact } from './opportunities.ts';
import type { MappingProblem, MappingReason } from './problems.ts';
import type { Mapped } from './reading.ts';
import type { UserFact } from './users.ts';

/** One fact, as it is recorded. */
export type Told = (
  | { readonly kind: 'subscription'; readonly fact: SubscriptionFact }
  | { readonly kind: 'customer'; readonly fact: CustomerFact }
  | { readonly kind: 'opportunity'; readonly fact: OpportunityFact }
  | { readonly kind: 'contact'; readonly fact: ContactFact }
  | { readonly kind: 'user'; readonly fact: UserFact }
) & {
  /** Under which its readings are kept, the newest of which counts. */
  readonly objectId: string;
  readonly warnings: readonly string[];
  /** It takes back what was recorded before; where nothing was, it says nothing. */
  readonly takesBack?: true;
};

/** `record-gone`: not even the recycle bin has it. */
export type RootProblem = Problem<MappingReason | 'record-gone'>;

/** What was read of one agreement, account …; the mapping is made where a bug in it concerns this one alone. */
export interface RootReading {
  /** 18 characters. */
  readonly id: string;
  readonly object: SalesforceObject;
  readonly told: () => Result<readonly Told[], RootProblem>;
}

export const gone = (object: SalesforceObject, id: string): RootReading => ({
  id,
  object,
  told: () => ({
    ok: false,
    problem: { code: 'record-gone', detail: `Not even Salesforce's recycle bin has ${object} ${id}: it was deleted for good.` },
  }),
});

export const one = <Fact>(
  mapped: Result<Mapped<Fact>, MappingProblem>,
  toldOf: (mapped: Mapped<Fact>) => Told,
): Result<readonly Told[], RootProblem> => (mapped.ok ? ok([toldOf(mapped.value)]) : mapped);
