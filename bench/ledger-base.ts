import type { Movement } from '../functions/arr/events.ts';
import { addDays, fromEpochDay, toEpochDay } from '../functions/platform/calendar.ts';

/**
 * A seeded ledger's movements: customers that begin over four years and then grow, shrink, renew, leave and come back, mostly with one line in
 * a movement; one movement in fifty is a correction that is recorded weeks later. Ids are as long and as random as Stripe's.
 */
export interface BaseSize {
  readonly customers: number;
  readonly movements: number;
}

const FIRST_DAY = toEpochDay('2022-11-01');
const DAYS = 1_461;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SEGMENTS = ['Enterprise', 'Mid-Market', 'SMB', 'Self-Serve'];
const REGIONS = ['North America', 'EMEA', 'APAC', 'LATAM'];
const INDUSTRIES = ['Software', 'Finance', 'Health', 'Retail', 'Manufacturing', 'Public'];
const CHANNELS = ['direct', 'partner', 'online'];
const PRODUCTS = Array.from({ length: 12 }, (_, i) => `prod_${String.fromCharCode(65 + i).repeat(14)}`);
const CURRENCIES = [
  ['USD', 1n, 1n],
  ['USD', 1n, 1n],
  ['EUR', 110n, 100n],
  ['GBP', 127n, 100n],
] as const;
const LATER = ['expansion', 'expansion', 'contraction', 'renewal', 'renewal-uplift', 'contracted-step', 'churn', 'fx'] as const;

/** Xorshift: the same ledger on every machine. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  text(length: number): string {
    let text = '';
    for (let i = 0; i < length; i += 1) text += LETTERS[this.below(LETTERS.length)];
    return text;
  }
}

function* ofCustomer(random: Random, count: number): Generator<Movement> {
  const customerId = `stripe.main.cus_${random.text(14)}`;
  const attributes = {
    segment: random.of(SEGMENTS),
    region: random.of(REGIONS),
    industry: random.of(INDUSTRIES),
    channel: random.of(CHANNELS),
  };
  const [currency, num, den] = random.of(CURRENCIES);
  const legalEntity = currency === 'USD' ? 'acme-inc' : 'acme-ltd';
  const subscription = random.text(24);
  const lines = Array.from({ length: 1 + random.below(3) }, () => ({
    lineKey: `${currency}/${legalEntity}/sub_${subscription}/si_${random.text(14)}`,
    productId: random.of(PRODUCTS),
  }));
  let day = FIRST_DAY + random.below(Math.floor(DAYS / 2));
  for (let version = 1; version <= count; version += 1) {
    const cause = version === 1 ? 'new' : random.of(LATER);
    const effectiveOn = fromEpochDay(day);
    const isLate = random.below(50) === 0;
    const sign = cause === 'contraction' || cause === 'churn' ? -1n : 1n;
    const own = version === 1 ? lines : [random.of(lines)];
    const amounts = own.map(() => sign * 100n * BigInt(1 + random.below(5_000)) * 12n);
    const told = own.map((line, i) => ({ ...line, amount: amounts[i] as bigint }));
    yield {
      movementId: `${customerId}~${effectiveOn}~${version}~0`,
      customerId,
      effectiveOn,
      recordedAt: `${isLate ? addDays(effectiveOn, 1 + random.below(90)) : effectiveOn}T${String(random.below(24)).padStart(2, '0')}:${String(random.below(60)).padStart(2, '0')}:07.000Z`,
      cause,
      correction: isLate,
      attributes,
      lines:
        cause === 'renewal'
          ? []
          : told.map(({ amount, ...line }) => ({
              ...line,
              ...{ legalEntity, currency, cause },
              deltaMinor: String(amount),
              planDeltaMinor: String((amount * num) / den),
            })),
      stock: ['0', '0', '0'],
      ...(cause === 'renewal'
        ? { renewed: told.map(({ amount }) => ({ currency, amountMinor: String(amount), planMinor: String((amount * num) / den) })) }
        : {}),
      eventIds: [],
    };
    day += random.below(Math.max(2, Math.floor((2 * (FIRST_DAY + DAYS - day)) / (count - version + 1))));
  }
}

export function* generateMovements({ customers, movements }: BaseSize): Generator<Movement> {
  const random = new Random(20_261_123);
  for (let i = 0; i < customers; i += 1)
    yield* ofCustomer(random, Math.floor(((i + 1) * movements) / customers) - Math.floor((i * movements) / customers));
}
