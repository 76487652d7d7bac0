import type { Movement } from '../../../functions/arr/events.ts';
import type { Cause } from '../../../functions/arr/movements/movements.ts';
import { addDays } from '../../../functions/platform/calendar.ts';

interface Told {
  readonly number?: number;
  readonly cause?: Cause;
  readonly amounts?: readonly bigint[];
  /** At plan rate; without them the amounts. */
  readonly planMinors?: readonly bigint[];
  readonly renewed?: readonly bigint[];
  readonly currency?: string;
  readonly recordedAt?: string;
  readonly correction?: boolean;
  readonly segment?: string;
  readonly fromSegment?: string;
}

/** A movement with a line for each amount, `<customer>/<place>`; of one segment. */
export const moved = (customerId: string, effectiveOn: string, version: number, told: Told = {}): Movement => {
  const { number = 0, cause = 'new', amounts = [100n], planMinors = amounts, currency = 'USD', segment = 'SMB', fromSegment } = told;
  return {
    movementId: `${customerId}~${effectiveOn}~${version}~${number}`,
    customerId,
    effectiveOn,
    recordedAt: told.recordedAt ?? `${effectiveOn}T10:00:00.000Z`,
    cause,
    correction: told.correction ?? false,
    attributes: { segment },
    ...(fromSegment === undefined ? {} : { fromAttributes: { segment: fromSegment } }),
    lines: amounts.map((amount, i) => ({
      lineKey: `${customerId}/${i}`,
      productId: `prod_${i % 2}`,
      legalEntity: currency === 'USD' ? 'inc' : 'ltd',
      currency,
      cause,
      deltaMinor: String(amount),
      planDeltaMinor: String(planMinors[i]),
    })),
    stock: ['0', '0', '0'],
    ...(told.renewed === undefined
      ? {}
      : { renewed: told.renewed.map((amount) => ({ currency, amountMinor: String(amount), planMinor: String(amount) })) }),
    eventIds: ['evt'],
  };
};

const KINDS = ['new', 'expansion', 'contraction', 'churn', 'fx', 'transfer', 'renewal'] as const;
const SEGMENTS = ['SMB', 'Enterprise', 'Mid-Market'] as const;

/** Movements of about a dozen customers within half a year, recorded up to forty days later; the same for a seed. */
export const movementsFrom = (seed: number, count: number): readonly Movement[] => {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const below = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const versions = new Map<string, number>();
  return Array.from({ length: count }, () => {
    const customerId = `stripe.main.cus_${below(12)}`;
    const version = (versions.get(customerId) ?? 0) + 1;
    versions.set(customerId, version);
    const effectiveOn = addDays('2026-01-01', below(180));
    const cause = KINDS[below(KINDS.length)] as Cause;
    const amounts = Array.from({ length: cause === 'renewal' ? 0 : 1 + below(3) }, () => BigInt(below(2_000_000)) - 1_000_000n);
    const seconds = String(below(86_400) % 60).padStart(2, '0');
    return moved(customerId, effectiveOn, version, {
      cause,
      amounts,
      number: below(3),
      planMinors: amounts.map((amount) => (amount * 11n) / 10n),
      recordedAt: `${addDays(effectiveOn, below(41))}T${String(below(24)).padStart(2, '0')}:${String(below(60)).padStart(2, '0')}:${seconds}.000Z`,
      correction: below(5) === 0,
      currency: below(3) === 0 ? 'EUR' : 'USD',
      segment: SEGMENTS[below(3)] as string,
      ...(cause === 'transfer' ? { fromSegment: SEGMENTS[below(3)] as string } : {}),
      ...(cause === 'renewal' ? { renewed: [BigInt(below(1_000_000))] } : {}),
    });
  });
};
