import { fromEpochDay } from '../../platform/calendar.ts';
import type { SubscriptionFact } from '../lines/facts.ts';
import { continuedBy } from '../lines/items.ts';
import { EMPTY, extended } from '../lines/lists.ts';
import { annualValues, type Fraction, type Line, roundHalfAway } from '../lines/rating.ts';
import type { Step } from '../lines/steps.ts';
import type { Stretch } from '../lines/stretches.ts';
import { isRenewed } from '../lines/term.ts';
import type { Change, Context, LineValue } from '../lines/values.ts';
import type { Profile } from '../profiles/profile.ts';
import { changeOf, type Delta, entryLine, planShare, sumPlan } from './delta.ts';
import type { Cause, EntryLine, Renewed } from './movements.ts';

const NONE: readonly Change[] = [];

/** Subscriptions whose change today is a renewal: their state is in a later term than the day before. */
export const renewalsAmong = (changes: readonly Change[], context: Context): readonly Change[] => {
  let renewals: Change[] | undefined;
  for (const change of changes) {
    const before = change.before;
    if (before === undefined || before === change.after || !isRenewal(before, change.after, context.profile)) continue;
    renewals ??= [];
    renewals.push(change);
  }
  return renewals ?? NONE;
};

/** By the service start that counts for both states, which may have been stated later than by themselves. */
const isRenewal = (before: Stretch, after: Stretch, profile: Profile): boolean =>
  before.fact.startsOn === after.fact.startsOn
    ? isRenewed(before.fact, after.fact, profile)
    : isRenewed(startedFact(before), startedFact(after), profile);

const startedFact = ({ fact, startDay }: Stretch): SubscriptionFact => ({ ...fact, startsOn: fromEpochDay(startDay) });

/** A customer's lines at both ends of a day on which it stays, what changes between them, and which of the changes are renewals. */
export interface Stay {
  readonly open: readonly LineValue[];
  readonly close: readonly LineValue[];
  readonly changes: readonly Change[];
  readonly renewals: readonly Change[];
  readonly on: string;
}

/** Tells renewal uplift and contracted steps apart from what the customer newly decided. */
export const classed = (deltas: readonly Delta[], stay: Stay, context: Context): readonly Delta[] => {
  const { changes, renewals, on } = stay;
  let told: Delta[] = EMPTY;
  for (const delta of deltas) {
    const change = changeOf(delta.line, changes);
    const step = change === undefined ? undefined : stepOf(delta, change, stay, context);
    const contracted = change === undefined || step === undefined ? 0n : contractedOf(delta, change, step, on, context);
    if (change !== undefined && step !== undefined && contracted !== 0n)
      told = withPart(told, delta, contracted, stepCause(delta, change, step));
    else if (change !== undefined && renewals.includes(change))
      told = withPart(told, delta, upliftOf(delta, change, on, context), 'renewal-uplift');
    else told = extended(told, delta);
  }
  return told;
};

/**
 * The phase that begins, where the profile tells apart what it fixed of a line, and the subscription is in service before and after: its
 * beginning, end and return are the customer's decision.
 */
const stepOf = (delta: Delta, change: Change, { open, close }: Stay, { profile }: Context): Step | undefined => {
  const { subscriptionId, step } = change;
  if (step === undefined || !holds(open, subscriptionId) || !holds(close, subscriptionId)) return undefined;
  const told = stepCause(delta, change, step) === 'price-escalator' ? profile.escalators : profile.contractedSteps;
  return told === 'separate' ? step : undefined;
};

const holds = (lines: readonly LineValue[], subscriptionId: string): boolean => {
  for (const line of lines) if (line.subscriptionId === subscriptionId) return true;
  return false;
};

/** A part of what a line moved by has a cause of its own; the rest is the customer's decision. */
const withPart = (told: Delta[], delta: Delta, amount: bigint, cause: Cause): Delta[] => {
  if (amount === 0n) return extended(told, delta);
  if (amount === delta.amount) return extended(told, { ...delta, cause });
  const plan = planShare(delta, amount);
  const apart = extended<Delta>(told, { ...delta, amount, plan, cause });
  return extended(apart, { ...delta, amount: delta.amount - amount, plan: delta.plan - plan });
};

/** A phase that changes only the price is an escalator; one that changes what is bought is a contracted step. */
const stepCause = ({ line, before: lineBefore }: Delta, { before, after }: Change, { items, lineIds }: Step): Cause => {
  if (lineIds !== undefined) return 'contracted-step';
  if (before === undefined || lineBefore === undefined || lineBefore === line) return 'contracted-step';
  const quantity = itemOf(before, lineBefore)?.quantity;
  const item = itemOf(after, line);
  const contracted = items.find(({ priceId }) => priceId === item?.priceId)?.quantity ?? item?.quantity;
  return quantity !== undefined && quantity === contracted ? 'price-escalator' : 'contracted-step';
};

/** What the phase that begins fixed of a change; what the customer decided on the same day beyond it, or against it, is not of the contract. */
const contractedOf = (delta: Delta, { before, after }: Change, { items, lineIds }: Step, on: string, { profile }: Context): bigint => {
  if (lineIds !== undefined && !lineIds.has(delta.line.lineId)) return 0n;
  if (items.length === 0) return delta.amount;
  const isGone = delta.before === delta.line;
  const item = isGone ? before && itemOf(before, delta.line) : itemOf(after, delta.line);
  const contracted = items.find(({ priceId }) => priceId === item?.priceId);
  if (isGone) return contracted === undefined ? delta.amount : 0n;
  if (item === undefined || contracted === undefined) return 0n;
  if (contracted.quantity === undefined || contracted.quantity === item.quantity) return delta.amount;
  return valueWith(new Map([[item.lineId, contracted.quantity]]), delta.line, after, on, profile) - (delta.before?.amountMinor ?? 0n);
};

const itemOf = ({ lines }: Stretch, { lineId, productId }: LineValue): Line | undefined => {
  for (const line of lines) if (line.lineId === lineId && line.productId === productId) return line;
  return undefined;
};

/** A line's ARR with other quantities; 0 where it has ended. */
const valueWith = (
  quantities: ReadonlyMap<string, string>,
  line: LineValue,
  { lines, discounts }: Stretch,
  on: string,
  profile: Profile,
): bigint => {
  const index = lines.findIndex(({ lineId }) => lineId === line.lineId);
  return index < 0 ? 0n : roundHalfAway(annualValues(lines, discounts, on, profile, quantities)[index] as Fraction);
};

/** The uplift is what the old quantity costs at the new price, less what it cost. It is never negative: a lower price is a decision. */
const upliftOf = (delta: Delta, { before, after }: Change, on: string, { profile }: Context): bigint => {
  if (delta.before === undefined || delta.before === delta.line || before === undefined) return 0n;
  const uplift = keepsQuantities(before, after)
    ? delta.amount
    : valueWith(quantitiesOf(before, after), delta.line, after, on, profile) - delta.before.amountMinor;
  return uplift > 0n ? uplift : 0n;
};

/** Whether all items are there in the same quantities as before, in the same order. */
const keepsQuantities = (before: Stretch, after: Stretch): boolean => {
  if (before.lines.length !== after.lines.length) return false;
  for (let i = 0; i < after.lines.length; i += 1) {
    const old = before.lines[i] as Line;
    const line = after.lines[i] as Line;
    if (old.quantity !== line.quantity || old.lineId !== line.lineId) return false;
  }
  return true;
};

/** Quantities of before, by the items that go on with them. */
const quantitiesOf = (before: Stretch, after: Stretch): Map<string, string> => {
  const quantities = new Map<string, string>();
  for (const line of after.lines) {
    const quantity = continuedBy(line, before.lines, after.lines)?.quantity;
    // What was not there before shares in no discount of then.
    if (line.quantity !== undefined) quantities.set(line.lineId, quantity ?? '0');
  }
  return quantities;
};

/** What was in force of the renewed subscriptions, by currency. */
export const renewedAmounts = (lines: readonly LineValue[]): Renewed[] => {
  let amounts: Renewed[] = EMPTY;
  for (const { currency, amountMinor, planMinor } of lines) {
    const at = amounts.findIndex((amount) => amount.currency === currency);
    const sum = amounts[at];
    if (sum === undefined) amounts = extended(amounts, { currency, amountMinor, planMinor });
    else amounts[at] = { currency, amountMinor: sum.amountMinor + amountMinor, planMinor: sum.planMinor + planMinor };
  }
  return amounts;
};

/**
 * The sign of the net change decides, in plan currency, or, while a rate is missing, in the alphabetically first currency that moved.
 * Products swapped at equal value are a transfer.
 */
export const netCause = (deltas: readonly Delta[]): Cause => {
  const net = netOf(deltas);
  return net > 0n ? 'expansion' : net < 0n ? 'contraction' : 'transfer';
};

const netOf = (deltas: readonly Delta[]): bigint => (isConverted(deltas) ? sumPlan(deltas) : firstCurrencySum(deltas));

const isConverted = (deltas: readonly Delta[]): boolean => {
  for (const { line } of deltas) if (!line.converted) return false;
  return true;
};

const firstCurrencySum = (deltas: readonly Delta[]): bigint => {
  const currency = deltas.map((delta) => delta.line.currency).sort()[0];
  return deltas.reduce((sum, delta) => (delta.line.currency === currency ? sum + delta.amount : sum), 0n);
};

/** Each product's own class: new to the customer, gone from it, or more and less of it. */
export const ownClasses = (deltas: readonly Delta[], open: readonly LineValue[], close: readonly LineValue[]): EntryLine[] => {
  const lines = new Array<EntryLine>(deltas.length);
  for (let i = 0; i < deltas.length; i += 1) {
    const { line, amount, plan } = deltas[i] as Delta;
    lines[i] = entryLine(line, classOf(line.productId, deltas, open, close), amount, plan);
  }
  return lines;
};

const classOf = (productId: string, deltas: readonly Delta[], open: readonly LineValue[], close: readonly LineValue[]): Cause => {
  if (!has(open, productId)) return 'new';
  if (!has(close, productId)) return 'churn';
  const own = deltas.length === 1 ? deltas : deltas.filter(({ line }) => line.productId === productId);
  return netOf(own) < 0n ? 'contraction' : 'expansion';
};

const has = (lines: readonly LineValue[], productId: string): boolean => {
  for (const line of lines) if (line.productId === productId) return true;
  return false;
};
