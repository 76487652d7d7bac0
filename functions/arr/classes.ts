import type { Change, Context, LineValue, Stretch } from './book.ts';
import { changeOf, type Delta, entryLine, planShare, sumPlan } from './delta.ts';
import { EMPTY, extended } from './lists.ts';
import type { Cause, EntryLine, Renewed } from './movements.ts';
import { annualValues, type Fraction, type Line, roundHalfAway } from './rating.ts';
import { isRenewed } from './term.ts';

const NONE: readonly Change[] = [];

/** Subscriptions whose change today is a renewal: their state is in a later term than the day before. */
export const renewalsAmong = (changes: readonly Change[], context: Context): readonly Change[] => {
  let renewals: Change[] | undefined;
  for (const change of changes) {
    const before = change.before;
    if (before === undefined || before === change.after || !isRenewed(before.fact, change.after.fact, context.profile)) continue;
    renewals ??= [];
    renewals.push(change);
  }
  return renewals ?? NONE;
};

/** Tells renewal uplift and contracted steps apart from what the customer newly decided. */
export const classed = (
  deltas: readonly Delta[],
  changes: readonly Change[],
  renewals: readonly Change[],
  on: string,
  context: Context,
): readonly Delta[] => {
  let told: Delta[] = EMPTY;
  for (const delta of deltas) {
    const change = changeOf(delta.line, changes);
    if (change?.contractedStep && context.profile.contractedSteps === 'separate')
      told = extended(told, { ...delta, cause: stepCause(change, delta.line) });
    else if (change !== undefined && renewals.includes(change)) told = withUplift(told, delta, change, on, context);
    else told = extended(told, delta);
  }
  return told;
};

/** A phase that changes only the price is an escalator; one that changes what is bought is a contracted step. */
const stepCause = ({ before, after }: Change, { lineId }: LineValue): Cause => {
  const quantity = before === undefined ? undefined : itemOf(before, lineId)?.quantity;
  return quantity !== undefined && quantity === itemOf(after, lineId)?.quantity ? 'price-escalator' : 'contracted-step';
};

const itemOf = ({ lines }: Stretch, lineId: string): Line | undefined => {
  for (const line of lines) if (line.lineId === lineId) return line;
  return undefined;
};

/** The uplift is what the old quantity costs at the new price, less what it cost; the rest of the change is the customer's decision. */
const withUplift = (told: Delta[], delta: Delta, change: Change, on: string, context: Context): Delta[] => {
  const amount = upliftOf(delta, change, on, context);
  if (amount <= 0n) return extended(told, delta);
  if (amount === delta.amount) return extended(told, { ...delta, cause: 'renewal-uplift' });
  const plan = planShare(delta, amount);
  const uplifted = extended<Delta>(told, { ...delta, amount, plan, cause: 'renewal-uplift' });
  return extended(uplifted, { ...delta, amount: delta.amount - amount, plan: delta.plan - plan });
};

const upliftOf = (delta: Delta, { before, after }: Change, on: string, { profile }: Context): bigint => {
  if (delta.before === undefined || before === undefined) return 0n;
  const isThere = delta.before !== delta.line;
  if (isThere && keepsQuantities(before, after)) return delta.amount;
  const index = after.lines.findIndex((line) => line.lineId === delta.line.lineId);
  const values = annualValues(after.lines, after.discounts, on, profile, quantitiesOf(before));
  return index < 0 ? 0n : roundHalfAway(values[index] as Fraction) - delta.before.amountMinor;
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

const quantitiesOf = ({ lines }: Stretch): Map<string, string> => {
  const quantities = new Map<string, string>();
  for (const line of lines) if (line.quantity !== undefined) quantities.set(line.lineId, line.quantity);
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
  const net = isConverted(deltas) ? sumPlan(deltas) : firstCurrencySum(deltas);
  return net > 0n ? 'expansion' : net < 0n ? 'contraction' : 'transfer';
};

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
  let net = 0n;
  for (const { line, amount, plan } of deltas) {
    if (line.productId !== productId) continue;
    const moved = plan === 0n ? amount : plan;
    net = net === 0n ? moved : net + moved;
  }
  return net < 0n ? 'contraction' : 'expansion';
};

const has = (lines: readonly LineValue[], productId: string): boolean => {
  for (const line of lines) if (line.productId === productId) return true;
  return false;
};
