import * as z from 'zod/mini';
import { attribute } from './config-terms.ts';

/** 10,000 is the whole. */
const bps = z.int().check(z.minimum(0), z.maximum(1_000_000));
const bpsOr = (preset: number) => z._default(bps, preset);
const BAND = 100;

/**
 * At which figures the company wants to be told, where its plan does not say so. Ratios are in basis points. A band is how far beyond its
 * threshold a figure must be back before its alert clears, so that one that wavers about it raises once. What is left out is as below.
 */
export const alertsSchema = z.object({
  /** ARR over ARR of a year before, less one. */
  growth: z.prefault(z.object({ belowBps: bpsOr(2_000), bandBps: bpsOr(BAND) }), {}),
  /** The threshold is the phased plan itself; the band is a share of what it adds. */
  velocity: z.prefault(z.object({ bandBps: bpsOr(500) }), {}),
  /** The threshold is the plan's target. */
  netRevenueRetention: z.prefault(z.object({ bandBps: bpsOr(BAND) }), {}),
  margin: z.prefault(z.object({ belowBps: bpsOr(4_000), bandBps: bpsOr(BAND) }), {}),
  /** Points by which a closed month's margin may lie below the month before. Closed months seldom move, so nothing wavers. */
  marginFall: z.prefault(z.object({ aboveBps: bpsOr(0), bandBps: bpsOr(0) }), {}),
  forecastVariance: z.prefault(z.object({ aboveBps: bpsOr(500), bandBps: bpsOr(BAND) }), {}),
  /** Whole minor units of the plan currency. */
  dealWon: z.prefault(
    z.object({
      aboveMinor: z._default(z.string().check(z.regex(/^\d{1,18}$/, 'whole minor units as digits, e.g. 500000000 for $5M')), '500000000'),
    }),
    {},
  ),
  /** Which attribute of a customer says, by which value, that it is on the plan's list of strategic customers. */
  strategicCustomers: z.prefault(
    z.object({
      attribute: z._default(attribute, 'fortune500'),
      value: z._default(z.string().check(z.minLength(1), z.maxLength(80)), 'yes'),
    }),
    {},
  ),
});

export type AlertSettings = z.infer<typeof alertsSchema>;
