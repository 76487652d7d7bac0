import { addFractions, round } from '../../platform/decimal.ts';
import { contractCostsBefore } from './contract-costs.ts';
import { earnedBefore } from './earned.ts';
import { interestBefore } from './financing.ts';
import { isSatisfied, NOTHING_DONE } from './measure.ts';
import type { Earned } from './occurrences.ts';
import { accruedBefore } from './repurchase.ts';
import { allObligations, costsOfGoods, unknownReturns } from './returns.ts';
import type { State, Terms } from './state.ts';

/**
 * What the books hold before a bound: a pure function of state and bound. Journals are the differences of two such balances, so they balance,
 * and what is told twice or in another order makes the same books.
 */

/** Each account with the side on which it grows, and the rule that puts it on the books. */
export const ACCOUNTS = {
  cash: { side: 'debit', paragraph: '606-10-45-1' },
  receivable: { side: 'debit', paragraph: '606-10-45-4' },
  unbilledReceivable: { side: 'debit', paragraph: '606-10-45-4' },
  contractAsset: { side: 'debit', paragraph: '606-10-45-3' },
  contractLiability: { side: 'credit', paragraph: '606-10-45-2' },
  refundLiability: { side: 'credit', paragraph: '606-10-32-10' },
  depositLiability: { side: 'credit', paragraph: '606-10-25-8' },
  revenue: { side: 'credit', paragraph: '606-10-25-23' },
  interestIncome: { side: 'credit', paragraph: '606-10-32-20' },
  interestExpense: { side: 'debit', paragraph: '606-10-32-20' },
  financialLiability: { side: 'credit', paragraph: '606-10-55-70' },
  supplierPayable: { side: 'credit', paragraph: '606-10-55-38' },
  customerIncentives: { side: 'debit', paragraph: '606-10-32-25' },
  creditNotes: { side: 'debit', paragraph: '606-10-32-42' },
  refunds: { side: 'debit', paragraph: '606-10-32-42' },
  voids: { side: 'debit', paragraph: '606-10-32-42' },
  disputes: { side: 'debit', paragraph: '606-10-32-42' },
  fxGain: { side: 'credit', paragraph: '830-20-35-1' },
  fxLoss: { side: 'debit', paragraph: '830-20-35-1' },
  creditLoss: { side: 'debit', paragraph: '326-20-30-1' },
  rightToRecoverGoods: { side: 'debit', paragraph: '606-10-55-23' },
  inventory: { side: 'debit', paragraph: '330-10-35-1' },
  costOfSales: { side: 'debit', paragraph: '340-40-25-8' },
  contractCosts: { side: 'debit', paragraph: '340-40-25-1' },
  amortisation: { side: 'debit', paragraph: '340-40-35-1' },
  impairment: { side: 'debit', paragraph: '340-40-35-3' },
  costsIncurred: { side: 'credit', paragraph: '340-40-25-5' },
} as const satisfies Readonly<Record<string, { readonly side: 'debit' | 'credit'; readonly paragraph: string }>>;

export type Account = keyof typeof ACCOUNTS;

/** One account, by obligation where it is of one. Minor units, debits positive. */
export interface Balance {
  readonly account: Account;
  readonly obligation: string | undefined;
  readonly minor: bigint;
}

export type Balances = readonly Balance[];

const max = (...all: readonly bigint[]): bigint => all.reduce((most, value) => (value > most ? value : most));
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const sumOf = (earned: readonly Earned[]): bigint => earned.reduce((sum, { earnedMinor }) => sum + earnedMinor, 0n);

/** Obligations whose payment still depends on others that are not satisfied. */
const conditional = (state: State, { given }: Terms, bound: number): ReadonlySet<string> => {
  const present = new Map(state.generations.at(-1)?.obligations.map((one) => [one.id, one.measure]));
  const isOpen = (id: string): boolean => {
    const measure = present.get(id);
    return measure !== undefined && !isSatisfied(measure, state.done.get(id) ?? NOTHING_DONE, bound);
  };
  return new Set((given.conditionalRights ?? []).filter(({ until }) => until.some(isOpen)).map(({ of }) => of));
};

/** What the customer owes or paid, unconditionally: by performance, by invoices under a contract that binds, or by having paid. */
const demandable = (state: State, terms: Terms, earned: readonly Earned[], settled: bigint, bound: number): bigint => {
  const interest = state.financings.reduce((sum, one) => sum + interestBefore(one, bound), 0n);
  const paid = state.paid - state.refunded;
  const waits = new Set([...conditional(state, terms, bound), ...unknownReturns(state)]);
  const performed =
    terms.given.rightToPayment === 'invoice'
      ? 0n
      : sumOf(earned.filter((one) => one.class === 'stated' && !waits.has(one.obligation))) - settled;
  const owed = state.parts.reduce((sum, part) => (part.class === 'owed' ? sum + part.amountMinor : sum), 0n);
  const conceded = state.parts.reduce(
    (sum, part) => (part.class === 'stated' && part.kind === 'variable' && part.amountMinor < 0n ? sum + part.amountMinor : sum),
    0n,
  );
  const counted = terms.policies.receivable === 'due' ? state.due : state.invoiced;
  return max(performed + owed + interest, paid, state.binding ? counted - settled + conceded : 0n, 0n);
};

/** Revenue by obligation, in the order in which obligations come. */
const revenueOf = (earned: readonly Earned[]): ReadonlyMap<string, bigint> => {
  const revenue = new Map<string, bigint>();
  for (const { obligation, earnedMinor } of earned) revenue.set(obligation, (revenue.get(obligation) ?? 0n) + earnedMinor);
  return revenue;
};

/** One balance an account and obligation, and none that is 0. */
const summed = (balances: Balances): Balances => {
  const sums = new Map<string, Balance>();
  for (const one of balances) {
    const key = `${one.account}\n${one.obligation ?? ''}`;
    sums.set(key, { ...one, minor: one.minor + (sums.get(key)?.minor ?? 0n) });
  }
  return [...sums.values()].filter(({ minor }) => minor !== 0n);
};

/** Cost of sales with the goods or the work that it is of, by obligation. */
const ofCosts = (state: State): Balances => {
  const goods = costsOfGoods(state).flatMap(
    ({ obligation, costOfSalesMinor, rightToRecoverMinor }): Balances => [
      { account: 'rightToRecoverGoods', obligation, minor: rightToRecoverMinor },
      { account: 'inventory', obligation, minor: -costOfSalesMinor - rightToRecoverMinor },
      { account: 'costOfSales', obligation, minor: costOfSalesMinor },
    ],
  );
  const work = allObligations(state).flatMap(({ id: obligation, measure }): Balances => {
    const done = state.done.get(obligation);
    if (measure.kind !== 'cost' || done === undefined) return [];
    const minor = round(addFractions(done.cost, done.uninstalled), 'half-up');
    return [
      { account: 'costOfSales', obligation, minor },
      { account: 'costsIncurred', obligation, minor: -minor },
    ];
  });
  return [...goods, ...work];
};

/** Costs of the contract itself: what is carried, what was amortised, what was written down. */
const ofContractCosts = (state: State, bound: number): Balances => {
  const { assetMinor, amortisedMinor, impairedMinor } = contractCostsBefore(state.costs, bound);
  const one = (account: Account, minor: bigint): Balance => ({ account, obligation: undefined, minor });
  return [
    one('contractCosts', assetMinor),
    one('amortisation', amortisedMinor),
    one('impairment', impairedMinor),
    one('costsIncurred', -assetMinor - amortisedMinor - impairedMinor),
  ];
};

/** What was paid and is not earned: of a contract that has ended it is to be paid back, or stays. */
const BEYOND = { no: 'contractLiability', refundable: 'refundLiability', retained: 'revenue' } as const;

/** An agreement to buy the good back: what was received is a liability that grows to the price, or falls to it by rent. */
const ofRepurchase = (state: State, bound: number): Balances | undefined => {
  const { repurchase, lapsed, paid, refunded } = state;
  const one = (account: Account, minor: bigint): Balance => ({ account, obligation: undefined, minor });
  const received = paid - refunded;
  if (repurchase !== undefined) {
    const { kind, soldMinor } = repurchase;
    const accrued = accruedBefore(repurchase, bound);
    const rest = [one('cash', received), one('receivable', soldMinor - received)];
    return kind === 'financing'
      ? [...rest, one('financialLiability', -soldMinor - accrued), one('interestExpense', accrued)]
      : [...rest, one('financialLiability', accrued - soldMinor), one('revenue', -accrued)];
  }
  if (lapsed === undefined) return undefined;
  const { interestMinor, revenueMinor, paidBackMinor } = lapsed;
  return [
    one('cash', received - paidBackMinor),
    one('receivable', paidBackMinor + revenueMinor - interestMinor - received),
    one(interestMinor > 0n ? 'interestExpense' : 'revenue', interestMinor),
    one('revenue', -revenueMinor),
  ];
};

const CONTRA = { creditNote: 'creditNotes', refund: 'refunds', void: 'voids', dispute: 'disputes' } as const;

/** What credits took back of revenue, where policy keeps it apart: revenue stands gross beside it. */
const ofCredits = (state: State, { policies, given }: Terms): Balances =>
  policies.contraRevenue === 'together'
    ? []
    : [...state.contra].flatMap(
        ([as, minor]): Balances => [
          { account: CONTRA[as], obligation: undefined, minor },
          { account: 'revenue', obligation: given.obligations[0]?.id, minor: -minor },
        ],
      );

/** Money that came under what is no contract yet is owed back (25-8). */
const ofDeposits = (state: State): Balances => {
  const paid = state.paid - state.refunded;
  return summed([
    { account: 'cash', obligation: undefined, minor: paid },
    { account: state.retained ? 'revenue' : 'depositLiability', obligation: undefined, minor: -paid },
  ]);
};

/**
 * All balances before a bound; they sum to 0. The receivable stands gross beside one net contract asset or liability of the contract
 * (45-1 to 45-5); what is to be paid back to the customer is apart (32-10).
 */
export const balancesBefore = (state: State, terms: Terms, bound: number): Balances => {
  const beside = [...ofCosts(state), ...ofContractCosts(state, bound)];
  if (!state.exists) return summed([...ofDeposits(state), ...beside]);
  const earned = earnedBefore(state, terms, bound);
  const bought = ofRepurchase(state, bound);
  if (bought !== undefined) return summed([...bought, ...beside]);
  const revenue = revenueOf(earned);
  const interest = state.financings.reduce((sum, one) => sum + interestBefore(one, bound), 0n);
  const passedOn = -sumOf(earned.filter((one) => one.class === 'passedOn'));
  const incentives = -sumOf(earned.filter((one) => one.class === 'incentive'));
  const reduced = -sumOf(earned.filter((one) => one.class === 'reduction'));
  const settled = min(state.refunded, max(reduced, 0n));
  const demand = demandable(state, terms, earned, settled, bound);
  const refundable = min(max(reduced - settled, 0n), demand);
  const paid = state.paid - state.refunded;
  const lost = max(0n, min(state.writtenOff, demand - paid));
  const position = sumOf(earned) + refundable + interest + passedOn + incentives - demand;
  const unbilled = terms.policies.unbilled === 'apart' ? max(0n, demand - lost - max(state.invoiced - settled, paid)) : 0n;
  const one = (account: Account, minor: bigint): Balance => ({ account, obligation: undefined, minor });
  return summed([
    one('cash', paid - state.paidToCustomer),
    one('receivable', demand - paid - lost - unbilled),
    one('creditLoss', lost),
    one('unbilledReceivable', unbilled),
    one('contractAsset', max(position, 0n)),
    one(BEYOND[state.ended], min(position, 0n)),
    one('refundLiability', -refundable),
    ...[...revenue].map(([obligation, minor]): Balance => ({ account: 'revenue', obligation, minor: -minor })),
    one(interest > 0n ? 'interestIncome' : 'interestExpense', -interest),
    one('supplierPayable', -passedOn),
    one('customerIncentives', state.paidToCustomer - incentives),
    ...ofCredits(state, terms),
    ...beside,
  ]);
};
