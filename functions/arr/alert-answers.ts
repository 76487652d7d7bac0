import * as z from 'zod/mini';
import { minor, told } from './evidence-answers.ts';

/** What the API answers of alerts. Ratios are whole basis points, rounded once; docs/alerts.md lists the rules. */
const bps = z.int();

const ruleFields = {
  rule: told('A rule of docs/alerts.md, e.g. `growth-low`'),
  subject: told('What it is about: `company`, a margin, a month, a deal'),
  severity: z.enum(['info', 'warning', 'critical']),
  ownerRole: told('Role that looks into it'),
  sentence: told('How it stands, in words; where its figure cannot be told, why'),
  formula: z.string(),
};

/** One rule on one of its subjects, as it stands. */
export const alertStanding = z.object({
  ...ruleFields,
  state: z.enum(['open', 'unknown', 'clear']).check(z.describe('`unknown`: its figure cannot be told, so it is neither fine nor raised')),
  since: z.optional(told('Instant of the first refresh that saw it so; absent where none has yet')),
  figureBps: z.optional(bps),
  thresholdBps: z.optional(bps),
  clearsAtBps: z.optional(bps),
  explain: z.optional(told('Path of what explains the figure')),
  raised: z.optional(
    z
      .object({ alertId: z.string(), at: z.string(), on: z.string(), figureBps: bps })
      .check(z.describe('When and at which figure, while it has not cleared: also while its figure cannot be told')),
  ),
});

const moment = {
  on: told('Day at whose end the figure stands'),
  planVersion: z.int(),
  dataThrough: z.array(z.object({ id: z.string(), throughAt: z.optional(z.string()) })),
};

export const alertListed = z.object({ ...alertStanding.shape, ...moment });

/** What was told once, as the event told it. */
export const alertTold = z.object({
  alertId: told('Of one time that it was raised: what cleared it carries the same'),
  happened: z.enum(['raised', 'cleared']),
  at: told('Instant at which it was told'),
  ...ruleFields,
  ...moment,
  unit: z.enum(['bps', 'minor']).check(z.describe('Of figure and threshold: basis points, or minor units of `currency`')),
  currency: z.optional(z.string()),
  figure: minor,
  threshold: z.optional(minor),
  clearsAt: z.optional(minor),
  explain: z.string(),
  spotArrMinor: z.optional(told('Of a milestone: ARR at the spot rates of the day')),
  spotUntold: z.optional(told('Why not')),
  raisedAt: z.optional(z.string()),
  raisedOn: z.optional(z.string()),
});
