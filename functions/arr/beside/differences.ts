import { type Group, groupOn, stretchOfTerm, worthOn } from '../evidence/groups.ts';
import { START_DAYS } from '../evidence/pairs.ts';
import type { Settlement } from '../evidence/precedence.ts';
import type { Chain } from '../evidence/terms.ts';
import type { Rated } from '../lines/dated.ts';
import type { Stretch, Subscription } from '../lines/stretches.ts';
import { type Amount, less, type Scope, worthOf } from './amounts.ts';
import { type Part, partsOf } from './classify.ts';
import { sideOf } from './sides.ts';

/** One part in two hundred: 0.5%. What differs by more is to be reconciled. */
const TOLERANCE_PARTS = 200n;

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const isWithin = (worth: bigint, other: bigint): boolean => magnitude(worth - other) * TOLERANCE_PARTS <= magnitude(worth);

/** A signed line with what bills it. */
interface Compared {
  readonly signed: Group;
  readonly terms: readonly Stretch[];
  readonly billed: readonly { readonly group: Group; readonly stretches: readonly Stretch[] }[];
}

/** Signed lines of agreements of which at least one line is billed by a source that is heard. */
const comparedOf = ({ signed, chains, pairs }: Settlement, billing: readonly Subscription[]): readonly Compared[] => {
  const chainOf = new Map(chains.map((chain) => [chain.chainId, chain]));
  const stretchesOf = new Map(billing.map(({ subscriptionId, stretches }) => [subscriptionId, stretches]));
  return signed.flatMap((group) => {
    if (!pairs.some((pair) => pair.signed.ownerId === group.ownerId)) return [];
    const own = pairs.filter((pair) => pair.signed === group).map(({ billed }) => billed);
    const billed = own.map((one) => ({ group: one, stretches: stretchesOf.get(one.ownerId) ?? [] }));
    return [{ signed: group, terms: (chainOf.get(group.ownerId) as Chain).terms.map(stretchOfTerm), billed }];
  });
};

/** Whether billing has what the contract says of a day not far off: a step that it took too early, or has not taken yet. */
const isStepApart = ({ signed, terms }: Compared, billedMinor: bigint, { day, context }: Scope): boolean => {
  const steps = terms.flatMap(({ startDay, breakDays }) => [startDay, ...breakDays]).filter((step) => Math.abs(step - day) <= START_DAYS);
  return steps.some((step) => {
    const worth = worthOn(signed, terms, step <= day ? step - 1 : step, context);
    return worth !== 0n && isWithin(worth, billedMinor);
  });
};

const partsBetween = (
  one: Compared,
  signed: readonly Rated[],
  billed: readonly Rated[],
  difference: Amount,
  scope: Scope,
): readonly Part[] => {
  const { amountMinor } = difference;
  if (signed.length === 0) return [{ kind: 'date', amountMinor }];
  const begins = Math.min(...one.billed.map(({ group }) => group.startDay));
  if (billed.length === 0) return [{ kind: begins > scope.day && Number.isFinite(begins) ? 'date' : 'missing', amountMinor }];
  const billedMinor = worthOf(billed, difference.currency, scope).amountMinor;
  if (isStepApart(one, billedMinor, scope)) return [{ kind: 'date', amountMinor }];
  return partsOf(signed, billed, amountMinor, scope.on, scope.context.profile);
};

/**
 * Where billing differs from the signed line by more than 0.5% on a day, and why. The contract counts: these are for reconciliation. Looked at
 * from the earlier of both beginnings until the signed line has ended.
 */
export const differencesOn = (settlement: Settlement, billing: readonly Subscription[], scope: Scope) =>
  comparedOf(settlement, billing).flatMap((one) => {
    const { signed, terms } = one;
    const { day, context } = scope;
    if ((settlement.endDays.get(signed) ?? Number.POSITIVE_INFINITY) <= day) return [];
    const signedLines = groupOn(signed, terms, day, context);
    const billedLines = one.billed.flatMap(({ group, stretches }) => groupOn(group, stretches, day, context));
    const { currency } = signed;
    const [a, b] = [worthOf(signedLines, currency, scope), worthOf(billedLines, currency, scope)];
    if (isWithin(a.amountMinor, b.amountMinor)) return [];
    const difference = less(b, a);
    return [
      {
        currency,
        signed: sideOf(signed, terms, a, scope),
        billed: one.billed.map(({ group, stretches }) =>
          sideOf(group, stretches, worthOf(groupOn(group, stretches, day, context), currency, scope), scope),
        ),
        difference,
        parts: partsBetween(one, signedLines, billedLines, difference, scope),
      },
    ];
  });
