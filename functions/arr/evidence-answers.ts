import * as z from 'zod/mini';

/** What the API answers of evidence, and of what stands beside ARR. Money is text of whole minor units. */
export const minor = z.string();
export const told = (description: string) => z.string().check(z.describe(description));

/** Where a fact was shown: by which event, in which account or org of which vendor. */
export const shownBy = {
  system: told('The vendor'),
  instance: told('The account or org of the vendor, by its configured name'),
  eventId: told("The source's own id of the event that showed it, or `refetch:…` for a state read from its API"),
};

export const explainedBy = { ...shownBy, explain: told('Path of what explains the event behind it') };

/** `planMinor` is absent where the currency has no plan rate on the day. */
export const amount = { currency: z.string(), amountMinor: minor, planMinor: z.optional(minor) };

/** By currency, and in the plan currency; that is absent while a plan rate is missing. */
export const total = z.object({ byCurrency: z.array(z.object(amount)), planMinor: z.optional(minor) });

const days = z.int();
const line = {
  subscriptionId: told('Id of the subscription or agreement at the source'),
  lineId: told('Id of the line at the source'),
  productId: z.string(),
};
const side = { ...line, startsOn: told('First day of service'), ...explainedBy, ...amount };
const agedSide = z.object({
  ...side,
  shownOn: told('Day on which it was first shown'),
  ageDays: days.check(z.describe('Days since then')),
});

/** What is claimed as sold and not signed. */
export const unsignedBooking = z.object({
  subscriptionId: told('Id of the won opportunity or of the contract'),
  ...explainedBy,
  startsOn: told('First day of service that is claimed'),
  shownOn: told('Day since which it is claimed'),
  ageDays: days.check(z.describe('Days since then')),
  ...amount,
});

/** Lines of two sources that may be one. */
export const possibleDuplicate = z.object({ signed: agedSide, billed: agedSide });

/** A signed line that is billed otherwise. */
export const difference = z.object({
  currency: z.string(),
  signed: z.object(side),
  billed: z.array(z.object(side)),
  difference: z.object(amount).check(z.describe('Billed less signed')),
  parts: z
    .array(z.object({ kind: z.enum(['price', 'quantity', 'discount', 'date', 'missing']), amountMinor: minor }))
    .check(z.describe('Why; they sum to the difference')),
});

/** Beside live ARR at the end of the day, each by itself: none of it is ARR. */
export const besideArr = {
  contracted: z
    .object({
      carr: total.check(z.describe('CARR: live ARR, what is signed and not yet live, less what is known to end')),
      tcv: total,
      agreements: z.array(
        z.object({
          agreementId: z.string(),
          ...explainedBy,
          bookedOn: z.optional(told('Day of the last signature')),
          startsOn: told('First day of the term'),
          endsOn: z.optional(told('First day after it; absent where a line has no end')),
          currency: z.string(),
          carr: z.object(amount).check(z.describe('Zero of a term that is renewed already: the renewal has it')),
          tcv: z.object(amount).check(z.describe('Lines without end have none')),
        }),
      ),
      beyondTerms: z
        .array(z.object({ ...line, ...explainedBy, ...amount }))
        .check(z.describe('The rest of CARR: lines that only billing tells of, and those that go on after their term')),
    })
    .check(
      z.describe(
        '`agreements`: those that are signed by the day and not over, begun or not. Their `carr`, and what is `beyondTerms`, sum to `carr`. `tcv`: what a term comes to as a whole',
      ),
    ),
  billed: z
    .object({ runRate: total, lines: z.array(z.object({ ...line, ...explainedBy, ...amount })) })
    .check(z.describe('What billing alone comes to a year, as if nothing had been signed')),
  usage: z
    .object({
      from: told('First day of the three whole months that are looked at'),
      to: told('Last day of them'),
      runRate: total,
      lines: z.array(
        z.object({
          invoiceId: z.string(),
          ...explainedBy,
          lineId: z.string(),
          subscriptionId: z.optional(z.string()),
          productId: z.optional(z.string()),
          priceId: z.string(),
          startsOn: told('First day of the period that was used'),
          endsOn: told('First day after it'),
          ...amount,
        }),
      ),
    })
    .check(z.describe('Metered usage that was invoiced for three months, and four times that as a year')),
  unsigned: z
    .object({
      annual: total,
      bookings: z.array(unsignedBooking),
    })
    .check(z.describe('What is claimed as sold and not signed, as a year')),
  possibleDuplicates: z
    .array(possibleDuplicate)
    .check(z.describe('Lines that two sources tell of and that may be one; only the billed one is live until two people say which')),
  differences: z
    .array(difference)
    .check(z.describe('Signed lines that are billed otherwise, by more than 0.5%: the contract counts, these are to be reconciled')),
  flags: z
    .array(
      z.object({
        flag: z.enum(['expired-renewing', 'billing-stopped', 'billed-after-term']),
        agreementId: z.string(),
        since: told('First day of it'),
        ageDays: days,
      }),
    )
    .check(
      z.describe(
        'Of agreements: the term ended at most 30 days before and nothing came yet; billing stopped at most 30 days before, within the term; the term is over and billing goes on, which counts',
      ),
    ),
  renewals: z
    .array(
      z.object({
        dueOn: told('First day after the term: the day on which a renewal takes effect'),
        productId: z.string(),
        legalEntity: z.string(),
        currency: z.string(),
        dueMinor: told('ARR of the line on the last day of the term, in minor units of its currency'),
        duePlanMinor: z.optional(told('The same at the plan rate of that day')),
        renewedMinor: told('What was renewed of it, at most what was due'),
        renewedPlanMinor: z.optional(told('The same at that plan rate')),
        isSettled: z.boolean().check(z.describe('Renewed, billed on, or lost; false while it lies ahead or a late renewal is waited for')),
      }),
    )
    .check(z.describe('Signed lines whose term ended, or will end, and what was renewed of each')),
};
