import { toEpochDay } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import { fail, ok } from '../../platform/result.ts';
import type { Movement } from '../events.ts';
import { movementPath } from '../figures/figure.ts';
import { COMPARISON_FORMULA } from '../figures/formulas.ts';
import { readHasRate, readHead } from '../figures/read.ts';
import { type ComparedLine, compare } from '../profiles/compare.ts';
import { profileInForce } from '../profiles/presets.ts';
import { type Profile, versionOf } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import { readCustomer } from '../records/customer.ts';
import { type ComparisonWanted, comparisonAsked } from './ask.ts';
import { readMovementsUnder } from './read-movements.ts';

interface Wanted extends ComparisonWanted {
  readonly customerId: string;
  readonly on: string;
}

const lineAnswer = (line: ComparedLine, isConverted: boolean, left: Profile, right: Profile) => ({
  lineKey: line.key,
  productId: line.productId,
  legalEntity: line.legalEntity,
  currency: line.currency,
  leftAmountMinor: String(line.fromMinor),
  rightAmountMinor: String(line.toMinor),
  ...(isConverted
    ? {
        leftMinor: String(line.fromPlanMinor),
        rightMinor: String(line.toPlanMinor),
        differenceMinor: String(line.toPlanMinor - line.fromPlanMinor),
      }
    : {}),
  reasons: line.reasons.map((reason) => ({
    switch: reason.switch,
    left: String(left[reason.switch]),
    right: String(right[reason.switch]),
    ...(isConverted ? { differenceMinor: String(reason.planDeltaMinor) } : {}),
  })),
});

/**
 * One customer under two profiles at the end of a day: its lines with the reason of each difference, and the movements of either side until then,
 * with the events behind them. Decided now, from all facts. Problems: `profile-unknown`, `profiles-same`, `customer-unknown`.
 */
export const compareCustomer = async ({ customerId, on, ...wanted }: Wanted) => {
  const definition = comparisonAsked(wanted, 'query');
  if (!definition.ok) return definition;
  const { left, right } = definition.value;
  const known = await readCustomer(customerId);
  if (known === undefined) return fail('customer-unknown', `Nothing was recorded of customer "${customerId}".`);
  const [head, { rates }, hasRate] = await Promise.all([readHead(COMPARISON_FORMULA, left), decidingContext(), readHasRate()]);
  const inForce = profileInForce(companyConfig()).name;
  const movementsOf = async (profile: Profile) => {
    const movements = (await readMovementsUnder(known, profile)).filter(({ effectiveOn }) => effectiveOn <= on);
    const asked = profile.name === inForce ? undefined : profile.name;
    return movements.map((movement: Movement) => ({ ...movement, explain: movementPath(movement.movementId, asked) }));
  };
  return ok({
    ...head,
    on,
    left: { profile: left.name, profileVersion: versionOf(left) },
    right: { profile: right.name, profileVersion: versionOf(right) },
    customerId: known.customerId,
    name: known.name,
    lines: compare(known.facts, left, right, rates, toEpochDay(on)).map((line) =>
      lineAnswer(line, hasRate(line.currency, on), left, right),
    ),
    leftMovements: await movementsOf(left),
    rightMovements: await movementsOf(right),
  });
};
