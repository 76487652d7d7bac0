import { customerIdOf, type Fact, type LapseFact } from '../lines/facts.ts';
import type { Profile } from '../profiles/profile.ts';
import { dueOn, type Watch } from './ends.ts';

/** When lapses are stated. */
export interface Stating {
  /** Day in the company's zone. */
  readonly on: string;
  /** Epoch seconds of the platform's clock. */
  readonly at: number;
}

/**
 * The lapses of what is due on a day, of the customer whose agreement it is: with whomever that one is or was, the lapse stays with the
 * agreement. What was stated before is the same fact again.
 */
export const lapsesOf = (
  facts: readonly Fact[],
  watches: readonly Watch[],
  { on: today, at }: Stating,
  profile: Profile,
): readonly LapseFact[] =>
  watches
    .filter((watch) => dueOn(watch, profile) <= today)
    .map(
      (watch): LapseFact => ({
        ...watch,
        provenance: { system: 'ascent', instance: 'main', eventId: eventIdOf(watch), eventType: `${watch.of}.lapsed`, observedAt: at },
        customerId: ownerOf(facts, watch),
        observedOn: today,
      }),
    );

const eventIdOf = ({ agreementId, of, on }: Watch): string => `lapse:${agreementId}:${of}:${on}`;

const ownerOf = (facts: readonly Fact[], { agreementId }: Watch): string => {
  const reading = facts.find(
    ({ kind, data }) => kind === 'subscription' && data.evidence !== 'billed' && data.subscriptionId === agreementId,
  );
  if (reading === undefined) throw new Error(`what is watched of agreement ${agreementId} follows from none of its customer's facts`);
  return customerIdOf(reading);
};
