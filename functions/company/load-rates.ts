import { nowIso } from '../platform/clock.ts';
import { domainEvent } from '../platform/envelope.ts';
import type { Rate } from '../platform/fx.ts';
import type { ListedProblem } from '../platform/http-problem.ts';
import { log } from '../platform/log.ts';
import { outboxWrite } from '../platform/outbox.ts';
import { ok, type Problem, type Result } from '../platform/result.ts';
import { companyEvents, fxRatesLoaded } from './events.ts';
import { checkRows, loadedPairs, type RateRow, type RowProblem, ratesRefused } from './rates.ts';
import { addRates, MAX_RATES_A_COMMIT, newRates, readRateSetVersion } from './store.ts';

export interface LoadedRates {
  readonly loaded: number;
  readonly unchanged: number;
  readonly rateSetVersion: number;
  readonly problems: readonly RowProblem[];
}

/** Attempts at one chunk while other loads come first. */
const MAX_ATTEMPTS = 5;

interface ChunkLoaded {
  readonly loaded: number;
  readonly rateSetVersion: number;
}

/** Rates, rate set and event are one write; somebody else's load in between means looking again at what is new. */
const loadChunk = async (rates: readonly Rate[], loadedBy: string): Promise<Result<ChunkLoaded, Problem<'conflict' | 'busy'>>> => {
  for (let attempt = 1; ; attempt += 1) {
    const previous = await readRateSetVersion();
    const fresh = await newRates(rates);
    if (fresh.length === 0) return ok({ loaded: 0, rateSetVersion: previous });
    const recordedAt = nowIso();
    const rateSetVersion = previous + 1;
    const event = domainEvent(fxRatesLoaded, {
      id: `fx-rate-set-${rateSetVersion}`,
      recordedAt,
      subject: 'fx',
      data: { rateSetVersion, loadedBy, pairs: loadedPairs(fresh) },
    });
    const committed = await addRates(previous, fresh, { recordedAt, loadedBy }, outboxWrite(event, companyEvents));
    if (committed.ok) {
      log.info('exchange rates were loaded', { caller: loadedBy, count: fresh.length, version: rateSetVersion });
      return ok({ loaded: fresh.length, rateSetVersion });
    }
    if (attempt >= MAX_ATTEMPTS) return committed;
  }
};

/**
 * Loads the rows that are rates, and says of each other row why it is not one. Where none is, that is a problem which names every row. Which of
 * the two it is follows from the request alone, so the same request is answered alike however often it comes. Loading the same rows again changes
 * nothing, so a request that was cut off is simply sent again. A load of more than one commit makes a rate set for each. `loadedBy`, the caller's id
 * at the identity provider, is kept with each rate and told by the event.
 */
export const loadRates = async (
  rows: readonly RateRow[],
  loadedBy: string,
): Promise<Result<LoadedRates, Problem<'conflict' | 'busy'> | ListedProblem<'rates-refused'>>> => {
  const { rates, problems } = checkRows(rows);
  if (rates.length === 0) return { ok: false, problem: ratesRefused(problems) };
  let loaded = 0;
  let rateSetVersion = await readRateSetVersion();
  for (let from = 0; from < rates.length; from += MAX_RATES_A_COMMIT) {
    const chunk = await loadChunk(rates.slice(from, from + MAX_RATES_A_COMMIT), loadedBy);
    if (!chunk.ok) return chunk;
    loaded += chunk.value.loaded;
    rateSetVersion = chunk.value.rateSetVersion;
  }
  return ok({ loaded, unchanged: rates.length - loaded, rateSetVersion, problems });
};
