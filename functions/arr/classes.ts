import type { Context, LineValue, Stretch } from './book.ts';
import { type Change, changeOf, type Delta, entryLine, planShare, sumPlan } from './delta.ts';
import type { Cause, EntryLine, Renewed } from './movements.ts';
import { annualValues, roundHalfAway } from './rating.ts';
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
  open: readonly LineValue[],
  on: string,
  context: Context,
): readonly Delta[] => {
  if (renewals.length === 0 && !changes.some((change) => change.contractedStep)) return deltas;
  return deltas.flatMap((delta) => {
    const change = changeOf(delta.line, changes);
    if (change === undefined) return [delta];
    if (change.contractedStep && context.profile.contractedSteps === 'separate')
      return [{ ...delta, cause: stepCause(change, delta.line) }];
    const before = renewals.includes(change) ? open.find((line) => line.key === delta.line.key) : undefined;
    return before === undefined ? [delta] : atRenewal(delta, before, change, on, context);
  });
};

/** A phase that changes only the price is an escalator; one that changes what is bought is a contracted step. */
const stepCause = (change: Change, line: LineValue): Cause => {
  const quantity = (stretch: Stretch | undefined): string | undefined =>
    stretch?.fact.lines.find((other) => other.lineId === line.lineId)?.quantity;
  const before = quantity(change.before);
  return before !== undefined && before === quantity(change.after) ? 'price-escalator' : 'contracted-step';
};

/** The uplift is what the old quantity costs at the new price, less what it cost; the rest of the change is the customer's decision. */
const atRenewal = (delta: Delta, before: LineValue, change: Change, on: string, context: Context): Delta[] => {
  const lines = change.after.fact.lines;
  const index = lines.findIndex((line) => line.lineId === delta.line.lineId);
  if (index < 0) return [delta];
  const exact = annualValues(lines, change.after.fact.discounts, on, context.profile, quantitiesOf(change.before))[index];
  if (exact === undefined) return [delta];
  const amount = roundHalfAway(exact) - before.amountMinor;
  if (amount <= 0n) return [delta];
  const rest = delta.amount - amount;
  if (rest === 0n) return [{ ...delta, cause: 'renewal-uplift' }];
  const plan = planShare(delta, amount);
  return [
    { ...delta, amount, plan, cause: 'renewal-uplift' },
    { ...delta, amount: rest, plan: delta.plan - plan, cause: 'organic' },
  ];
};

const quantitiesOf = (stretch: Stretch | undefined): Map<string, string> => {
  const quantities = new Map<string, string>();
  for (const line of stretch?.fact.lines ?? []) if (line.quantity !== undefined) quantities.set(line.lineId, line.quantity);
  return quantities;
};

/** What was in force of the renewed subscriptions, by currency. */
export const renewedAmounts = (lines: readonly LineValue[]): Renewed[] => {
  const amounts: Renewed[] = [];
  for (const { currency, amountMinor, planMinor } of lines) {
    const at = amounts.findIndex((amount) => amount.currency === currency);
    const sum = amounts[at];
    if (sum === undefined) amounts.push({ currency, amountMinor, planMinor });
    else amounts[at] = { currency, amountMinor: sum.amountMinor + amountMinor, planMinor: sum.planMinor + planMinor };
  }
  return amounts;
};

/**
 * The sign of the net change decides, in plan currency, or, while a rate is missing, in the alphabetically first currency that moved.
 * Products swapped at equal value are a transfer.
 */
export const netCause = (deltas: readonly Delta[]): Cause => {
  const net = deltas.every((delta) => delta.line.converted) ? sumPlan(deltas) : firstCurrencySum(deltas);
  return net > 0n ? 'expansion' : net < 0n ? 'contraction' : 'transfer';
};

const firstCurrencySum = (deltas: readonly Delta[]): bigint => {
  const currency = deltas.map((delta) => delta.line.currency).sort()[0];
  return deltas.reduce((sum, delta) => (delta.line.currency === currency ? sum + delta.amount : sum), 0n);
};

/** Each product's own class: new to the customer, gone from it, or more and less of it. */
export const ownClasses = (deltas: readonly Delta[], open: readonly LineValue[], close: readonly LineValue[]): EntryLine[] => {
  const lines: EntryLine[] = [];
  for (const delta of deltas)
    lines.push(entryLine(delta.line, classOf(delta.line.productId, deltas, open, close), delta.amount, delta.plan));
  return lines;
};

const classOf = (productId: string, deltas: readonly Delta[], open: readonly LineValue[], close: readonly LineValue[]): Cause => {
  if (!has(open, productId)) return 'new';
  if (!has(close, productId)) return 'churn';
  let net = 0n;
  for (const delta of deltas) if (delta.line.productId === productId) net += delta.plan === 0n ? delta.amount : delta.plan;
  return net < 0n ? 'contraction' : 'expansion';
};

const has = (lines: readonly LineValue[], productId: string): boolean => {
  for (const line of lines) if (line.productId === productId) return true;
  return false;
};
