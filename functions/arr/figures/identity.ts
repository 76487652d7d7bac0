import type { Link } from '../evidence/members.ts';
import type { Pair } from '../evidence/pairs.ts';
import type { Context } from '../lines/values.ts';
import { wholeBook } from '../movements/history.ts';
import type { KnownCustomer } from '../records/customer.ts';

/** Which customers of several systems are this one, which signed and billed lines are one line, and what says so. */
export const identityAnswer = ({ members, facts }: Pick<KnownCustomer, 'members' | 'facts'>, links: readonly Link[], context: Context) => ({
  members: members.map(({ customerId, name }) => ({ customerId, name })),
  links: links.map(({ customers: [a, b], by, id }) => ({ customers: [a, b] as [string, string], by, id })),
  pairs: (wholeBook(facts, context).settlement?.pairs ?? []).map(pairAnswer),
});

const pairAnswer = ({ signed, billed, by }: Pair) => ({
  agreementId: signed.ownerId,
  signedLine: signed.key,
  subscriptionId: billed.ownerId,
  billedLine: billed.key,
  by,
});
