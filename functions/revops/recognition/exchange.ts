import { type Fraction, fraction, fractionOf, mulFractions, pow10, round } from '../../platform/decimal.ts';
import type { Account } from './balances.ts';
import type { Journal, JournalLine } from './course.ts';

/**
 * Journals in the functional currency, ASC 830 and IFRIC 22: what comes in advance keeps the rate of its day, and revenue of it is told by that
 * rate; receivables, contract assets and refund liabilities are remeasured at the ends of months. What is left is gain or loss.
 */

/** One unit of the contract’s currency in the functional one, from a day on. */
export interface DatedRate {
  readonly on: string;
  readonly rate: string;
}

export interface TranslatedLine extends JournalLine {
  /** Minor units of the functional currency, debits positive. */
  readonly functionalMinor: bigint;
}

export interface TranslatedJournal extends Omit<Journal, 'lines' | 'cause'> {
  readonly cause: Journal['cause'] | 'remeasurement';
  readonly lines: readonly TranslatedLine[];
}

const MONETARY: ReadonlySet<Account> = new Set([
  'receivable',
  'unbilledReceivable',
  'contractAsset',
  'refundLiability',
  'depositLiability',
  'supplierPayable',
  'financialLiability',
]);

/** What an account holds in both currencies, debits positive. */
interface Held {
  minor: bigint;
  functionalMinor: bigint;
}

/** An advance that was not earned yet, credits positive. */
interface Advance {
  minor: bigint;
  functionalMinor: bigint;
}

interface Books {
  readonly held: Map<Account, Held>;
  readonly advances: Advance[];
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** At the rate of the day; what is released from a monetary account, at what it is carried for. */
const monetary = (held: Held, minor: bigint, spot: (minor: bigint) => bigint): bigint => {
  const releases = held.minor !== 0n && held.minor > 0n !== minor > 0n;
  const released = !releases ? 0n : magnitude(minor) > magnitude(held.minor) ? -held.minor : minor;
  const carried = released === 0n ? 0n : round(fraction(held.functionalMinor * released, held.minor), 'half-up');
  return carried + spot(minor - released);
};

/** Takes from the earliest advances; what they were worth when they came. */
const fromAdvances = (advances: Advance[], minor: bigint): bigint => {
  let left = minor;
  let functionalMinor = 0n;
  while (left > 0n) {
    const first = advances[0];
    if (first === undefined) break;
    const taken = first.minor < left ? first.minor : left;
    const worth = taken === first.minor ? first.functionalMinor : round(fraction(first.functionalMinor * taken, first.minor), 'half-up');
    functionalMinor += worth;
    first.minor -= taken;
    first.functionalMinor -= worth;
    left -= taken;
    if (first.minor === 0n) advances.shift();
  }
  return functionalMinor;
};

const hold = (books: Books, account: Account, minor: bigint, functionalMinor: bigint): void => {
  const held = books.held.get(account) ?? { minor: 0n, functionalMinor: 0n };
  books.held.set(account, { minor: held.minor + minor, functionalMinor: held.functionalMinor + functionalMinor });
};

/** What makes both sides equal in the functional currency. */
const difference = (lines: readonly TranslatedLine[]): readonly TranslatedLine[] => {
  const left = -lines.reduce((sum, { functionalMinor }) => sum + functionalMinor, 0n);
  if (left === 0n) return lines;
  return [...lines, { account: left > 0n ? 'fxLoss' : 'fxGain', obligation: undefined, minor: 0n, functionalMinor: left }];
};

const translated = (books: Books, { lines, ...journal }: Journal, spot: (minor: bigint) => bigint): TranslatedJournal => {
  const released = lines.reduce((sum, { account, minor }) => (account === 'contractLiability' && minor > 0n ? sum + minor : sum), 0n);
  const worth = fromAdvances(books.advances, released);
  // Revenue is first of what came in advance, at its rate, and then of today.
  let advanceMinor = released;
  let advanceWorth = worth;
  const revenue = (minor: bigint): bigint => {
    const earned = -minor;
    const of = earned <= 0n ? 0n : earned < advanceMinor ? earned : advanceMinor;
    const at = of === 0n ? 0n : of === advanceMinor ? advanceWorth : round(fraction(advanceWorth * of, advanceMinor), 'half-up');
    advanceMinor -= of;
    advanceWorth -= at;
    return -at + spot(minor + of);
  };
  const functional = ({ account, minor }: JournalLine): bigint => {
    if (account === 'contractLiability') {
      if (minor > 0n) return worth;
      books.advances.push({ minor: -minor, functionalMinor: -spot(minor) });
      return spot(minor);
    }
    if (account === 'revenue') return revenue(minor);
    return MONETARY.has(account) ? monetary(books.held.get(account) ?? { minor: 0n, functionalMinor: 0n }, minor, spot) : spot(minor);
  };
  const own = lines.map((line) => {
    const functionalMinor = functional(line);
    hold(books, line.account, line.minor, functionalMinor);
    return { ...line, functionalMinor };
  });
  return { ...journal, lines: difference(own) };
};

/** Monetary accounts at the rate of a day. */
const remeasured = (books: Books, on: string, spot: (minor: bigint) => bigint): TranslatedJournal | undefined => {
  const lines: TranslatedLine[] = [];
  for (const [account, held] of books.held) {
    const change = spot(held.minor) - held.functionalMinor;
    if (!MONETARY.has(account) || change === 0n) continue;
    hold(books, account, 0n, change);
    lines.push({ account, obligation: undefined, minor: 0n, functionalMinor: change });
  }
  return lines.length === 0 ? undefined : { on, cause: 'remeasurement', id: on, lines: difference(lines) };
};

/** The rate in force on a day: the latest that is not later. */
const rateOn = (rates: readonly DatedRate[], on: string): Fraction =>
  fractionOf(rates.reduce((found, rate) => (rate.on <= on && rate.on >= found.on ? rate : found), rates[0] ?? { on: '', rate: '1' }).rate);

interface Exchange {
  readonly rates: readonly DatedRate[];
  /** Decimal places of the contract’s currency and of the functional one. */
  readonly exponent: number;
  readonly functionalExponent: number;
  /** Days at whose end monetary accounts are remeasured. */
  readonly monthEnds: readonly string[];
}

/** All journals in both currencies, with those that remeasure. Each rounded half up a line. */
export const inFunctional = (
  journals: readonly Journal[],
  { rates, exponent, functionalExponent, monthEnds }: Exchange,
): readonly TranslatedJournal[] => {
  const inOrder = [...rates].sort((a, b) => (a.on < b.on ? -1 : 1));
  const scale = fraction(pow10(functionalExponent), pow10(exponent));
  const spotOn = (on: string) => {
    const rate = mulFractions(rateOn(inOrder, on), scale);
    return (minor: bigint): bigint => round({ num: minor * rate.num, den: rate.den }, 'half-up');
  };
  const books: Books = { held: new Map(), advances: [] };
  const all: TranslatedJournal[] = [];
  const ends = [...monthEnds];
  const remeasure = (until: string | undefined): void => {
    for (let end = ends[0]; end !== undefined && (until === undefined || end < until); end = ends[0]) {
      const journal = remeasured(books, end, spotOn(end));
      if (journal !== undefined) all.push(journal);
      ends.shift();
    }
  };
  for (const journal of journals) {
    remeasure(journal.on);
    all.push(translated(books, journal, spotOn(journal.on)));
  }
  remeasure(undefined);
  return all;
};
