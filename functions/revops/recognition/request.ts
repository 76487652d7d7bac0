import * as z from 'zod/mini';
import type { Decision } from './decisions.ts';
import { eventSchema } from './event-schema.ts';
import { amount, day, decimal, name } from './fields.ts';
import { obligationSchema } from './obligation-schema.ts';
import { policiesSchema } from './policies.ts';
import { pricePartSchema } from './price-schema.ts';

/** Bounds of one request, so that nobody's question stops others. */
const MAX_CONTRACTS = 20;
const MAX_PARTS = 200;
const MAX_EVENTS = 2_000;

const criterion = (description: string) => z.optional(z.boolean().check(z.describe(description)));

const contractSchema = z.strictObject({
  id: name('Unique in the request'),
  customer: z.optional(name('Id of the customer')),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals'), z.describe('Code of ISO 4217')),
  signedOn: day('Day on which it was agreed'),
  criteria: z
    .optional(
      z.strictObject({
        approved: criterion('The parties approved it and are committed (25-1a)'),
        rights: criterion('Each party’s rights are identified (25-1b)'),
        paymentTerms: criterion('Payment terms are identified (25-1c)'),
        commercialSubstance: criterion('It has commercial substance (25-1d)'),
        collectible: criterion('Collection of substantially all that is expected in exchange is probable (25-1e)'),
      }),
    )
    .check(z.describe('Criteria of 25-1 on that day; each is met where nothing is said')),
  cancellation: z
    .optional(
      z.strictObject({
        nonCancellableFrom: z.optional(day('Day from which it binds; default: never')),
      }),
    )
    .check(z.describe('Where the customer may cancel without a substantive penalty; default: the contract binds from the beginning')),
  rightToPayment: z
    .optional(z.enum(['performance', 'invoice']))
    .check(
      z.describe(
        'What makes a right to payment unconditional: performance (default), or only an invoice, as with milestones: until then it is a contract asset (45-3)',
      ),
    ),
  conditionalRights: z
    .optional(
      z
        .array(
          z.strictObject({
            of: name('Obligation whose payment depends on others'),
            until: z.array(name('Obligation that must be satisfied before')).check(z.minLength(1), z.maxLength(MAX_PARTS)),
          }),
        )
        .check(z.maxLength(MAX_PARTS)),
    )
    .check(z.describe('Payment for one obligation that depends on satisfying others: a contract asset until then (45-3)')),
  bundles: z
    .optional(
      z
        .array(
          z.strictObject({
            obligations: z.array(name('Id of an obligation')).check(z.minLength(2), z.maxLength(MAX_PARTS)),
            price: amount('What they are regularly sold for together'),
          }),
        )
        .check(z.maxLength(MAX_PARTS)),
    )
    .check(z.describe('Obligations that are regularly sold together at a discount, to which a discount belongs alone where 32-37 holds')),
  obligations: z.array(obligationSchema).check(z.minLength(1), z.maxLength(MAX_PARTS)),
  price: z.array(pricePartSchema).check(z.minLength(1), z.maxLength(MAX_PARTS)),
});

export const recognitionRequest = z.strictObject({
  asOf: z.optional(day('Day up to whose end it is told what happened; what is later is expected. Default: all of it happened')),
  policies: z.optional(policiesSchema),
  schedule: z.optional(z.enum(['month', 'day']).check(z.describe('Length of the schedule’s periods; default month'))),
  balancesOn: z.optional(
    z
      .array(day('Day'))
      .check(z.maxLength(500), z.describe('Days at whose end balances are told; default: days of events and ends of months')),
  ),
  functionalCurrency: z
    .optional(z.string().check(z.regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals')))
    .check(z.describe('Currency of the entity, where journals are wanted in it too; needs `rates` of every other currency of a contract')),
  rates: z
    .optional(
      z
        .array(
          z.strictObject({
            currency: z
              .string()
              .check(z.regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals'), z.describe('Currency of a contract')),
            on: day('Day from which it is in force'),
            rate: decimal('What one unit of it is worth in the functional currency; above 0'),
          }),
        )
        .check(z.maxLength(1_000)),
    )
    .check(z.describe('Exchange rates; in force on a day is the latest that is not later')),
  combinations: z
    .optional(
      z
        .array(
          z.strictObject({
            contracts: z.array(name('Id of a contract')).check(z.minLength(2), z.maxLength(MAX_CONTRACTS)),
            because: z.enum(['singleObjective', 'dependentPrice', 'singleObligation']).check(z.describe('Which of 25-9a to c holds')),
          }),
        )
        .check(z.maxLength(MAX_CONTRACTS)),
    )
    .check(z.describe('Contracts with one customer, agreed at or near the same time, that are one for accounting (25-9)')),
  contracts: z.array(contractSchema).check(z.minLength(1), z.maxLength(MAX_CONTRACTS)),
  events: z.optional(z.array(eventSchema).check(z.maxLength(MAX_EVENTS))),
});

/** A contract as it was given; one that several were combined into says so. */
export type ContractGiven = z.infer<typeof contractSchema> & {
  readonly combined?: { readonly members: readonly string[]; readonly decision: Decision };
};
export type RecognitionRequest = Omit<z.infer<typeof recognitionRequest>, 'contracts'> & { readonly contracts: readonly ContractGiven[] };
