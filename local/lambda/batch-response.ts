import type { Outcome } from './instance.ts';

interface BatchResponse {
  readonly batchItemFailures?: readonly { readonly itemIdentifier?: unknown }[] | null;
}

/**
 * Which items of a batch failed, by Lambda's rules: an error fails all; without `ReportBatchItemFailures` an answer
 * passes all; with it the answer's list counts, and an entry that names no item of the batch fails all.
 */
export const failedItems = (outcome: Outcome, partial: boolean, ids: readonly string[]): ReadonlySet<string> => {
  if (!outcome.ok) return new Set(ids);
  const failures = (outcome.payload as BatchResponse | null)?.batchItemFailures;
  if (!partial || failures === undefined || failures === null) return new Set();
  const failed = new Set<string>();
  for (const { itemIdentifier } of failures) {
    if (typeof itemIdentifier !== 'string' || !ids.includes(itemIdentifier)) return new Set(ids);
    failed.add(itemIdentifier);
  }
  return failed;
};
