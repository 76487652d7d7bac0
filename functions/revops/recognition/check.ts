import { exponentOf } from '../../platform/currencies.ts';
import { addFractions, compareFractions, fractionOf, sumFractions } from '../../platform/decimal.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { isWholeMinor, WHOLE } from './amounts.ts';
import type { EventGiven } from './event-schema.ts';
import { partIdOf } from './inception.ts';
import type { ObligationGiven } from './obligation-schema.ts';
import type { PricePartGiven } from './price-schema.ts';
import type { ContractGiven, RecognitionRequest } from './request.ts';

/** What a schema cannot say of a request: that what it names is there, and that its amounts and periods are possible. */

export type RecognitionProblem = Problem<'recognition-invalid'>;

type Finding = readonly [field: string, detail: string];

const twice = (ids: readonly string[]): string | undefined => ids.find((id, index) => ids.indexOf(id) !== index);

const obligationFindings = (given: ObligationGiven, field: string): readonly Finding[] => {
  const findings: Finding[] = [];
  const { satisfaction, sellingPrice, quantity } = given;
  if ((satisfaction.method === 'days' || satisfaction.method === 'months') && satisfaction.from >= satisfaction.until)
    findings.push([`${field}.satisfaction.until`, `must be after ${satisfaction.from}, its first day`]);
  if (given.thirdParty?.controls === false && given.thirdParty.supplierPercent === undefined)
    findings.push([`${field}.thirdParty.supplierPercent`, 'is missing; of what the company does not control the supplier gets a part']);
  const below = Object.entries(sellingPrice ?? {}).find(
    ([key, value]) => key !== 'adjustment' && typeof value === 'string' && value.startsWith('-'),
  );
  if (below !== undefined) findings.push([`${field}.sellingPrice.${below[0]}`, `must not be below 0, received ${below[1]}`]);
  if (
    sellingPrice?.method === 'adjustedMarket' &&
    addFractions(fractionOf(sellingPrice.marketPrice), fractionOf(sellingPrice.adjustment ?? '0')).num < 0n
  )
    findings.push([`${field}.sellingPrice.adjustment`, 'must not bring the price below 0']);
  if (sellingPrice?.method === 'range' && compareFractions(fractionOf(sellingPrice.low), fractionOf(sellingPrice.high)) > 0)
    findings.push([`${field}.sellingPrice.high`, `must not be below ${sellingPrice.low}, the lowest price`]);
  if (sellingPrice !== undefined && 'per' in sellingPrice && sellingPrice.per === 'unit' && quantity === undefined)
    findings.push([`${field}.quantity`, 'is missing; the selling price is of one unit']);
  return findings;
};

const financedFindings = (given: Extract<PricePartGiven, { readonly kind: 'financed' }>, field: string): readonly Finding[] => {
  const findings: Finding[] = [];
  if ([given.ratePercent, given.loan?.ratePercent ?? '0'].some((rate) => fractionOf(rate).num < 0n))
    findings.push([`${field}.ratePercent`, 'must not be below 0']);
  if ((given.payments === undefined) === (given.loan === undefined)) findings.push([field, 'must have either payments or a loan']);
  return findings;
};

const priceFindings = (given: PricePartGiven, contract: ContractGiven, exponent: number, field: string): readonly Finding[] => {
  const findings: Finding[] = [];
  const ids = contract.obligations.map(({ id }) => id);
  const named = given.kind === 'perUnit' ? [given.obligation] : given.kind === 'payableToCustomer' ? [] : (given.allocateTo ?? []);
  for (const id of named)
    if (!ids.includes(id)) findings.push([field, `names ${id}, which is no obligation of the contract; it has ${ids.join(', ')}`]);
  if (given.kind === 'fixed' && !isWholeMinor(given.amount, exponent))
    findings.push([`${field}.amount`, `${given.amount} has more than the ${exponent} decimal places of ${contract.currency}`]);
  if (given.kind === 'financed') findings.push(...financedFindings(given, field));
  if (given.kind === 'payableToCustomer' && fractionOf(given.committedPurchases).num <= 0n)
    findings.push([`${field}.committedPurchases`, 'must be above 0']);
  if (given.kind === 'variable' && given.estimate.method === 'expectedValue') {
    const sum = sumFractions(given.estimate.outcomes.map(({ probability }) => fractionOf(probability)));
    if (compareFractions(sum, WHOLE) !== 0) findings.push([`${field}.estimate.outcomes`, 'must have probabilities that sum to 1']);
  }
  return findings;
};

/** Several obligations share a price by what they cost alone; one whose units have prices of their own takes none of it. */
const evidenceFindings = ({ obligations, price }: ContractGiven, field: string): readonly Finding[] => {
  const isShared = price.some((part) => part.kind !== 'perUnit' && part.kind !== 'payableToCustomer' && part.allocateTo === undefined);
  if (obligations.length === 1 || !isShared) return [];
  const byUnit = new Set(price.flatMap((part) => (part.kind === 'perUnit' ? [part.obligation] : [])));
  return obligations.flatMap(({ id, sellingPrice }, index): Finding[] =>
    sellingPrice === undefined && !byUnit.has(id)
      ? [[`${field}.obligations[${index}].sellingPrice`, `is missing; several obligations share the price, and ${id} takes its part by it`]]
      : [],
  );
};

const contractFindings = (contract: ContractGiven, exponent: number, field: string): readonly Finding[] => [
  ...contract.obligations.flatMap((one, index) => obligationFindings(one, `${field}.obligations[${index}]`)),
  ...contract.price.flatMap((one, index) => priceFindings(one, contract, exponent, `${field}.price[${index}]`)),
  ...evidenceFindings(contract, field),
  ...(contract.bundles ?? []).flatMap(({ obligations }, index) =>
    obligations
      .filter((id) => !contract.obligations.some((one) => one.id === id))
      .map((id): Finding => [`${field}.bundles[${index}]`, `names ${id}, which is no obligation of the contract`]),
  ),
  ...(contract.conditionalRights ?? []).flatMap(({ of, until }, index) =>
    [of, ...until]
      .filter((id) => !contract.obligations.some((one) => one.id === id))
      .map((id): Finding => [`${field}.conditionalRights[${index}]`, `names ${id}, which is no obligation of the contract`]),
  ),
];

const MEASURED_BY = { progress: ['progress'], cost: ['cost'], transfer: ['atPoint', 'units'], return: ['atPoint', 'units'] } as const;

/** Of an event that tells how far an obligation is: whether that is how it is satisfied. */
const measureFindings = (event: EventGiven, contract: ContractGiven, field: string): readonly Finding[] => {
  if (event.type !== 'transfer' && event.type !== 'progress' && event.type !== 'cost' && event.type !== 'return') return [];
  const { satisfaction } = contract.obligations.find(({ id }) => id === event.obligation) as ObligationGiven;
  const methods: readonly string[] = MEASURED_BY[event.type];
  if (!methods.includes(satisfaction.method))
    return [[field, `tells ${event.type} of ${event.obligation}, which is satisfied by ${satisfaction.method}`]];
  if (event.type === 'transfer' && satisfaction.method === 'units' && event.units === undefined)
    return [[`${field}.units`, 'is missing; the obligation is satisfied by units']];
  return [];
};

/** Of a modification or revision: whether what it names is there. */
const changeFindings = (event: EventGiven, contract: ContractGiven, exponent: number, field: string): readonly Finding[] => {
  if (event.type === 'estimate' && event.price === undefined && event.obligation === undefined)
    return [[`${field}.price`, 'is missing; an estimate is of a part of the price or of an obligation']];
  if (event.type !== 'modify') return [];
  const ids = contract.obligations.map(({ id }) => id);
  const named = [...(event.remove ?? []), ...(event.notDistinct ?? []), ...(event.change ?? []).map(({ obligation }) => obligation)];
  const lost = named.find((id) => !ids.includes(id));
  return [
    ...(lost === undefined ? [] : [[field, `names ${lost}, which is no obligation of the contract`] as const]),
    ...(event.add ?? []).flatMap((one, index) => obligationFindings(one, `${field}.add[${index}]`)),
    ...(event.price ?? []).flatMap((one, index) => priceFindings(one, contract, exponent, `${field}.price[${index}]`)),
  ];
};

const eventFindings = (event: EventGiven, contracts: readonly ContractGiven[], field: string): readonly Finding[] => {
  const contract = contractOf(event, contracts);
  if (contract === undefined) {
    if ('obligation' in event) return [[`${field}.obligation`, `${event.obligation} is no obligation of a contract of the request`]];
    if ('price' in event && typeof event.price === 'string')
      return [[`${field}.price`, `${event.price} is no part of a price of the request`]];
    const ids = contracts.map(({ id }) => id).join(', ');
    return [
      [
        `${field}.contract`,
        'contract' in event && event.contract !== undefined ? `must be one of ${ids}` : `is missing; the contracts are ${ids}`,
      ],
    ];
  }
  const exponent = exponentOf(contract.currency);
  const places = exponent.ok ? exponent.value : 0;
  const isMoney = 'amount' in event && event.type !== 'cost' && event.type !== 'sales';
  return [
    ...(event.on < contract.signedOn
      ? [[`${field}.on`, `must not be before ${contract.signedOn}, on which ${contract.id} was signed`] as const]
      : []),
    ...measureFindings(event, contract, field),
    ...changeFindings(event, contract, places, field),
    ...(isMoney && !isWholeMinor(event.amount, places)
      ? [[`${field}.amount`, `${event.amount} has more than the ${places} decimal places of ${contract.currency}`] as const]
      : []),
  ];
};

const namesPart = ({ price }: ContractGiven, id: string): boolean => price.some((part, index) => partIdOf(part, index) === id);

/** The contract that an event is of: by its obligation, its part of the price or its name, or the only one. */
export const contractOf = (event: EventGiven, contracts: readonly ContractGiven[]): ContractGiven | undefined => {
  if ('obligation' in event && event.obligation !== undefined)
    return contracts.find(({ obligations }) => obligations.some(({ id }) => id === event.obligation));
  if ('price' in event && typeof event.price === 'string') return contracts.find((contract) => namesPart(contract, event.price as string));
  if ('contract' in event && event.contract !== undefined)
    return contracts.find(({ id, combined }) => id === event.contract || combined?.members.includes(event.contract ?? ''));
  return contracts.length === 1 ? contracts[0] : undefined;
};

/** Contracts with what modifications add to them: events may name it. */
export const withAdditions = ({ contracts, events = [] }: Pick<RecognitionRequest, 'contracts' | 'events'>): readonly ContractGiven[] =>
  contracts.map((contract) => {
    const changes = events.filter((event) => event.type === 'modify' && contractOf(event, contracts)?.id === contract.id);
    const added = changes.flatMap((event) => (event.type === 'modify' ? (event.add ?? []) : []));
    const price = changes.flatMap((event) =>
      event.type === 'modify'
        ? (event.price ?? []).map((part, index) => ({ ...part, id: part.id ?? `${event.id}-price-${index + 1}` }))
        : [],
    );
    if (added.length + price.length === 0) return contract;
    const first = contract.price.map((part, index) => ({ ...part, id: partIdOf(part, index) }));
    return { ...contract, obligations: [...contract.obligations, ...added], price: [...first, ...price] };
  });

const rateFindings = ({ contracts, functionalCurrency, rates = [] }: RecognitionRequest): readonly Finding[] => {
  if (functionalCurrency === undefined) return [];
  const functional = exponentOf(functionalCurrency);
  if (!functional.ok) return [['functionalCurrency', functional.problem.detail]];
  const wrong = rates.findIndex(({ rate }) => fractionOf(rate).num <= 0n);
  if (wrong >= 0) return [[`rates[${wrong}].rate`, 'must be above 0']];
  const lacking = contracts.find(({ currency }) => currency !== functionalCurrency && !rates.some((rate) => rate.currency === currency));
  return lacking === undefined ? [] : [['rates', `has none of ${lacking.currency}, in which ${lacking.id} is; a missing rate is never 1`]];
};

const findingsOf = (request: RecognitionRequest): readonly Finding[] => {
  const { contracts, events = [] } = request;
  const again =
    twice(contracts.map(({ id }) => id)) ??
    twice(contracts.flatMap(({ obligations }) => obligations.map(({ id }) => id))) ??
    twice(events.flatMap(({ id }) => id ?? []));
  if (again !== undefined)
    return [['contracts', `${again} names two of them: ids of contracts, of obligations and of events are unique in the request`]];
  const ofContracts = contracts.flatMap((contract, index) => {
    const exponent = exponentOf(contract.currency);
    return exponent.ok
      ? contractFindings(contract, exponent.value, `contracts[${index}]`)
      : [[`contracts[${index}].currency`, exponent.problem.detail] as const];
  });
  const all = withAdditions({ contracts, events });
  const before = [...ofContracts, ...rateFindings(request)];
  return before.length > 0 ? before : events.flatMap((event, index) => eventFindings(event, all, `events[${index}]`));
};

/** The first thing that is wrong with a request, in the order of its fields. */
export const checked = (request: RecognitionRequest): Result<RecognitionRequest, RecognitionProblem> => {
  const [first] = findingsOf(request);
  return first === undefined ? ok(request) : fail('recognition-invalid', `${first[0]} ${first[1]}.`, first[0]);
};
