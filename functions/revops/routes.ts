import * as z from 'zod/mini';
import { defineRoutes } from '../platform/routes.ts';
import { ACCOUNTS } from './recognition/balances.ts';
import { recognitionRequest } from './recognition/request.ts';

const told = (description: string) => z.string().check(z.describe(description));
const major = (description: string) => told(`${description}; major units with the currency’s places`);

const journalLine = z.object({
  account: z.enum(Object.keys(ACCOUNTS) as (keyof typeof ACCOUNTS)[]),
  obligation: z.optional(told('Id of the obligation that it is about; absent where it is the contract’s')),
  debit: z.optional(major('Debited')),
  credit: z.optional(major('Credited')),
  functionalDebit: z.optional(told('Debited in the functional currency, in its major units; absent where that is the contract’s')),
  functionalCredit: z.optional(told('Credited in the functional currency')),
  paragraph: told('ASC paragraph that puts the account on the books'),
});

const contractBooks = z.object({
  id: z.string(),
  currency: z.string(),
  asOf: told('Day at whose end price, obligations and what remains are told'),
  exists: z.boolean().check(z.describe('Whether the criteria of a contract are met (25-1)')),
  transactionPrice: z.object({
    total: major('All that is expected in exchange, as it is allocated'),
    recognised: major('Revenue so far'),
    remaining: major('Allocated to what is not satisfied yet'),
    parts: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        effect: z
          .enum(['stated', 'contingent', 'reduction', 'owed', 'passedOn', 'incentive'])
          .check(
            z.describe(
              'Owed by performance; owed when what it depends on has come about; given back; owed already; a supplier’s; or paid to the customer',
            ),
          ),
        amount: major('What of it is included, after the constraint'),
      }),
    ),
  }),
  remaining: z
    .array(
      z.object({
        from: told('First day of the band'),
        through: z.optional(told('Its last day; absent where no day is known')),
        amount: major('Expected revenue'),
      }),
    )
    .check(z.describe('Remaining performance obligations (50-13): by twelve months from `asOf` on, then what has no day yet')),
  obligations: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      satisfaction: z.enum(['point', 'time', 'units', 'progress', 'cost']),
      sellingPrice: major('Standalone selling price'),
      allocated: major('Its part of the price'),
      recognised: major('Revenue so far'),
      remaining: major('What is left'),
      done: told('How much of it is satisfied, in its measure’s unit: 1 for a transfer, days, months, units, share, minor units of cost'),
      of: told('What makes it whole, in the same unit'),
    }),
  ),
  schedule: z.array(
    z.object({
      from: told('First day of the period'),
      through: told('Its last day, included'),
      obligation: z.string(),
      amount: major('Revenue of the period; below 0 where an estimate took some back'),
      status: z.enum(['actual', 'expected']),
    }),
  ),
  journals: z.array(
    z.object({
      on: z.string(),
      cause: told('Type of the event; `time` for what was earned by its passing, `remeasurement` for what rates changed'),
      id: told('Id of the event; of time, the day'),
      lines: z.array(journalLine),
    }),
  ),
  balances: z.array(
    z.object({
      on: told('Day at whose end they stand'),
      accounts: z
        .record(z.string(), z.string())
        .check(z.describe('By account, in major units, positive on the side on which the account grows')),
    }),
  ),
  decisions: z.array(
    z.object({
      on: z.string(),
      rule: told('Stable name of the rule'),
      paragraph: told('ASC paragraph that it rests on'),
      about: z.optional(told('Id of the obligation or part of the price')),
      sentence: told('What was decided, in plain words with its numbers'),
    }),
  ),
});

export const revopsRoutes = defineRoutes({
  previewRecognition: {
    method: 'POST',
    path: '/api/v1/recognition/preview',
    scope: 'revops/read',
    summary:
      'What contracts and events come to under ASC 606: price, allocation, schedule, journals, balances on any day, and why. Nothing is stored; docs/recognition.md has the schema with examples',
    body: recognitionRequest,
    response: z.object({ contracts: z.array(contractBooks) }),
    problems: { 'recognition-invalid': 422 },
  },
});
