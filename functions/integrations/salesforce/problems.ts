import { fail, type Problem } from '../../platform/result.ts';

/**
 * Why records are not read as a fact. The reading is parked with it: what was recorded before goes on to hold until the records (or the
 * configuration) are put right and read again.
 */
export type MappingReason =
  | 'record-missing'
  | 'shape-unreadable'
  | 'number-inexact'
  | 'date-missing'
  | 'dates-crossed'
  | 'currency-unknown'
  | 'currency-mixed'
  | 'quantity-below-zero'
  | 'selling-model-unknown'
  | 'too-many-lines';

export type MappingProblem = Problem<MappingReason>;

/** `field` is `<object>.<field>`, e.g. `OrderItem.EndDate`. */
export const unmapped = (code: MappingReason, detail: string, field?: string) => fail(code, detail, field);
