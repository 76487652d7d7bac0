import type { EventData } from '../../platform/events.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { opportunityRecorded } from '../events.ts';
import { present } from '../present.ts';
import { decimalText, minorText } from './amounts.ts';
import type { MappingContext } from './context.ts';
import { forecastCategoryOf, stepsOf } from './opportunity-history.ts';
import { claimedLine, type OpportunityItem, opportunityItems } from './opportunity-items.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import type { SalesforceRecord } from './reader.ts';
import { type Mapped, newestChange, type Reading, type SubscriptionFact, stated } from './reading.ts';
import {
  type OpportunityHistorySnapshot,
  type OpportunityItemSnapshot,
  type OpportunitySnapshot,
  opportunityHistorySnapshot,
  opportunityItemSnapshot,
  opportunitySnapshot,
  productSnapshot,
  type Read,
  readRecord,
  readRecords,
} from './snapshots.ts';

export type OpportunityFact = EventData<typeof opportunityRecorded>;

/** All records that one opportunity is told by, those in the recycle bin too. */
export interface OpportunityRecords {
  readonly opportunity: SalesforceRecord;
  readonly items: readonly SalesforceRecord[];
  /** `OpportunityHistory`, in any order. */
  readonly history: readonly SalesforceRecord[];
  /** `Product2` of the items. */
  readonly products: readonly SalesforceRecord[];
}

/** What a won opportunity claims, until a contract says it: shown apart, never ARR. */
export interface Claim {
  /** Otherwise the fact, canceled and without lines, takes back what was claimed: it need be recorded only where a claim was recorded before. */
  readonly isClaimed: boolean;
  readonly fact: SubscriptionFact;
}

export interface OpportunityFacts {
  readonly opportunity: Mapped<OpportunityFact>;
  /** Absent where no account is named, so that nobody can have bought anything. */
  readonly claim?: Claim;
}

interface Parts {
  readonly opportunity: OpportunitySnapshot;
  readonly items: readonly Read<OpportunityItemSnapshot>[];
  readonly history: readonly Read<OpportunityHistorySnapshot>[];
  readonly products: ReadonlyMap<string, Read<unknown>>;
  readonly reading: Reading;
}

const partsOf = (records: OpportunityRecords): Result<Parts, MappingProblem> => {
  const opportunity = readRecord(opportunitySnapshot, records.opportunity, 'Opportunity');
  if (!opportunity.ok) return opportunity;
  const items = readRecords(opportunityItemSnapshot, records.items, 'OpportunityLineItem');
  if (!items.ok) return items;
  const history = readRecords(opportunityHistorySnapshot, records.history, 'OpportunityHistory');
  if (!history.ok) return history;
  const products = readRecords(productSnapshot, records.products, 'Product2');
  if (!products.ok) return products;
  const changedAtMs = newestChange([opportunity.value], items.value, history.value, products.value);
  return ok({
    opportunity: opportunity.value.is,
    items: items.value,
    history: history.value,
    products: new Map(products.value.map((product) => [product.is.Id, product])),
    reading: { object: 'Opportunity', id: opportunity.value.is.Id, changedAtMs },
  });
};

/** What is reckoned of it: in exact decimals. */
interface Figures {
  readonly currency: string;
  readonly amountMinor: string | undefined;
  readonly probability: string | undefined;
  readonly items: readonly OpportunityItem[];
}

const figuresOf = ({ opportunity, items, products }: Parts, context: MappingContext): Result<Figures, MappingProblem> => {
  const { Id, Amount, Probability, CurrencyIsoCode } = opportunity;
  const currency = context.instance.currency ?? CurrencyIsoCode;
  if (currency == null)
    return unmapped('currency-unknown', `Opportunity ${Id} tells no currency, and none is configured.`, 'Opportunity.CurrencyIsoCode');
  // Of nothing too, so that a currency which is none is found.
  const amount = minorText(Amount ?? 0, currency, 'Opportunity.Amount');
  if (!amount.ok) return amount;
  const probability = decimalText(Probability ?? 0, 'Opportunity.Probability');
  if (!probability.ok) return probability;
  const sold = opportunityItems(items, currency, products, context);
  if (!sold.ok) return sold;
  return ok({
    currency,
    amountMinor: Amount == null ? undefined : amount.value,
    probability: Probability == null ? undefined : probability.value,
    items: sold.value,
  });
};

const claimedLines = ({ Id, CloseDate }: OpportunitySnapshot, { items, amountMinor }: Figures, context: MappingContext) => {
  if (items.length > 0) return items.map((item) => claimedLine(item, CloseDate, context));
  if (amountMinor === undefined) return [];
  const whole = {
    itemId: Id,
    productId: Id,
    unmapped: true,
    quantity: '1',
    unitMinor: amountMinor,
    isTotalOnly: true,
    amountMinor,
  } as const;
  return [claimedLine({ ...whole, discount: undefined, startsOn: undefined }, CloseDate, context)];
};

const claimOf = ({ opportunity, reading }: Parts, figures: Figures, context: MappingContext): Claim | undefined => {
  const { Id, AccountId, ContractId, IsClosed, IsWon, IsDeleted, CloseDate } = opportunity;
  if (AccountId == null) return undefined;
  const isClaimed = IsClosed && IsWon && !IsDeleted && ContractId == null;
  const lines = isClaimed ? claimedLines(opportunity, figures, context) : [];
  const content = {
    subscriptionId: Id,
    customerId: AccountId,
    legalEntity: context.instance.legalEntity,
    currency: figures.currency,
    status: isClaimed ? ('active' as const) : ('canceled' as const),
    evidence: 'claimed' as const,
    collectionPaused: false,
    startsOn:
      lines.reduce<string | undefined>(
        (first, { startsOn = CloseDate }) => (first === undefined || startsOn < first ? startsOn : first),
        undefined,
      ) ?? CloseDate,
    startsOnStated: true as const,
    agreementId: Id,
    agreementIds: [Id],
    discounts: [],
    lines,
    lifecycle: 'observed' as const,
  };
  return { isClaimed, fact: stated(reading, content, context) };
};

/**
 * One reading of an opportunity: as a fact of its own, exact and with the steps that led to it; and what it claims, where it is won and has no
 * contract. Without line items, its amount is one line. Checks, in this order: shapes, forecast category, currency and amounts, line items,
 * history.
 */
export const opportunityFacts = (records: OpportunityRecords, context: MappingContext): Result<OpportunityFacts, MappingProblem> => {
  const parts = partsOf(records);
  if (!parts.ok) return parts;
  const { opportunity, history, reading } = parts.value;
  const forecastCategory = forecastCategoryOf(opportunity.ForecastCategory);
  if (forecastCategory === undefined)
    return unmapped(
      'shape-unreadable',
      `Opportunity ${opportunity.Id} has a forecast category that is not known.`,
      'Opportunity.ForecastCategory',
    );
  const figures = figuresOf(parts.value, context);
  if (!figures.ok) return figures;
  const { currency, amountMinor, probability, items } = figures.value;
  const steps = stepsOf(history, currency);
  if (!steps.ok) return steps;
  const content = {
    opportunityId: opportunity.Id,
    ...present('customerId', opportunity.AccountId),
    legalEntity: context.instance.legalEntity,
    currency,
    ...present('amountMinor', amountMinor),
    stage: opportunity.StageName,
    ...present('type', opportunity.Type || undefined),
    isClosed: opportunity.IsClosed,
    isWon: opportunity.IsWon,
    forecastCategory,
    ...present('probability', probability),
    closesOn: opportunity.CloseDate,
    createdOn: context.dayOf(Math.floor(opportunity.CreatedDate / 1000)),
    ...present('ownerId', opportunity.OwnerId),
    ...present('contractId', opportunity.ContractId),
    products: items.map(({ productId, unmapped: isUnmapped, quantity, amountMinor: total, startsOn }) => ({
      productId,
      ...present('unmapped', isUnmapped),
      quantity,
      amountMinor: total,
      ...present('startsOn', startsOn),
    })),
    ...steps.value,
    deleted: opportunity.IsDeleted,
  };
  const fact = stated(reading, content, context);
  return ok({ opportunity: { fact, warnings: [] }, ...present('claim', claimOf(parts.value, figures.value, context)) });
};
