import { Bug } from '../../platform/bug.ts';
import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { fail, ok } from '../../platform/result.ts';
import { besideArr } from '../beside/beside.ts';
import type { CustomerFact, Fact } from '../lines/facts.ts';
import type { Subscription } from '../lines/stretches.ts';
import type { Context, LineValue } from '../lines/values.ts';
import { type Adjustment, datesOf, isAdjustment } from '../movements/adjustments.ts';
import { closingAt } from '../movements/decide.ts';
import { wholeBook } from '../movements/history.ts';
import type { Attributes, Stock } from '../movements/movements.ts';
import { inForceOn } from '../movements/timeline.ts';
import { decidingContext } from '../records/context.ts';
import { readCustomer, readLinks } from '../records/customer.ts';
import type { ApprovedRuling } from '../rulings/ruling.ts';
import { readRulingsOn } from '../rulings/spoken.ts';
import type { Unconverted } from '../totals/course.ts';
import { evidenceOf } from './explain.ts';
import { ARR_FORMULA } from './formulas.ts';
import { identityAnswer } from './identity.ts';
import { readHead } from './read.ts';
import { jsonable, rateMissing } from './status.ts';

/**
 * A customer as of a day, by any of its ids, decided from its facts: the same rules that made its movements. Each line carries what the fact
 * says that is in force for it, and beside it stands what is no ARR (beside/). Problem: `customer-unknown`, also while its first facts are still
 * being recorded.
 */
export const customerOn = async (asked: string, on: string) => {
  const [head, known, context] = await Promise.all([readHead(ARR_FORMULA), readCustomer(asked), decidingContext()]);
  if (known === undefined || known.facts.length === 0)
    return fail('customer-unknown', `No fact about customer ${asked.slice(0, 100)} has been recorded.`, 'path.customerId');
  const { customerId, name, movements } = known;
  const [links, rulings] = await Promise.all([readLinks(known), readRulingsOn(known)]);
  const day = toEpochDay(on);
  const { closing, attributes } = closingAt(known.facts, day, context);
  const { subscriptions, adjustments } = wholeBook(known.facts, context).book;
  const lacking = unconvertedOf(closing.lines, on);
  return ok({
    ...head,
    on,
    customerId,
    name,
    identity: identityAnswer(known, { links, rulings, context }),
    // Without a plan rate for every line there is no total.
    ...(lacking.length === 0
      ? { arrMinor: String(closing.lines.reduce((sum, line) => sum + line.planMinor, 0n)), stock: stockAnswer(closing.stock) }
      : {}),
    unconverted: jsonable(lacking.map((one) => rateMissing(one, head.planCurrency))),
    attributes,
    levels: { soldToId: idAtSource(customerId), ...levelsOn(known.facts, day, context) },
    lines: closing.lines
      .filter((line) => !isAdjustment(line))
      .map((line) => lineAnswer(line, customerId, inForceFor(line, subscriptions, day))),
    adjustments: closing.lines.filter(isAdjustment).map((line) => adjustmentAnswer(line, customerId, { adjustments, rulings })),
    ...jsonable(besideArr(customerId, known.facts, day, context)),
    movements: [...movements],
  });
};

/** `<system>.<instance>.<id at the source>`: only the last may hold dots. */
const idAtSource = (customerId: string): string => customerId.split('.').slice(2).join('.');

const unconvertedOf = (lines: readonly LineValue[], on: string): Unconverted[] => {
  const amounts = new Map<string, bigint>();
  for (const { converted, currency, amountMinor } of lines)
    if (!converted) amounts.set(currency, (amounts.get(currency) ?? 0n) + amountMinor);
  return [...amounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, amountMinor]) => ({ currency, on, amountMinor }));
};

/** Bill-to and parent at the end of a day. They hold as attributes do, so they are decided as attributes are. */
const levelsOn = (facts: readonly Fact[], day: number, context: Context): Attributes => {
  const showings = facts.flatMap((fact): Fact[] =>
    fact.kind === 'customer' ? [{ kind: fact.kind, data: { ...fact.data, attributes: levelsOf(fact.data) } }] : [],
  );
  return closingAt(showings, day, context).attributes;
};

const levelsOf = ({ billToId, parentId }: CustomerFact): Record<string, string> => ({
  ...(billToId === undefined ? {} : { billToId }),
  ...(parentId === undefined ? {} : { parentId }),
});

type InForce = Subscription['stretches'][number];

/** What is in force at the end of a day for a line that is live then. */
const inForceFor = ({ key, subscriptionId }: LineValue, subscriptions: readonly Subscription[], day: number): InForce => {
  const subscription = subscriptions.find((one) => one.subscriptionId === subscriptionId);
  const stretch = subscription === undefined ? undefined : inForceOn(subscription.stretches, day);
  if (stretch === undefined) throw new Error(`nothing is in force for line ${key}, which is live`);
  return stretch;
};

/** A line with what its subscription's fact in force says of it. The service start is the one that decides since when it is live. */
const lineAnswer = (line: LineValue, customerId: string, { fact, eventId, startDay }: InForce) => ({
  lineKey: line.key,
  productId: line.productId,
  legalEntity: line.legalEntity,
  currency: line.currency,
  amountMinor: String(line.amountMinor),
  ...(line.converted ? { planMinor: String(line.planMinor) } : {}),
  origin: line.origin,
  system: fact.provenance.system,
  instance: fact.provenance.instance,
  eventId,
  ...evidenceOf(fact),
  startsOn: fromEpochDay(startDay),
  explain: `/api/v1/arr/explain?${new URLSearchParams({ customerId, eventId })}`,
});

interface ByHand {
  readonly adjustments: readonly Adjustment[];
  readonly rulings: readonly ApprovedRuling[];
}

/** An adjustment in force, with the ruling that made it. */
const adjustmentAnswer = (line: LineValue, customerId: string, { adjustments, rulings }: ByHand) => {
  const adjustment = adjustments.find(({ rulingId }) => rulingId === line.lineId);
  const ruling = rulings.find(({ rulingId }) => rulingId === line.lineId);
  if (adjustment === undefined || ruling === undefined) throw new Bug(`nobody ruled adjustment ${line.lineId}, which is in force`);
  return {
    adjustmentId: line.lineId,
    productId: line.productId,
    legalEntity: line.legalEntity,
    currency: line.currency,
    amountMinor: String(line.amountMinor),
    ...(line.converted ? { planMinor: String(line.planMinor) } : {}),
    ...datesOf(adjustment),
    reason: ruling.reason,
    proposedBy: ruling.proposedBy,
    approvedBy: ruling.decidedBy,
    explain: `/api/v1/arr/explain?${new URLSearchParams({ customerId, eventId: line.lineId })}`,
  };
};

const stockAnswer = ([landed, expanded, renewalUplift]: Stock): [string, string, string] => [
  String(landed),
  String(expanded),
  String(renewalUplift),
];
