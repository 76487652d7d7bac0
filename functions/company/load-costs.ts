import { nowIso } from '../platform/clock.ts';
import { companyConfig } from '../platform/config.ts';
import { domainEvent } from '../platform/envelope.ts';
import type { ListedProblem } from '../platform/http-problem.ts';
import { log } from '../platform/log.ts';
import { outboxWrite } from '../platform/outbox.ts';
import { ok, type Problem, type Result } from '../platform/result.ts';
import { type Cost, type CostRowProblem, checkCosts, costsRefused, loadedKinds, type PlacedRow } from './costs.ts';
import { addCosts, MAX_COSTS_A_COMMIT, newCosts, readCostSetVersion } from './costs-store.ts';
import { companyEvents, costsLoaded } from './events.ts';

export interface LoadedCosts {
  readonly loaded: number;
  readonly unchanged: number;
  readonly costSetVersion: number;
  readonly dryRun: boolean;
  readonly problems: readonly CostRowProblem[];
}

/** Attempts at one chunk while other loads come first. */
const MAX_ATTEMPTS = 5;

interface ChunkLoaded {
  readonly loaded: number;
  readonly costSetVersion: number;
}

/** Statements, cost set and event are one write; somebody else's load in between means looking again at what is new. */
const loadChunk = async (costs: readonly Cost[], loadedBy: string): Promise<Result<ChunkLoaded, Problem<'conflict' | 'busy'>>> => {
  for (let attempt = 1; ; attempt += 1) {
    const previous = await readCostSetVersion();
    const fresh = await newCosts(costs);
    if (fresh.length === 0) return ok({ loaded: 0, costSetVersion: previous });
    const recordedAt = nowIso();
    const costSetVersion = previous + 1;
    const event = domainEvent(costsLoaded, {
      id: `cost-set-${costSetVersion}`,
      recordedAt,
      subject: 'costs',
      data: { costSetVersion, loadedBy, kinds: loadedKinds(fresh) },
    });
    const committed = await addCosts(previous, fresh, { recordedAt, loadedBy }, outboxWrite(event, companyEvents));
    if (committed.ok) {
      log.info('costs were loaded', { caller: loadedBy, count: fresh.length, version: costSetVersion });
      return ok({ loaded: fresh.length, costSetVersion });
    }
    if (attempt >= MAX_ATTEMPTS) return committed;
  }
};

/** What a load would do, without doing it. */
const tried = async (costs: readonly Cost[], problems: readonly CostRowProblem[]): Promise<LoadedCosts> => {
  const fresh = await newCosts(costs);
  const costSetVersion = await readCostSetVersion();
  return { loaded: fresh.length, unchanged: costs.length - fresh.length, costSetVersion, dryRun: true, problems };
};

/**
 * Loads the rows that are statements, and says of each other row all that is wrong with it. Where none is, that is a problem which names every
 * row. Loading the same rows again changes nothing, so a request that was cut off is simply sent again. A load of more than one commit makes a
 * cost set for each. `loadedBy`, the caller's id at the identity provider, is kept with each statement and told by the event. A dry run answers
 * the same and changes nothing.
 */
export const loadCosts = async (
  rows: readonly PlacedRow[],
  loadedBy: string,
  dryRun: boolean,
): Promise<Result<LoadedCosts, Problem<'conflict' | 'busy'> | ListedProblem<'costs-refused'>>> => {
  const { fiscalCalendar, legalEntities } = companyConfig();
  const books = { calendar: fiscalCalendar, legalEntities: legalEntities.map(({ legalEntity }) => legalEntity) };
  const { costs, problems } = checkCosts(rows, books);
  if (costs.length === 0) return { ok: false, problem: costsRefused(problems) };
  if (dryRun) return ok(await tried(costs, problems));
  let loaded = 0;
  let costSetVersion = await readCostSetVersion();
  for (let from = 0; from < costs.length; from += MAX_COSTS_A_COMMIT) {
    const chunk = await loadChunk(costs.slice(from, from + MAX_COSTS_A_COMMIT), loadedBy);
    if (!chunk.ok) return chunk;
    loaded += chunk.value.loaded;
    costSetVersion = chunk.value.costSetVersion;
  }
  return ok({ loaded, unchanged: costs.length - loaded, costSetVersion, dryRun: false, problems });
};
