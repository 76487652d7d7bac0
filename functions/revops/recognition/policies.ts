import * as z from 'zod/mini';

/** What the company may choose. Each has a default, and its paragraph and example stand in docs/recognition.md#policies. */
export const policiesSchema = z.strictObject({
  rounding: z.optional(
    z
      .enum(['month', 'cumulative'])
      .check(
        z.describe(
          'What is earned by time: each calendar month rounded by itself and the last takes the rest (default), or the sum so far rounded',
        ),
      ),
  ),
  allocation: z.optional(
    z
      .enum(['minor', 'major', 'percent'])
      .check(
        z.describe(
          'Parts of the price in minor units (default), whole major units, or whole percent; what is left goes to the largest remainders',
        ),
      ),
  ),
  progressPlaces: z.optional(
    z.int().check(z.minimum(0), z.maximum(12), z.describe('Decimal places to which a percentage of completion is rounded; default: exact')),
  ),
  unbilled: z.optional(
    z
      .enum(['together', 'apart'])
      .check(z.describe('A right to what is earned and not invoiced: part of the receivable (default), or an account of its own')),
  ),
  costExpedient: z.optional(
    z
      .boolean()
      .check(
        z.describe('Whether costs of obtaining a contract that benefit at most a year are expensed at once (340-40-25-4); default false'),
      ),
  ),
  financingExpedient: z.optional(
    z.boolean().check(z.describe('Whether at most a year between payment and transfer is no financing (32-18); default false')),
  ),
  contraRevenue: z.optional(
    z
      .enum(['together', 'apart'])
      .check(
        z.describe(
          'What credits take back of revenue that was earned: less revenue (default), or accounts of their own by what they are for',
        ),
      ),
  ),
  receivable: z.optional(
    z
      .enum(['due', 'invoiced'])
      .check(
        z.describe('An invoice before performance under a contract that binds: a receivable when due (45-4, default), or when invoiced'),
      ),
  ),
});

type Given = z.infer<typeof policiesSchema>;

export interface Policies {
  readonly rounding: 'month' | 'cumulative';
  readonly allocation: 'minor' | 'major' | 'percent';
  readonly progressPlaces: number | undefined;
  readonly unbilled: 'together' | 'apart';
  readonly costExpedient: boolean;
  readonly financingExpedient: boolean;
  readonly contraRevenue: 'together' | 'apart';
  readonly receivable: 'due' | 'invoiced';
}

export const policiesOf = (given: Given = {}): Policies => ({
  rounding: given.rounding ?? 'month',
  allocation: given.allocation ?? 'minor',
  progressPlaces: given.progressPlaces,
  unbilled: given.unbilled ?? 'together',
  costExpedient: given.costExpedient ?? false,
  financingExpedient: given.financingExpedient ?? false,
  contraRevenue: given.contraRevenue ?? 'together',
  receivable: given.receivable ?? 'due',
});
