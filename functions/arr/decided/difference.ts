import { fromEpochDay } from '../../platform/calendar.ts';
import type { Movement } from '../events.ts';
import { sectionOf } from '../ledger/build.ts';
import { attributesText, type Section } from '../ledger/columns.ts';
import type { Fact } from '../lines/facts.ts';
import type { PlanRates } from '../lines/values.ts';
import { comparisonOf, type Move } from '../profiles/compare.ts';
import type { Profile } from '../profiles/profile.ts';
import { COMPARED_CAUSES } from './definition.ts';

/**
 * One customer's part of the ledger of a comparison: what ARR under the left profile moved by, and what each switch changes it by, in the columns
 * of a ledger. The cause of a row is its place in `COMPARED_CAUSES`; a row stands where the customer's attributes of its day say, so that every
 * cut sums, and nothing is transferred. It is as corrected: when something was recorded is not told.
 */
export const sectionOfComparison = (
  customerId: string,
  facts: readonly Fact[],
  { left, right }: { readonly left: Profile; readonly right: Profile },
  rates: PlanRates,
): Section => {
  const { moves, steps } = comparisonOf(facts, left, right, rates);
  const caused = [
    ...moves.map((move) => ({ move, place: 0 })),
    ...steps.map((move) => ({ move, place: COMPARED_CAUSES.indexOf(move.switch) })),
  ];
  const numbers = new Map<string, number>();
  const movements = [...Map.groupBy(caused, ({ move, place }) => `${move.day} ${place} ${attributesText(move.attributes)}`).values()].map(
    (own) => {
      const [{ move, place }] = own as [(typeof own)[0]];
      const number = numbers.get(`${move.day} ${place}`) ?? 0;
      numbers.set(`${move.day} ${place}`, number + 1);
      return movementOf(
        customerId,
        place,
        number,
        own.map((one) => one.move),
      );
    },
  );
  const section = sectionOf(movements);
  section.rows.cause.set(section.rows.version);
  section.rows.lineCause.set(section.rows.version);
  return section;
};

const movementOf = (customerId: string, place: number, number: number, moves: readonly Move[]): Movement => {
  const [{ day, attributes }] = moves as [Move];
  const effectiveOn = fromEpochDay(day);
  return {
    movementId: `${customerId}~${effectiveOn}~${place}~${number}`,
    customerId,
    effectiveOn,
    recordedAt: new Date(0).toISOString(),
    cause: 'new',
    correction: false,
    attributes,
    lines: moves.map(({ key, productId, legalEntity, currency, deltaMinor, planDeltaMinor }) => ({
      lineKey: key,
      productId,
      legalEntity,
      currency,
      cause: 'new',
      deltaMinor: String(deltaMinor),
      planDeltaMinor: String(planDeltaMinor),
    })),
    stock: ['0', '0', '0'],
    eventIds: [],
  };
};
