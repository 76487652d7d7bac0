import { type Decimal, pow10 } from '../../platform/decimal.ts';
import { ok, type Result } from '../../platform/result.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import type { Service } from './service.ts';

/** From a day on, less of an item. */
export interface Reduction {
  readonly startsOn: string;
  /** By how much, above zero. */
  readonly quantity: Decimal;
  /** Day of the last signature under it. */
  readonly bookedOn: string | undefined;
}

/** A stretch of an item's service with one quantity. */
export interface Segment extends Service {
  readonly quantity: Decimal;
  readonly bookedOn: string | undefined;
}

const minus = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return { n: a.n * pow10(scale - a.scale) - b.n * pow10(scale - b.scale), scale };
};

/** By day; of one day, by signature, so that the last one is told. */
const inOrder = (a: Reduction, b: Reduction): number =>
  compareText(a.startsOn, b.startsOn) || compareText(a.bookedOn ?? '', b.bookedOn ?? '');
const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * An item's service as reductions leave it: each lowers the quantity from its own first day on (at the earliest, the item's), and what is left
 * is booked by its signature. Where nothing is left, a segment of quantity 0 says since when and by which signature. Problem:
 * `quantity-below-zero`, where more is taken away than there is.
 */
export const segmentsOf = (
  itemId: string,
  whole: Segment,
  reductions: readonly Reduction[],
): Result<readonly Segment[], MappingProblem> => {
  const segments: Segment[] = [];
  let rest = whole;
  for (const { startsOn, quantity, bookedOn } of [...reductions].sort(inOrder)) {
    if (rest.endsOn !== undefined && startsOn >= rest.endsOn) continue;
    const left = minus(rest.quantity, quantity);
    if (left.n < 0n)
      return unmapped('quantity-below-zero', `Reductions take away more of order item ${itemId} than it has.`, 'OrderItem.Quantity');
    if (startsOn > rest.startsOn) segments.push({ ...rest, endsOn: startsOn });
    rest = { ...rest, startsOn: startsOn > rest.startsOn ? startsOn : rest.startsOn, quantity: left, bookedOn };
  }
  return ok([...segments, rest]);
};
