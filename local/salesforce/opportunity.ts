import type { Fields, Value } from './schema.ts';

/** What an org does by itself when an opportunity is written: its stage decides other fields, and each step is kept in OpportunityHistory. */

interface Stage {
  readonly probability: number;
  readonly forecast: string;
  /** Label of the forecast category: `Forecast` shows as "Commit". */
  readonly forecastName: string;
  readonly isClosed: boolean;
  readonly isWon: boolean;
}

const open = (probability: number, forecast = 'Pipeline', forecastName = forecast): Stage => ({
  probability,
  forecast,
  forecastName,
  isClosed: false,
  isWon: false,
});

/** The stages of a new org. A stage that is not among them leaves the fields as they are written. */
const STAGES: ReadonlyMap<Value, Stage> = new Map([
  ['Prospecting', open(10)],
  ['Qualification', open(10)],
  ['Needs Analysis', open(20)],
  ['Value Proposition', open(50)],
  ['Id. Decision Makers', open(60)],
  ['Perception Analysis', open(70)],
  ['Proposal/Price Quote', open(75)],
  ['Negotiation/Review', open(90)],
  ['Closed Won', { probability: 100, forecast: 'Closed', forecastName: 'Closed', isClosed: true, isWon: true }],
  ['Closed Lost', { probability: 0, forecast: 'Omitted', forecastName: 'Omitted', isClosed: true, isWon: false }],
]);

/** In units of the opportunity's currency, rounded to hundredths, half away from zero. */
const expectedRevenue = (amount: Value, probability: Value): Value =>
  typeof amount === 'number' && typeof probability === 'number' ? Math.round(amount * probability) / 100 : null;

/** The opportunity with what follows from `given`, the fields of this write; what is written outright stands. */
export const withStage = (before: Fields | undefined, given: Fields, atIso: string): Fields => {
  const stageName = given['StageName'];
  const moved = stageName !== undefined && stageName !== before?.['StageName'];
  const stage = moved ? STAGES.get(stageName) : undefined;
  const followed: Fields =
    stage === undefined
      ? {}
      : {
          Probability: stage.probability,
          ForecastCategory: stage.forecast,
          ForecastCategoryName: stage.forecastName,
          IsClosed: stage.isClosed,
          IsWon: stage.isWon,
        };
  const after: Fields = { ...before, ...followed, ...given, ...(moved && before !== undefined ? { LastStageChangeDate: atIso } : {}) };
  return { ...after, ExpectedRevenue: expectedRevenue(after['Amount'] ?? null, after['Probability'] ?? null) };
};

const KEPT = ['StageName', 'Amount', 'CloseDate', 'Probability', 'ForecastCategory'];

/** The fields of the row of OpportunityHistory for this step, or `undefined` where none of those that it keeps changed. */
export const historyOf = (before: Fields | undefined, after: Fields): Fields | undefined => {
  if (before !== undefined && KEPT.every((name) => (before[name] ?? null) === (after[name] ?? null))) return undefined;
  const kept = [...KEPT, 'ExpectedRevenue', 'CurrencyIsoCode'].map((name) => [name, after[name] ?? null] as const);
  return {
    ...Object.fromEntries(kept),
    OpportunityId: after['Id'] ?? null,
    PrevAmount: before?.['Amount'] ?? null,
    PrevCloseDate: before?.['CloseDate'] ?? null,
  };
};
