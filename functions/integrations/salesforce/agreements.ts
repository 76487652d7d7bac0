import { addDays } from '../../platform/calendar.ts';
import { exponentOf } from '../../platform/currencies.ts';
import { ok, type Result } from '../../platform/result.ts';
import { present } from '../present.ts';
import { agreementIdsOf, billedByOf, renewalOf } from './agreement-keys.ts';
import { type AgreementRecords, countedOf, type Head, headOf, type Parts, partsOf } from './agreement-parts.ts';
import { configuredDate } from './configured.ts';
import type { MappingContext } from './context.ts';
import { linesOf } from './order-items.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import { type Mapped, newestChange, type SubscriptionFact, stated } from './reading.ts';
import { wholeMonths } from './service.ts';
import { bookedOrders } from './signatures.ts';
import type { Read } from './snapshots.ts';

export { type AgreementRecords, agreementIdOf } from './agreement-parts.ts';
export type { SubscriptionFact } from './reading.ts';

type Lines = SubscriptionFact['lines'];

const byId = <T extends { readonly Id: string }>(records: readonly Read<T>[]): ReadonlyMap<string, Read<T>> =>
  new Map(records.map((record) => [record.is.Id, record]));

/** The one currency of all that counts; an amount of one currency is never put beside one of another. */
const currencyOf = ({ is }: Head, { items }: Pick<Parts, 'items'>, { instance }: MappingContext): Result<string, MappingProblem> => {
  const told = instance.currency ?? items[0]?.is.CurrencyIsoCode ?? is.CurrencyIsoCode;
  if (told == null) return unmapped('currency-unknown', `Agreement ${is.Id} tells no currency, and none is configured.`, 'CurrencyIsoCode');
  const other = instance.currency === undefined ? items.find((item) => item.is.CurrencyIsoCode !== told) : undefined;
  if (other !== undefined)
    return unmapped(
      'currency-mixed',
      `Agreement ${is.Id} sells in ${told} and in ${other.is.CurrencyIsoCode ?? 'none'}: it has to be one agreement for each currency.`,
      'OrderItem.CurrencyIsoCode',
    );
  const exponent = exponentOf(told);
  return exponent.ok ? ok(told) : unmapped('currency-unknown', exponent.problem.detail, 'CurrencyIsoCode');
};

const firstDayOf = (lines: Lines): string | undefined => lines[0]?.startsOn;

/** First day after all lines; `undefined` where one goes on until it is ended, or there is none. */
const dayAfter = (lines: Lines): string | undefined =>
  lines.every(({ endsOn }) => endsOn !== undefined)
    ? lines.reduce<string | undefined>((last, { endsOn }) => (last === undefined || (endsOn ?? '') > last ? endsOn : last), undefined)
    : undefined;

/**
 * First day without the agreement, where it was terminated before all of it had ended by itself: Salesforce's date is its last day. Problems:
 * `shape-unreadable`, and `date-missing` where it is terminated and nothing says since when.
 */
const endedOnOf = (head: Head, lines: Lines, context: MappingContext): Result<string | undefined, MappingProblem> => {
  if (head.object === 'Order' || head.is.IsDeleted) return ok(undefined);
  const field = context.instance.fields.contract.terminatedOn;
  const lastDay = configuredDate(head, field, 'Contract', context);
  if (!lastDay.ok) return lastDay;
  if (lastDay.value === undefined)
    return head.is.StatusCode === 'Terminated'
      ? unmapped(
          'date-missing',
          `Contract ${head.is.Id} is terminated, and no field says since when${field === undefined ? ': configure fields.contract.terminatedOn' : ''}.`,
          `Contract.${field ?? 'StatusCode'}`,
        )
      : ok(undefined);
  const endedOn = addDays(lastDay.value, 1);
  const endsOn = dayAfter(lines);
  return ok(endsOn !== undefined && endedOn >= endsOn ? undefined : endedOn);
};

const MAX_TERM_MONTHS = 240;

const termOf = ({ startsOn, endsOn, termMonths }: Head, lines: Lines): Pick<SubscriptionFact, 'termMonths' | 'termStartsOn'> => {
  const from = startsOn ?? firstDayOf(lines);
  const until = endsOn ?? dayAfter(lines);
  const months = termMonths ?? (from !== undefined && until !== undefined ? wholeMonths(from, until) : undefined);
  return {
    ...present('termMonths', months !== undefined && months >= 1 && months <= MAX_TERM_MONTHS ? months : undefined),
    ...present('termStartsOn', from),
  };
};

const soldBy = (
  head: Head,
  parts: Parts,
  warnings: string[],
  context: MappingContext,
): Result<{ currency: string; lines: Lines }, MappingProblem> => {
  const counted = head.is.IsDeleted ? { orders: [], items: [] } : countedOf(parts);
  const currency = currencyOf(head, counted, context);
  if (!currency.ok) return currency;
  const orders = bookedOrders(counted.orders, head.signature, context);
  if (!orders.ok) return orders;
  const lines = linesOf(
    {
      items: counted.items.map(({ is }) => is),
      orders: orders.value,
      products: byId(parts.products),
      sellingModels: new Map([...byId(parts.sellingModels)].map(([id, { is }]) => [id, is])),
      contractEndsOn: head.object === 'Contract' ? head.endsOn : undefined,
      currency: currency.value,
      warnings,
    },
    context,
  );
  return lines.ok ? ok({ currency: currency.value, lines: [...lines.value] }) : lines;
};

/**
 * One reading of an agreement as one fact: signed where the customer has signed it and it was activated, otherwise claimed. What lies in the
 * recycle bin counts for nothing; the contract itself there makes the fact canceled and without lines. Checks, in this order: shapes of all
 * records, its head, currencies, signatures, lines, termination.
 */
export const agreementFact = (records: AgreementRecords, context: MappingContext): Result<Mapped<SubscriptionFact>, MappingProblem> => {
  const parts = partsOf(records);
  if (!parts.ok) return parts;
  const read = headOf(records, parts.value, context);
  if (!read.ok) return read;
  const head = read.value;
  const warnings: string[] = [];
  const sold = soldBy(head, parts.value, warnings, context);
  if (!sold.ok) return sold;
  const { currency, lines } = sold.value;
  const endedOn = endedOnOf(head, lines, context);
  if (!endedOn.ok) return endedOn;
  const { contract, orders, items, products, sellingModels } = parts.value;
  const { Id, IsDeleted, CreatedDate } = head.is;
  const startsOn = firstDayOf(lines) ?? head.startsOn ?? context.dayOf(Math.floor(CreatedDate / 1000));
  const content = {
    subscriptionId: Id,
    customerId: head.customerId,
    legalEntity: context.instance.legalEntity,
    currency,
    status: IsDeleted ? ('canceled' as const) : ('active' as const),
    evidence: head.signature === undefined ? ('claimed' as const) : ('signed' as const),
    collectionPaused: false,
    startsOn,
    startsOnStated: true as const,
    ...present('endedOn', endedOn.value),
    ...present('bookedOn', head.signature?.signedOn),
    ...termOf(head, lines),
    agreementId: Id,
    agreementIds: agreementIdsOf(contract, orders, context, warnings),
    ...present('billedBy', billedByOf(contract, orders, context, warnings)),
    ...present('renewalOf', renewalOf(contract, context, warnings)),
    discounts: [],
    lines,
    lifecycle: 'observed' as const,
  };
  const changedAtMs = newestChange(contract === undefined ? [] : [contract], orders, items, products, sellingModels);
  return ok({ fact: stated({ object: head.object, id: Id, changedAtMs }, content, context), warnings });
};
