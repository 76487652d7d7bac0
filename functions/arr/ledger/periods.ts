/**
 * Rows are kept by when they were recorded, so that what was written once need not be written again: by month of recording, those of the month
 * that is not over by day, those of the day that is not over by hour; in UTC. Which period a row lies in follows from its time and how far the
 * ledger goes alone. `2026-10`, `2026-11-04`, `2026-11-05T13`: periods sort by time.
 */
export const periodOf = (recordedAt: number, through: number): string => {
  const [at, end] = [new Date(recordedAt * 1000).toISOString(), new Date(through * 1000).toISOString()];
  if (at.slice(0, 7) < end.slice(0, 7)) return at.slice(0, 7);
  return at.slice(0, 10) < end.slice(0, 10) ? at.slice(0, 10) : at.slice(0, 13);
};

/**
 * Of periods as they stood when the ledger went through `before`, how many stand unchanged once it goes through `after`: all in front of the one
 * that the first new row lies in. A period that becomes part of a longer one is never in front of that.
 */
export const unchanged = (periods: readonly string[], before: number, after: number): number => {
  const open = periodOf(before, after);
  const first = periods.findIndex((period) => period >= open);
  return first === -1 ? periods.length : first;
};
