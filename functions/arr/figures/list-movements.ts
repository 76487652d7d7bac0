import { endOfMonth, startOfMonth } from '../../platform/calendar.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { Movement } from '../events.ts';
import { readMonth } from '../ledger/read-month.ts';
import type { Cause } from '../movements/movements.ts';
import { readCustomer } from '../records/customer.ts';

interface Wanted {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly customerId?: string | undefined;
  readonly cause?: Cause | undefined;
}

interface Listed {
  items: Movement[];
  nextCursor: string | null;
}

/** Pages that one call may read to fill a page of a rare cause. */
const MAX_READS = 10;

export const listMovements = async (
  wanted: Wanted,
  page: PageWanted,
  today: string,
): Promise<Result<Listed, Problem<'period-invalid' | 'customer-unknown'>>> => {
  const to = wanted.to ?? (wanted.customerId === undefined ? today : '9999-12-31');
  const from = wanted.from ?? (wanted.customerId === undefined ? startOfMonth(to) : '0000-01-01');
  if (from > to) return fail('period-invalid', `The period ends on ${to}, before it starts on ${from}.`, 'query.to');
  if (wanted.customerId !== undefined) return ofCustomer({ ...wanted, from, to, customerId: wanted.customerId }, page);
  if (from.slice(0, 7) !== to.slice(0, 7)) {
    return fail(
      'period-invalid',
      `Without a customer a period lies within one month: from ${from} it ends at the latest on ${endOfMonth(from)}.`,
      'query.to',
    );
  }
  const items: Movement[] = [];
  let after = page.position;
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const { items: read, next } = await readMonth(from, to, after, page.limit - items.length);
    items.push(...read.filter((movement) => wanted.cause === undefined || movement.cause === wanted.cause));
    after = next;
    if (next === undefined || items.length >= page.limit) break;
  }
  return ok({ items, nextCursor: after ?? null });
};

const ofCustomer = async (
  wanted: Wanted & { readonly from: string; readonly to: string; readonly customerId: string },
  page: PageWanted,
): Promise<Result<Listed, Problem<'customer-unknown'>>> => {
  const customer = await readCustomer(wanted.customerId);
  if (customer === undefined)
    return fail('customer-unknown', `No fact about customer ${wanted.customerId} has been recorded.`, 'query.customerId');
  const own = customer.movements.filter(
    (movement) =>
      movement.effectiveOn >= wanted.from &&
      movement.effectiveOn <= wanted.to &&
      (wanted.cause === undefined || movement.cause === wanted.cause),
  );
  const start = Number(page.position ?? '0');
  const end = start + page.limit;
  return ok({ items: own.slice(start, end), nextCursor: end < own.length ? String(end) : null });
};
