import type { z } from 'zod/mini';
import type { errorsAnswer, journalAnswer, remeasuredAnswer, trialBalanceAnswer } from './answers.ts';
import type { ErrorsOfMonth } from './errors.ts';
import type { Draft, Journal } from './journal.ts';
import type { TrialBalanceTold } from './read-trial-balance.ts';
import type { RemeasuredCurrency } from './remeasure-books.ts';
import type { ledgerRoutes } from './routes.ts';

const BY_HAND = { event: 'by-hand', rule: 'by-hand' };

/** The draft that a request asks for. Without an origin it is made by hand, by who posts it. */
export const draftOf = (body: z.infer<(typeof ledgerRoutes)['postJournal']['body']>): Draft => ({
  ...body,
  origin: body.origin ?? BY_HAND,
  lines: body.lines.map(({ amountMinor, functionalMinor, ...line }) => ({
    ...line,
    amountMinor: BigInt(amountMinor),
    functionalMinor: functionalMinor === undefined ? undefined : BigInt(functionalMinor),
  })),
});

/** A journal as the API tells it. */
export const textOf = ({ lines, ...journal }: Journal & { readonly reversedBy?: string }): z.infer<typeof journalAnswer> => ({
  ...journal,
  lines: lines.map((line) => ({ ...line, amountMinor: String(line.amountMinor), functionalMinor: String(line.functionalMinor) })),
});

/** A trial balance as the API tells it. */
export const balanceTextOf = ({ rows, debitsMinor, creditsMinor, ...told }: TrialBalanceTold): z.infer<typeof trialBalanceAnswer> => ({
  ...told,
  rows: rows.map((row) => ({ ...row, amountMinor: String(row.amountMinor), functionalMinor: String(row.functionalMinor) })),
  debitsMinor: String(debitsMinor),
  creditsMinor: String(creditsMinor),
});

/** What became of a currency, as the API tells it. */
export const remeasuredText = (one: RemeasuredCurrency): z.infer<typeof remeasuredAnswer>['items'][number] =>
  one.status === 'right' ? one : { ...one, journal: textOf(one.journal) };

/** Errors of a month, as the API tells them. */
export const errorsText = ({
  period,
  incomeMinor,
  grossMinor,
  journalIds,
}: ErrorsOfMonth): z.infer<typeof errorsAnswer>['items'][number] => ({
  period,
  incomeMinor: String(incomeMinor),
  grossMinor: String(grossMinor),
  journalIds: [...journalIds],
});
