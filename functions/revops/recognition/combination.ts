import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { partIdOf } from './inception.ts';
import type { ContractGiven, RecognitionRequest } from './request.ts';

/** Step 1: contracts with one customer, agreed at or near the same time, that are one for accounting, ASC 606-10-25-9. */

const REASONS = {
  singleObjective: ['25-9a', 'they were negotiated as a package with one objective'],
  dependentPrice: ['25-9b', 'what is paid under one depends on the other'],
  singleObligation: ['25-9c', 'what they promise is one obligation'],
} as const;

type Combination = NonNullable<RecognitionRequest['combinations']>[number];

const merged = (members: readonly ContractGiven[], { because }: Combination): ContractGiven => {
  const [first, ...others] = members as readonly [ContractGiven, ...ContractGiven[]];
  const [paragraph, reason] = REASONS[because];
  const signedOn = members.map((one) => one.signedOn).sort()[0] ?? first.signedOn;
  const price = members.flatMap((one) =>
    one.price.map((part, index) => ({ ...part, id: part.id ?? `${one.id}-${partIdOf(part, index)}` })),
  );
  const sentence = `${members.map(({ id }) => id).join(', ')} are one contract: ${reason}.`;
  return {
    ...first,
    signedOn,
    price,
    obligations: members.flatMap((one) => one.obligations),
    conditionalRights: members.flatMap((one) => one.conditionalRights ?? []),
    bundles: members.flatMap((one) => one.bundles ?? []),
    combined: {
      members: others.map(({ id }) => id),
      decision: { on: signedOn, rule: 'combination', paragraph: `606-10-${paragraph}`, sentence },
    },
  };
};

/** The request with each combination as one contract, under the id of its first member. */
export const withCombinations = (request: RecognitionRequest): Result<RecognitionRequest, Problem<'recognition-invalid'>> => {
  let contracts: readonly ContractGiven[] = request.contracts;
  for (const [index, combination] of (request.combinations ?? []).entries()) {
    const members = combination.contracts.flatMap((id) => contracts.filter((one) => one.id === id));
    const field = `combinations[${index}].contracts`;
    if (members.length !== combination.contracts.length)
      return fail('recognition-invalid', `${field} must each be the id of a contract of the request, in one combination.`, field);
    if (new Set(members.map(({ currency, customer }) => `${currency} ${customer ?? ''}`)).size > 1)
      return fail('recognition-invalid', `${field} must have one customer and one currency.`, field);
    const one = merged(members, combination);
    contracts = contracts
      .filter(({ id }) => !combination.contracts.includes(id) || id === one.id)
      .map((each) => (each.id === one.id ? one : each));
  }
  return ok({ ...request, contracts: [...contracts] });
};
