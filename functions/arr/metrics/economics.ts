import { addFractions, compareFractions, divFractions, type Fraction, fraction, mulFractions, reduced } from '../../platform/decimal.ts';
import { fail } from '../../platform/result.ts';
import { leftAfter, type MarginName, marginOf, spent } from './margins.ts';
import type { Facts, Metric } from './metric.ts';
import { monthly, of } from './metric.ts';
import { lacking, type Measured, notMeaningful, part, quotient } from './ratio.ts';

const SALES_AND_MARKETING = ['sales', 'marketing'] as const;

const cac = (facts: Facts): Measured => {
  const spend = spent(facts, SALES_AND_MARKETING, facts.period);
  if (!spend.ok) return lacking(spend.problem);
  return quotient(part('sales and marketing', spend.value), part('new customers', facts.period.retained.came));
};

/** CAC ÷ (monthly ARR of a new customer × gross margin) is the same with both multiplied by the new customers. */
const payback = (facts: Facts): Measured => {
  const spend = spent(facts, SALES_AND_MARKETING, facts.period);
  const margin = marginOf(facts, 'gross', facts.period);
  if (!spend.ok) return lacking(spend.problem);
  if (!margin.value.ok) return lacking(margin.value.problem);
  const gross = part('new MRR × gross margin', reduced(mulFractions(monthly(of(facts.period.bridge, 'new')), margin.value.value)));
  const spending = part('sales and marketing', spend.value);
  if (gross.amount.num <= 0n) return notMeaningful('What new customers bring leaves no gross profit that could pay back.', spending, gross);
  return quotient(spending, gross);
};

/** Months that a customer stays: the period's months ÷ its logo churn, at most the cap where there is one. Undefined: for ever. */
const lifetime = ({ period: { retained }, periodMonths = 0 }: Facts, cap: Fraction | undefined): Fraction | undefined => {
  const lost = BigInt(retained.customers - retained.still);
  if (lost === 0n) return cap;
  const months = fraction(BigInt(periodMonths) * BigInt(retained.customers), lost);
  return cap !== undefined && compareFractions(months, cap) > 0 ? cap : months;
};

const ltv = (facts: Facts, cap: Fraction | undefined): Measured => {
  const { period, periodMonths } = facts;
  const margin = marginOf(facts, 'gross', period);
  if (!margin.value.ok) return lacking(margin.value.problem);
  if (periodMonths === undefined) return lacking({ code: 'not-defined', detail: 'Lifetimes are told by the month, quarter or year.' });
  if (period.retained.customers === 0)
    return lacking({ code: 'not-defined', detail: 'There were no customers at the beginning of the period.' });
  const months = lifetime(facts, cap);
  if (months === undefined)
    return lacking({ code: 'not-defined', detail: 'No customer left in the period: without a cap the lifetime has no end.' });
  const mrr = monthly(period.bridge.closingMinor);
  const profit = reduced(mulFractions(mulFractions(mrr, margin.value.value), months));
  return quotient(part('MRR × gross margin × lifetime in months', profit), part('customers', period.retained.closing));
};

const capOf = ({ lifetimeCapMonths }: Facts): Fraction => fraction(BigInt(lifetimeCapMonths));

const ltvToCac = (facts: Facts, cap: Fraction | undefined): Measured => {
  const value = ltv(facts, cap).value;
  const cost = cac(facts).value;
  if (!value.ok) return lacking(value.problem);
  if (!cost.ok) return lacking(cost.problem);
  return quotient(part('LTV', value.value), part('CAC', cost.value));
};

/** Revenue of the quarter less that of the one before, as a year. */
const magic = (facts: Facts): Measured => {
  const spend = spent(facts, SALES_AND_MARKETING, facts.quarterBefore);
  const now = spent(facts, ['revenue'], facts.quarter);
  const before = spent(facts, ['revenue'], facts.quarterBefore);
  if (!now.ok) return lacking(now.problem);
  if (!before.ok) return lacking(before.problem);
  if (!spend.ok) return lacking(spend.problem);
  return quotient(
    part('revenue added in the quarter × 4', (now.value - before.value) * 4n),
    part('sales and marketing of the quarter before', spend.value),
  );
};

const magicOfArr = (facts: Facts): Measured => {
  const spend = spent(facts, SALES_AND_MARKETING, facts.quarterBefore);
  if (!spend.ok) return lacking(spend.problem);
  const { openingMinor, closingMinor } = facts.quarter.bridge;
  return quotient(
    part('ARR added in the quarter', closingMinor - openingMinor),
    part('sales and marketing of the quarter before', spend.value),
  );
};

const burnMultiple = (facts: Facts): Measured => {
  const cash = leftAfter(facts, 'free-cash-flow', facts.period);
  if (!cash.ok) return lacking(cash.problem);
  const { openingMinor, closingMinor } = facts.period.bridge;
  const burn = part('net burn', -cash.value);
  const added = part('net new ARR', closingMinor - openingMinor);
  if (cash.value >= 0n) return notMeaningful('The company burns no cash: its free cash flow is not negative.', burn, added);
  if (added.amount.num <= 0n) return notMeaningful('ARR did not grow: whatever was burnt bought none.', burn, added);
  return quotient(burn, added);
};

/** Growth of ARR in a year and a margin of the same twelve months, both of 1. */
const ruleOf40 =
  (name: MarginName) =>
  (facts: Facts): Measured => {
    const margin = marginOf(facts, name, facts.year);
    if (!margin.value.ok) return lacking(margin.value.problem);
    const { openingMinor, closingMinor } = facts.year.bridge;
    if (openingMinor <= 0n) return { value: fail('not-defined', 'There was no ARR 12 months before.') };
    const growth = divFractions(fraction(closingMinor - openingMinor), fraction(openingMinor));
    return quotient(part('ARR growth + margin', reduced(addFractions(growth, margin.value.value))), part('one', 1));
  };

const economic = (metric: Omit<Metric, 'switches' | 'needs'>): Metric => ({
  switches: [],
  needs: ['ledger', 'costs'],
  ...metric,
});

const LIFETIME = 'lifetime = months of the period ÷ logo churn';

/** What a customer costs and brings, and what growth costs the company. */
export const ECONOMICS: readonly Metric[] = [
  economic({
    id: 'cac',
    name: 'CAC',
    formula: '(sales + marketing) ÷ new customers',
    unit: 'money',
    purpose: 'What it costs to win a customer',
    source: 'SaaS Metrics Standards Board: all sales and marketing of the period',
    measure: cac,
  }),
  economic({
    id: 'cac-payback',
    name: 'CAC payback',
    formula: '(sales + marketing) ÷ (new ARR ÷ 12 × gross margin)',
    unit: 'months',
    purpose: 'After how many months a new customer has paid what it cost to win it, by gross profit',
    source: 'SaaS Metrics Standards Board: S&M ÷ (new MRR × gross margin)',
    measure: payback,
  }),
  economic({
    id: 'ltv',
    name: 'LTV',
    formula: `ARPA × gross margin × min(lifetime, cap); ${LIFETIME}`,
    unit: 'money',
    purpose: 'What a customer brings, as long as it stays and at most for the stated lifetime',
    source: 'ProfitWell, Polar: ARPA × margin ÷ churn, bounded',
    measure: (facts) => ltv(facts, capOf(facts)),
  }),
  economic({
    id: 'ltv-uncapped',
    name: 'LTV without a cap',
    formula: `ARPA × gross margin × lifetime; ${LIFETIME}`,
    unit: 'money',
    purpose: 'The same without the cap: it has no bound as churn goes to 0',
    source: 'ProfitWell, Polar: ARPA × margin ÷ churn',
    measure: (facts) => ltv(facts, undefined),
  }),
  economic({
    id: 'ltv-to-cac',
    name: 'LTV : CAC',
    formula: 'LTV ÷ CAC',
    unit: 'ratio',
    purpose: 'What a customer brings for each unit that it cost',
    source: 'LTV and CAC as above',
    measure: (facts) => ltvToCac(facts, capOf(facts)),
  }),
  economic({
    id: 'ltv-to-cac-uncapped',
    name: 'LTV : CAC without a cap',
    formula: 'LTV without a cap ÷ CAC',
    unit: 'ratio',
    purpose: 'The same without the cap on lifetime',
    source: 'LTV and CAC as above',
    measure: (facts) => ltvToCac(facts, undefined),
  }),
  economic({
    id: 'magic-number',
    name: 'Magic number',
    formula: '(revenue of the quarter − revenue of the quarter before) × 4 ÷ (sales + marketing) of the quarter before',
    unit: 'ratio',
    over: 'quarter',
    purpose: 'What a unit of sales and marketing adds to the revenue of a year',
    source: 'Scale Venture Partners, 2008',
    measure: magic,
  }),
  economic({
    id: 'magic-number-arr',
    name: 'Magic number by ARR',
    formula: '(ARR − ARR three fiscal months before) ÷ (sales + marketing) of the quarter before',
    unit: 'ratio',
    over: 'quarter',
    purpose: 'The same by ARR, which is a year’s already: without × 4',
    source: 'Scale Venture Partners, 2008, with ARR for revenue',
    measure: magicOfArr,
  }),
  economic({
    id: 'burn-multiple',
    name: 'Burn multiple',
    formula: 'net burn ÷ net new ARR; net burn = capital expenditure − operating cash flow',
    unit: 'ratio',
    purpose: 'What is burnt for each unit of ARR added; not meaningful for who burns nothing',
    source: 'David Sacks, 2020',
    measure: burnMultiple,
  }),
  economic({
    id: 'rule-of-40-operating',
    name: 'Rule of 40, operating margin',
    formula: 'ARR growth of 12 months + operating margin of the same months',
    unit: 'percent',
    over: 'year',
    purpose: 'Whether growth and profit together reach 40%',
    source: 'Brad Feld, 2015, with the margin named',
    measure: ruleOf40('operating'),
  }),
  economic({
    id: 'rule-of-40-free-cash-flow',
    name: 'Rule of 40, free cash flow margin',
    formula: 'ARR growth of 12 months + free cash flow margin of the same months',
    unit: 'percent',
    over: 'year',
    purpose: 'Whether growth and cash together reach 40%',
    source: 'Brad Feld, 2015, with the margin named',
    measure: ruleOf40('free-cash-flow'),
  }),
];
