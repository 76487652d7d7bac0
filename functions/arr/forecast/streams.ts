import { CAUSES } from '../ledger/rows.ts';
import type { Cause } from '../movements/movements.ts';

/**
 * How a stream is expected: `mean` of its last twelve months, for what comes from outside; `rate` of the ARR that a month begins with, for what
 * comes of customers who are there; `known`, only what is recorded ahead, for what no history repeats.
 */
export type Method = 'mean' | 'rate' | 'known';

/** Movements by cause, each a stream: together they are all that ARR changes by. A renewal moves nothing. */
export const STREAMS = [
  'new',
  'reactivation',
  'expansion',
  'contraction',
  'churn',
  'renewal-uplift',
  'contracted-step',
  'price-escalator',
  'transfer',
  'acquired',
  'fx',
  'adjustment',
] as const satisfies readonly Exclude<Cause, 'renewal'>[];
export type Stream = (typeof STREAMS)[number];

export const METHODS: Readonly<Record<Exclude<Cause, 'renewal'>, Method>> = {
  new: 'mean',
  reactivation: 'mean',
  expansion: 'rate',
  contraction: 'rate',
  churn: 'rate',
  'renewal-uplift': 'rate',
  'contracted-step': 'rate',
  'price-escalator': 'rate',
  transfer: 'known',
  acquired: 'known',
  fx: 'known',
  adjustment: 'known',
};

/** The place of each stream in a ledger's causes. */
export const CAUSE_OF_STREAM: readonly number[] = STREAMS.map((stream) => CAUSES.indexOf(stream));
