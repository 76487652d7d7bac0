import { dayOfInstant } from '../../platform/calendar.ts';
import type { Movement } from '../events.ts';
import type { Fact } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { decideAll } from '../movements/decide.ts';
import type { Entry } from '../movements/movements.ts';
import { toMovement } from '../records/codec.ts';

/** A fact, and when it was first recorded: epoch seconds. */
export interface DatedFact {
  readonly fact: Fact;
  readonly recordedAt: number;
}

interface KnownDay {
  readonly recordedAt: number;
  readonly facts: readonly Fact[];
}

/** Facts by the day of the zone on which they were recorded, each day with the second of its last one. */
const byDayKnown = (facts: readonly DatedFact[], zone: string): readonly KnownDay[] =>
  [...Map.groupBy(facts, ({ recordedAt }) => dayOfInstant(recordedAt, zone))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => ({ recordedAt: Math.max(...own.map(({ recordedAt }) => recordedAt)), facts: own.map(({ fact }) => fact) }));

/**
 * A customer's movements under any profile as they would have been recorded, had it been in force: what was known at the end of each day decides,
 * and what a later day's facts change is appended as corrections. Plan rates, and who is one with whom, are those of now. A movement's version
 * counts the days on which something was recorded.
 */
export const replayed = (customerId: string, dated: readonly DatedFact[], context: Context, zone: string): readonly Movement[] => {
  const known: Fact[] = [];
  const recorded: Entry[] = [];
  const told: Movement[] = [];
  for (const [i, { recordedAt, facts }] of byDayKnown(dated, zone).entries()) {
    known.push(...facts);
    // Usage decides nothing where it is not counted.
    if (context.profile.metered !== 'included' && facts.every(({ kind }) => kind === 'usage')) continue;
    const { movements } = decideAll(known, recorded, context);
    recorded.push(...movements);
    const recording = { customerId, recordedAt: new Date(recordedAt * 1_000).toISOString(), version: i + 1 };
    for (const [number, entry] of movements.entries()) told.push(toMovement(entry, number, recording));
  }
  return told;
};
