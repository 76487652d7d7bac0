import type { EventData } from '../../platform/events.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { opportunityRecorded } from '../events.ts';
import { present } from '../present.ts';
import { decimalText, minorText } from './amounts.ts';
import type { MappingProblem } from './problems.ts';
import type { OpportunityHistorySnapshot, Read } from './snapshots.ts';

type OpportunityFact = EventData<typeof opportunityRecorded>;
type Step = OpportunityFact['history'][number];

/** Steps of an opportunity that a fact holds. */
export const MAX_STEPS = 100;

const CATEGORIES: Readonly<Record<string, OpportunityFact['forecastCategory']>> = {
  Omitted: 'omitted',
  Pipeline: 'pipeline',
  BestCase: 'best-case',
  MostLikely: 'most-likely',
  // Shown as "Commit".
  Forecast: 'commit',
  Closed: 'closed',
};

/** By Salesforce's name for machines, not by its label; `undefined` for one that is not known. */
export const forecastCategoryOf = (name: string | null | undefined): OpportunityFact['forecastCategory'] | undefined =>
  name == null ? undefined : CATEGORIES[name];

const stepOf = (row: OpportunityHistorySnapshot, currency: string): Result<Step, MappingProblem> => {
  const isOther = row.CurrencyIsoCode != null && row.CurrencyIsoCode !== currency;
  const amount = row.Amount == null || isOther ? ok(undefined) : minorText(row.Amount, currency, 'OpportunityHistory.Amount');
  if (!amount.ok) return amount;
  const probability = row.Probability == null ? ok(undefined) : decimalText(row.Probability, 'OpportunityHistory.Probability');
  if (!probability.ok) return probability;
  return ok({
    recordedAt: Math.floor(row.CreatedDate / 1000),
    stage: row.StageName,
    ...present('amountMinor', amount.value),
    ...present('probability', probability.value),
    ...present('forecastCategory', forecastCategoryOf(row.ForecastCategory)),
    ...present('closesOn', row.CloseDate),
  });
};

/** Rows of OpportunityHistory, oldest first, the newest 100; an amount of when the opportunity was in another currency is left out. */
export const stepsOf = (
  rows: readonly Read<OpportunityHistorySnapshot>[],
  currency: string,
): Result<Pick<OpportunityFact, 'history' | 'historyLeftOut'>, MappingProblem> => {
  const standing = rows
    .map(({ is }) => is)
    .filter(({ IsDeleted }) => !IsDeleted)
    .sort((a, b) => a.CreatedDate - b.CreatedDate || (a.Id < b.Id ? -1 : 1));
  const history: Step[] = [];
  for (const row of standing.slice(-MAX_STEPS)) {
    const step = stepOf(row, currency);
    if (!step.ok) return step;
    history.push(step.value);
  }
  const leftOut = standing.length - history.length;
  return ok({ history, ...present('historyLeftOut', leftOut === 0 ? undefined : leftOut) });
};
