import type { Fact } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { closingAt, decideAll } from '../../../functions/arr/movements/decide.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import type { Profile } from '../../../functions/arr/profiles/profile.ts';
import { fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { testContext } from '../facts.ts';

export const contextOf = (switches: Partial<Profile>): Context => ({ ...testContext, profile: { ...enterprise, ...switches } });

/** ARR at the end of a day in cents of the plan currency, by `enterprise` with some switches otherwise. */
export const arrOn = (facts: readonly Fact[], on: string, switches: Partial<Profile> = {}): bigint =>
  closingAt(facts, toEpochDay(on), contextOf(switches)).closing.lines.reduce((sum, { planMinor }) => sum + planMinor, 0n);

/** All movements in the order of their days: day, cause, and cents of the plan currency. A renewal moves nothing. */
export const movesOf = (facts: readonly Fact[], switches: Partial<Profile> = {}, rates = testContext.rates): readonly string[] =>
  decideAll(facts, [], { ...contextOf(switches), rates }).movements.map(
    ({ day, cause, lines }) => `${fromEpochDay(day)} ${cause} ${lines.reduce((sum, { planDeltaMinor }) => sum + planDeltaMinor, 0n)}`,
  );
