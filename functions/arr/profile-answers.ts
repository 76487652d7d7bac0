import * as z from 'zod/mini';
import { SWITCH_NAMES } from '../platform/config-profiles.ts';
import { figureHead } from './answers.ts';
import { movementSchema } from './events.ts';
import { minor, told } from './evidence-answers.ts';

/** Forms of the answers about definition profiles, their ledgers, and comparisons of them. */

export const switchName = z.enum(SWITCH_NAMES);
const choice = told('What it chooses, as docs/profiles.md names it');

const ledgerState = z.object({
  state: z
    .enum(['recorded', 'absent', 'making', 'ready'])
    .check(
      z.describe(
        '`recorded`: of the profile in force, as facts come; `absent`: nobody has asked for it; `making`: ask again in a minute; `ready`: figures can be asked for',
      ),
    ),
  done: z.optional(z.int().check(z.describe('While it is being made: parts that are there'))),
  of: z.optional(z.int().check(z.describe('While it is being made: parts in all'))),
  through: z.optional(told('All that was recorded before this instant is in it, at most an hour ago while somebody looks at it')),
  rows: z.optional(z.int()),
});

export const arrProfiles = z.object({
  inForce: told('The profile by which movements are recorded'),
  switches: z.array(
    z.object({
      name: switchName,
      decidesArr: z.boolean().check(z.describe('Whether it decides what ARR is; the others name movements and metrics')),
    }),
  ),
  items: z.array(
    z.object({
      profile: z.string(),
      profileVersion: told('Names what it chooses: the same choices have the same version'),
      isPreset: z.boolean(),
      isInForce: z.boolean(),
      switches: z.record(z.string(), z.union([z.string(), z.number()])).check(z.describe('The choice of each switch by its name')),
      ledger: ledgerState,
    }),
  ),
  comparisons: z
    .array(z.object({ left: z.string(), right: z.string(), ledger: ledgerState }))
    .check(z.describe('Those that were asked for, by profiles as they are defined now')),
});

export const profileLedger = z.object({ profile: z.string(), profileVersion: z.string(), ledger: ledgerState });
export const comparisonLedger = z.object({ left: z.string(), right: z.string(), ledger: ledgerState });

const side = z.object({ profile: z.string(), profileVersion: z.string() });

const comparisonHead = {
  ...figureHead,
  on: z.string(),
  left: side,
  right: side,
  ledgerThrough: told('All that was recorded before this instant is in both sides; what was recorded later may be'),
  dimension: z.string(),
  value: z.string(),
  dimensions: z.array(z.string()),
  values: z.array(z.string()),
};

const chosen = { switch: switchName, left: choice, right: choice };

/** Amounts in the plan currency at plan rates. */
const amounts = {
  leftMinor: z.optional(minor),
  rightMinor: z.optional(minor),
  differenceMinor: z.optional(told('Right less left; the differences of all reasons sum exactly to it')),
  reasons: z.optional(
    z
      .array(z.object({ ...chosen, differenceMinor: minor }))
      .check(z.describe('What ARR changes by when the switch is turned after those in front of it; in the order of switches')),
  ),
};

export const arrComparison = z.object({
  ...comparisonHead,
  rows: z
    .array(
      z.object({
        startsOn: z.string(),
        endsOn: z.string(),
        ...amounts,
        explain: told('Path of the lines that differ at its end; with `&because=` those on which one switch bears'),
        unconverted: z.array(z.object({ currency: z.string(), on: z.string(), code: z.literal('rate-missing'), detail: z.string() })),
      }),
    )
    .check(z.describe('Both profiles at the end of each period; without amounts while a plan rate is missing')),
});

const line = {
  lineKey: z.string(),
  productId: z.string(),
  legalEntity: z.string(),
  currency: z.string(),
  leftAmountMinor: told('In the line’s currency'),
  rightAmountMinor: told('In the line’s currency'),
};

const reasonOfLine = z.object({ ...chosen, differenceMinor: z.optional(minor) });

const movements = z.array(z.object({ ...movementSchema.shape, explain: told('Path of what explains it, down to its source events') }));

export const comparedCustomer = z.object({
  ...figureHead,
  on: z.string(),
  left: side,
  right: side,
  customerId: told('Whose book it is: of the first of all that are one with it'),
  name: z.string(),
  lines: z
    .array(z.object({ ...line, ...amounts, reasons: z.array(reasonOfLine) }))
    .check(z.describe('Lines that either profile has at the end of the day, those on which they agree among them')),
  leftMovements: movements,
  rightMovements: movements,
});

export const arrComparedLines = z.object({
  ...comparisonHead,
  lines: z.int().check(z.describe('Lines that differ, on all pages')),
  items: z.array(
    z.object({
      customerId: z.string(),
      ...line,
      ...amounts,
      reasons: z.array(reasonOfLine),
      explain: told('Path of the customer under both profiles'),
    }),
  ),
  nextCursor: z.nullable(z.string()),
});

const named = z.object({ profile: z.string(), profileVersion: z.string() });

export const profileChange = z.object({
  changeId: z.string(),
  from: named,
  to: named,
  switches: z.array(z.object(chosen)).check(z.describe('What the two choose differently, names and metrics among them')),
  reason: z.string(),
  effect: z
    .object({ ledgerThrough: z.string(), rows: z.array(z.object({ startsOn: z.string(), endsOn: z.string(), ...amounts })) })
    .check(
      z.describe(
        'ARR of the last 24 months by both, as it was when the change was proposed; without amounts where a plan rate was missing',
      ),
    ),
  status: z.enum(['proposed', 'approved', 'rejected']),
  isInForce: z.boolean().check(z.describe('Whether the configuration puts it in force: a deployment does, once the change is approved')),
  proposedBy: told('An id at the identity provider'),
  proposedAt: z.string(),
  decidedBy: z.optional(told('An id at the identity provider')),
  decidedAt: z.optional(z.string()),
});
