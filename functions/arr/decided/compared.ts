import type { SwitchName } from '../../platform/config-profiles.ts';
import type { Ledger, Rows } from '../ledger/rows.ts';
import type { Cut } from '../metrics/cut.ts';
import { COMPARED_CAUSES } from './definition.ts';

/** What a switch changes ARR by: signed minor units of the plan currency at plan rates. */
export interface Reason {
  readonly switch: SwitchName;
  readonly differenceMinor: bigint;
}

/** Both profiles at the end of a day: `leftMinor` + Σ reasons = `rightMinor`. */
export interface Compared {
  readonly leftMinor: bigint;
  readonly rightMinor: bigint;
  /** In the order of switches; those that change nothing are left out. */
  readonly reasons: readonly Reason[];
  /** Currencies in which either profile has ARR, in their own minor units. */
  readonly byCurrency: readonly { readonly currency: string; readonly leftMinor: bigint; readonly rightMinor: bigint }[];
}

/** Sums by cause, and by currency of the left profile and of the difference. */
class Sums {
  readonly causes: bigint[] = COMPARED_CAUSES.map(() => 0n);
  readonly left: bigint[];
  readonly difference: bigint[];
  readonly #currencies: readonly string[];

  constructor(currencies: readonly string[]) {
    this.#currencies = currencies;
    this.left = currencies.map(() => 0n);
    this.difference = currencies.map(() => 0n);
  }

  take({ cause, currency, amountMinor, planMinor }: Rows, row: number): void {
    const place = cause[row] as number;
    const own = place === 0 ? this.left : this.difference;
    const at = currency[row] as number;
    this.causes[place] = (this.causes[place] as bigint) + (planMinor[row] as bigint);
    own[at] = (own[at] as bigint) + (amountMinor[row] as bigint);
  }

  told(): Compared {
    const [leftMinor = 0n, ...switches] = this.causes;
    return {
      leftMinor,
      rightMinor: switches.reduce((sum, own) => sum + own, leftMinor),
      reasons: switches.flatMap((differenceMinor, i) =>
        differenceMinor === 0n ? [] : [{ switch: COMPARED_CAUSES[i + 1] as SwitchName, differenceMinor }],
      ),
      byCurrency: this.#currencies.flatMap((currency, at) => {
        const own = this.left[at] as bigint;
        const other = own + (this.difference[at] as bigint);
        return own === 0n && other === 0n ? [] : [{ currency, leftMinor: own, rightMinor: other }];
      }),
    };
  }
}

/** Whether a row counts in a value of a cut; `undefined` stands for all of them. */
const counts = ({ lookup, column }: Cut, value: number | undefined, row: number): boolean =>
  value === undefined || lookup[column[row] as number] === value;

/** Both profiles at the end of each of some days (ascending epoch days), in one value of a cut. */
export const comparedOn = ({ rows, names }: Ledger, cut: Cut, value: number | undefined, days: readonly number[]): readonly Compared[] => {
  const sums = new Sums(names.currencies);
  let row = 0;
  return days.map((day) => {
    for (; row < rows.length && (rows.day[row] as number) <= day; row += 1) if (counts(cut, value, row)) sums.take(rows, row);
    return sums.told();
  });
};

/** A line on which two profiles differ at the end of a day. */
export interface ComparedLine extends Compared {
  readonly customerId: string;
  readonly lineKey: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
}

const sizeOf = ({ leftMinor, rightMinor }: Compared): bigint => (rightMinor > leftMinor ? rightMinor - leftMinor : leftMinor - rightMinor);

/** Lines that differ at the end of a day, in one value of a cut, the largest difference first; with `because` only those on which that switch bears. */
export const linesThatDiffer = (
  { rows, names }: Ledger,
  cut: Cut,
  value: number | undefined,
  day: number,
  because: SwitchName | undefined,
): readonly ComparedLine[] => {
  const found = new Map<string, { readonly first: number; readonly sums: Sums }>();
  for (let row = 0; row < rows.length && (rows.day[row] as number) <= day; row += 1) {
    if (!counts(cut, value, row)) continue;
    const key = `${rows.customer[row]} ${rows.line[row]} ${rows.product[row]} ${rows.entity[row]} ${rows.currency[row]}`;
    const known = found.get(key) ?? { first: row, sums: new Sums(names.currencies) };
    known.sums.take(rows, row);
    found.set(key, known);
  }
  const lines = [...found.values()].flatMap(({ first, sums }): ComparedLine[] => {
    if (sums.difference.every((own) => own === 0n) && sums.causes.every((own, place) => place === 0 || own === 0n)) return [];
    const told = sums.told();
    if (because !== undefined && !told.reasons.some((reason) => reason.switch === because)) return [];
    return [
      {
        ...told,
        customerId: names.customers[rows.customer[first] as number] as string,
        lineKey: names.lines[rows.line[first] as number] as string,
        productId: names.products[rows.product[first] as number] as string,
        legalEntity: names.entities[rows.entity[first] as number] as string,
        currency: names.currencies[rows.currency[first] as number] as string,
      },
    ];
  });
  return lines.sort((a, b) => {
    const [one, other] = [sizeOf(a), sizeOf(b)];
    if (one !== other) return one < other ? 1 : -1;
    const [key, next] = [`${a.customerId} ${a.lineKey}`, `${b.customerId} ${b.lineKey}`];
    return key < next ? -1 : key > next ? 1 : 0;
  });
};
