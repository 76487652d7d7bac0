import { addDays } from '../../functions/platform/calendar.ts';
import { DAY, dateOf } from '../model.ts';
import type { Random } from '../random.ts';
import type { CurrencyCode, Tier } from '../targets.ts';
import type { OrgRecord, Version } from './records.ts';
import { type DealKind, isLarge, LOST, LOST_FROM, type OpenStage, STAGE_FIELDS, STAGES, TYPE_OF, WON } from './targets.ts';

/** A deal as it went, or will go: its opportunity tells as much of it as has happened. */
export interface Deal {
  readonly id: string;
  readonly kind: DealKind;
  readonly tier: Tier;
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
  readonly currency: CurrencyCode;
  /** A year's worth at its close, whole units of its currency. */
  readonly amount: number;
  readonly ownerId: string;
  readonly createdAt: number;
  readonly closedAt: number;
  readonly isWon: boolean;
  /** The contract that came of it; a won deal without one has not been signed. */
  readonly contractId: string | undefined;
}

const HOUR = 3600;

const lostFrom = (random: Random): OpenStage => {
  let left = random.below(1000);
  for (const [stage, perMille] of LOST_FROM) {
    left -= perMille;
    if (left < 0) return stage;
  }
  return 'Qualification';
};

/** The stages that a deal passes before it closes: a renewal begins with the quote, an expansion with what is needed. */
const pathOf = ({ kind, tier, isWon }: Deal, random: Random): readonly OpenStage[] => {
  const from: OpenStage = kind === 'renewal' ? 'Proposal/Price Quote' : kind === 'expansion' ? 'Needs Analysis' : 'Qualification';
  const all = STAGES.slice(STAGES.indexOf(from)).filter((stage) => stage !== 'Id. Decision Makers' || (isLarge(tier) && kind === 'new'));
  if (isWon) return all;
  const last = all.indexOf(lostFrom(random));
  return all.slice(0, Math.max(1, last + 1));
};

/** Estimates are round. */
const roundTo = (amount: number, step: number): number => Math.max(step, Math.round(amount / step) * step);

/** The amount that stands at each stage: an estimate until the quote, then what was quoted, and at the end what was agreed. */
const amountsOf = ({ amount, kind, isWon }: Deal, stages: readonly OpenStage[], random: Random): readonly number[] => {
  const step = amount >= 100_000 ? 5000 : 500;
  const estimate = kind === 'renewal' ? amount : roundTo((amount * (80 + random.below(56))) / 100, step);
  const quote = isWon && kind !== 'renewal' && random.chance(450) ? roundTo((amount * (102 + random.below(14))) / 100, step) : amount;
  return stages.map((stage) => (stage === 'Negotiation/Review' ? amount : stage === 'Proposal/Price Quote' ? quote : estimate));
};

/** Instants, ascending, at which the stages after the first begin. */
const entered = ({ createdAt, closedAt }: Deal, count: number, random: Random): readonly number[] => {
  const weights = Array.from({ length: count + 1 }, () => 40 + random.below(100));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let passed = 0;
  return weights.slice(0, count).map((weight) => {
    passed += weight;
    return createdAt + Math.floor(((closedAt - createdAt) * passed) / whole);
  });
};

/** When it is expected to close, at first: the seller does not know how long it will take, and is rather hopeful. */
const firstGuess = ({ createdAt, closedAt, kind }: Deal, plannedDays: number, random: Random): string => {
  if (kind === 'renewal') return addDays(dateOf(closedAt), random.below(12) - 4);
  return addDays(dateOf(createdAt), Math.max(7, Math.floor((plannedDays * (70 + random.below(56))) / 100)));
};

/** Each time the expected day comes near without a close, it is pushed. */
const pushesOf = (deal: Deal, guess: string, random: Random): readonly { readonly at: number; readonly closesOn: string }[] => {
  const pushes: { at: number; closesOn: string }[] = [];
  let expected = guess;
  while (expected < dateOf(deal.closedAt) && pushes.length < 12) {
    const at = (Date.parse(`${expected}T00:00:00Z`) / 1000 || 0) - DAY + 40_000 + random.below(5 * DAY);
    if (at >= deal.closedAt - HOUR) break;
    expected = addDays(expected, 14 + random.below(50));
    if (at > deal.createdAt) pushes.push({ at, closesOn: expected });
  }
  return pushes;
};

/**
 * The opportunity with each of its steps. `plannedDays`: the median of its like; `takenOver`: by whom, and when, after its owner left.
 * Nothing is told twice in one second.
 */
export const opportunityOf = (
  deal: Deal,
  plannedDays: number,
  random: Random,
  takenOver: { readonly at: number; readonly ownerId: string } | undefined,
): OrgRecord => {
  const stages = pathOf(deal, random);
  const amounts = amountsOf(deal, stages, random);
  const guess = firstGuess(deal, plannedDays, random);
  const { kind, createdAt, closedAt, isWon, contractId } = deal;
  const stageFields = (stage: keyof typeof STAGE_FIELDS) => {
    const [Probability, ForecastCategory, ForecastCategoryName] = STAGE_FIELDS[stage];
    return { StageName: stage, Probability, ForecastCategory, ForecastCategoryName };
  };
  const [first = 'Qualification', ...later] = stages;
  const versions: Version[] = [
    {
      at: createdAt,
      fields: {
        AccountId: deal.accountId,
        OwnerId: deal.ownerId,
        Name: deal.name,
        Type: TYPE_OF[kind],
        ...stageFields(first),
        Amount: amounts[0] ?? deal.amount,
        CloseDate: guess,
        CurrencyIsoCode: deal.currency,
        IsClosed: false,
        IsWon: false,
        ContractId: null,
      },
    },
  ];
  const times = entered(deal, later.length, random);
  for (const [i, stage] of later.entries())
    versions.push({ at: times[i] ?? closedAt, fields: { ...stageFields(stage), Amount: amounts[i + 1] ?? deal.amount } });
  for (const { at, closesOn } of pushesOf(deal, guess, random)) versions.push({ at, fields: { CloseDate: closesOn } });
  if (takenOver !== undefined && takenOver.at > createdAt && takenOver.at < closedAt)
    versions.push({ at: takenOver.at, fields: { OwnerId: takenOver.ownerId } });
  versions.push({
    at: closedAt,
    fields: {
      ...stageFields(isWon ? WON : LOST),
      CloseDate: dateOf(closedAt),
      IsClosed: true,
      IsWon: isWon,
      ...(isWon ? { Amount: deal.amount } : {}),
      ...(contractId === undefined ? {} : { ContractId: contractId }),
    },
  });
  return { object: 'Opportunity', id: deal.id, versions: inSeconds(versions) };
};

const inSeconds = (versions: readonly Version[]): readonly Version[] => {
  let last = Number.NEGATIVE_INFINITY;
  return [...versions]
    .sort((a, b) => a.at - b.at)
    .map((version) => {
      last = Math.max(version.at, last + 1);
      return { ...version, at: last };
    });
};
