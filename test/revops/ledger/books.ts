import type { Draft, Journal, WantedLine } from '../../../functions/revops/ledger/journal.ts';

/** A journal of two lines, €/$ and so on: the amount from one account to another, at a whole rate. */
export interface Entry {
  readonly legalEntity?: string;
  readonly on: string;
  readonly debit: string;
  readonly credit: string;
  readonly minor: bigint;
  readonly currency: string;
  /** Functional minor units for one minor unit. */
  readonly rate?: bigint;
}

export const linesOf = ({ debit, credit, minor, currency, rate = 1n }: Entry): readonly WantedLine[] =>
  [
    { account: debit, amountMinor: minor },
    { account: credit, amountMinor: -minor },
  ].map(({ account, amountMinor }) => ({
    account,
    amountMinor,
    currency,
    functionalMinor: amountMinor * rate,
    subLedgerKey: 'x',
    contractId: `c-${Number(minor % 3n)}`,
  }));

export const draftOf = (key: string, entry: Entry): Draft => ({
  legalEntity: entry.legalEntity ?? 'acme-inc',
  key,
  accountingOn: entry.on,
  description: `entry ${key}`,
  origin: { event: `evt_${key}`, rule: 'test' },
  lines: linesOf(entry),
});

/** What journals come to at the end of a day, by going through all of them: `<account> <currency> <amount> <functional amount>`. */
export const naively = (journals: readonly Journal[], legalEntity: string, on: string): readonly string[] => {
  const sums = new Map<string, [bigint, bigint]>();
  for (const journal of journals) {
    if (journal.legalEntity !== legalEntity || journal.accountingOn > on) continue;
    for (const { account, currency, amountMinor, functionalMinor } of journal.lines) {
      const sum = sums.get(`${account} ${currency}`) ?? [0n, 0n];
      sums.set(`${account} ${currency}`, [sum[0] + amountMinor, sum[1] + functionalMinor]);
    }
  }
  return [...sums]
    .filter(([, [amount, functional]]) => amount !== 0n || functional !== 0n)
    .map(([name, [amount, functional]]) => `${name} ${amount} ${functional}`)
    .sort();
};
