import { ok, type Result } from '../../platform/result.ts';
import { configuredDate } from './configured.ts';
import type { MappingContext } from './context.ts';
import type { BookedOrder } from './order-items.ts';
import type { MappingProblem } from './problems.ts';
import type { ContractSnapshot, OrderSnapshot, Read } from './snapshots.ts';

/** Day of the last signature, where the customer has signed; ours alone binds nobody. */
const lastSignature = (customer: string | null | undefined, company: string | null | undefined): string | undefined => {
  if (customer == null) return undefined;
  return company != null && company > customer ? company : customer;
};

/** Codes of a contract that has been in force, whatever its company calls the status. `Terminated` and `Expired`: where an org has them. */
const ACTIVATED = ['Activated', 'Terminated', 'Expired'];

export const isActivated = ({ StatusCode }: { readonly StatusCode: string }): boolean => ACTIVATED.includes(StatusCode);

/** Day of an order's own last signature: the configured field, else the standard ones. Problem: `shape-unreadable`. */
const orderSignedOn = (order: Read<OrderSnapshot>, context: MappingContext): Result<string | undefined, MappingProblem> => {
  const signedOn = configuredDate(order, context.instance.fields.order.signedOn, 'Order', context);
  if (!signedOn.ok || signedOn.value !== undefined) return signedOn;
  return ok(lastSignature(order.is.CustomerAuthorizedDate, order.is.CompanyAuthorizedDate));
};

/** An agreement that is signed: when, and when it was activated (epoch milliseconds), where that is told. */
export interface Signature {
  readonly signedOn: string;
  readonly activatedAtMs: number | undefined;
}

/** Of a contract that was activated and that the customer has signed; `undefined`: it is claimed only. */
export const contractSignature = (contract: ContractSnapshot): Signature | undefined => {
  const signedOn = lastSignature(contract.CustomerSignedDate, contract.CompanySignedDate);
  return signedOn === undefined || !isActivated(contract) ? undefined : { signedOn, activatedAtMs: contract.ActivatedDate ?? undefined };
};

/** Of an order that is an agreement of its own. Problem: `shape-unreadable`. */
export const orderSignature = (order: Read<OrderSnapshot>, context: MappingContext): Result<Signature | undefined, MappingProblem> => {
  const signedOn = orderSignedOn(order, context);
  if (!signedOn.ok) return signedOn;
  if (signedOn.value === undefined || !isActivated(order.is)) return ok(undefined);
  return ok({ signedOn: signedOn.value, activatedAtMs: order.is.ActivatedDate ?? undefined });
};

/** The order that was made first; where several were at once, by id. */
const firstOf = (orders: readonly Read<OrderSnapshot>[]): string | undefined =>
  [...orders].sort((a, b) => a.is.CreatedDate - b.is.CreatedDate || (a.is.Id < b.is.Id ? -1 : 1))[0]?.is.Id;

/**
 * When each order was booked: by its own signature; without one, by that of its agreement, if it is the first order or was there when the
 * agreement was activated. A later one without a signature of its own is an amendment: it was booked on the day that it was activated, and not
 * before the agreement was signed. Nothing is booked under an agreement that nobody has signed.
 */
export const bookedOrders = (
  orders: readonly Read<OrderSnapshot>[],
  agreement: Signature | undefined,
  context: MappingContext,
): Result<ReadonlyMap<string, BookedOrder>, MappingProblem> => {
  const first = firstOf(orders);
  const booked = new Map<string, BookedOrder>();
  for (const read of orders) {
    const order = read.is;
    const own = orderSignedOn(read, context);
    if (!own.ok) return own;
    const isOriginal = order.Id === first || (agreement?.activatedAtMs !== undefined && order.CreatedDate <= agreement.activatedAtMs);
    const otherwise = agreement && (isOriginal ? agreement.signedOn : amendedOn(order, agreement, context));
    booked.set(order.Id, { order, bookedOn: agreement && (own.value ?? otherwise) });
  }
  return ok(booked);
};

const amendedOn = ({ ActivatedDate, CreatedDate }: OrderSnapshot, { signedOn }: Signature, { dayOf }: MappingContext): string => {
  const activatedOn = dayOf(Math.floor((ActivatedDate ?? CreatedDate) / 1000));
  return activatedOn > signedOn ? activatedOn : signedOn;
};
