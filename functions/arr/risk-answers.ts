import * as z from 'zod/mini';
import { figureHead } from './answers.ts';
import { minor, told } from './evidence-answers.ts';
import { viewHead } from './metric-answers.ts';
import { FEATURES } from './risk/features.ts';

/** Form of the answer about who may leave. Amounts are at plan rates. */
const notTold = z.object({ code: z.enum(['history-short', 'rate-missing']), detail: z.string() });
const share = told('Part of 1 with six places, rounded half away from zero');
const part = z.object({ numerator: told('Exact: over the account’s `denominator`'), value: share });
const total = {
  customers: z.int(),
  arrMinor: minor,
  atRiskMinor: told('Σ probability × ARR, each account rounded once, half away from zero'),
};
const { dimension, dimensions, values, ledgerThrough, unconverted } = viewHead;

export const arrChurnRisk = z.object({
  ...figureHead,
  ...{ dimension, dimensions, values, ledgerThrough, unconverted },
  on: told('Day at whose end customers are looked at'),
  value: z.string(),
  model: z.object({
    name: z.string(),
    version: z.int(),
    priorCustomers: z.int().check(z.describe('Customers of the larger group that each smaller one is taken to begin with')),
    priorLeavers: z.int().check(z.describe('Leavers, as many as all years expect, that the newest year is taken to begin with')),
    knowsRenewals: z.boolean().check(z.describe('Whether the ends of terms are known: otherwise `renewal` is no reason')),
  }),
  notTold: z.optional(notTold),
  rate: z.optional(
    z
      .object({
        customers: z.int(),
        left: z.int(),
        level: told('Leavers of the newest cohort per leaver that all cohorts expect of it, with three places'),
        value: told('The company’s rate: left ÷ customers × level, as part of 1 with six places'),
      })
      .check(z.describe('Customers of all cohorts, and how many of them had left twelve months later')),
  ),
  cohorts: z
    .array(
      z.object({
        on: told('Day at whose end they had ARR'),
        customers: z.int(),
        left: z.int().check(z.describe('Of them without ARR twelve months later')),
        knownToLeave: z.int().check(z.describe('Others, of whom it was recorded already that they would: they are in no rate')),
      }),
    )
    .check(z.describe('Years that are over, oldest first')),
  calibration: z.optional(
    z
      .object({
        on: z.string(),
        customers: z.int(),
        left: z.int(),
        bands: z.array(
          z.object({ fromBps: z.int(), belowBps: z.int(), customers: z.int(), predicted: share, left: z.int(), actual: share }),
        ),
        brier: told('Mean of (probability − outcome)²: 0 is best'),
        brierOfRate: told('The same of everybody at the company’s rate'),
        atRiskMinor: told('ARR at risk as it would have been told'),
        leftMinor: told('ARR of those who left'),
      })
      .check(z.describe('The newest cohort by a model of the ones before it, which had not seen it')),
  ),
  notCalibrated: z.optional(notTold),
  total: z.optional(z.object(total)),
  byValue: z
    .array(z.object({ value: z.string(), ...total }))
    .check(z.describe('They sum to the total; empty where one value is asked for')),
  playbooks: z
    .array(z.object({ id: z.string(), trigger: z.string(), ownerRole: z.string(), firstStep: z.string() }))
    .check(z.describe('What is done so that an account stays: the first whose trigger holds is that of the account')),
  items: z
    .array(
      z.object({
        customerId: z.string(),
        name: z.string(),
        arrMinor: told('ARR, or its part in the value that is asked for'),
        probability: part.check(z.describe('That it has no ARR twelve months later')),
        base: part.check(z.describe('The rate of all cohorts')),
        denominator: z.string(),
        reasons: z
          .array(
            z.object({
              feature: z.enum(['notice', 'level', ...FEATURES.map(({ name }) => name)]),
              band: z.string(),
              effect: part,
            }),
          )
          .check(z.describe('base + Σ effects = probability, exactly')),
        atRiskMinor: minor,
        playbook: told('Id of one of `playbooks`'),
        explain: told('Path of the customer’s own answer'),
      }),
    )
    .check(z.describe('The largest ARR at risk first')),
  nextCursor: z.nullable(z.string()),
});
