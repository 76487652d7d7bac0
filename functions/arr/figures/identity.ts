import type { Link } from '../evidence/members.ts';
import type { Pair } from '../evidence/pairs.ts';
import type { Chain } from '../evidence/terms.ts';
import type { Context } from '../lines/values.ts';
import { wholeBook } from '../movements/history.ts';
import type { KnownCustomer } from '../records/customer.ts';
import type { ApprovedRuling, Ruling } from '../rulings/ruling.ts';

interface Evidence {
  readonly links: readonly Link[];
  /** The newest first. */
  readonly rulings: readonly ApprovedRuling[];
  readonly context: Context;
}

/**
 * Which customers of several systems are this one, which signed and billed lines are one line, what says so, and what two people ruled of them.
 */
export const identityAnswer = ({ members, facts }: Pick<KnownCustomer, 'members' | 'facts'>, { links, rulings, context }: Evidence) => {
  const { settlement } = wholeBook(facts, context);
  return {
    members: members.map(({ customerId, name }) => ({ customerId, name })),
    links: links.map(({ customers: [a, b], by, id }) => ({ customers: [a, b] as [string, string], by, id })),
    pairs: (settlement?.pairs ?? []).map(pairAnswer),
    rulings: rulingAnswers(rulings, settlement?.chains ?? []),
  };
};

const pairAnswer = ({ signed, billed, by }: Pair) => ({
  agreementId: signed.ownerId,
  signedLine: signed.key,
  subscriptionId: billed.ownerId,
  billedLine: billed.key,
  by,
});

/** The newest of what rulings speak of stands, and each has replaced the one before it. */
const rulingAnswers = (rulings: readonly ApprovedRuling[], chains: readonly Chain[]) => {
  const next = new Map<string, string>();
  return rulings.map(({ rulingId, ruling, reason, proposedBy, proposedAt, decidedBy, decidedAt }) => {
    const subject = subjectOf(rulingId, ruling, chains);
    const replacedBy = next.get(subject);
    next.set(subject, rulingId);
    const said = { reason, proposedBy, proposedAt, approvedBy: decidedBy, approvedAt: decidedAt };
    return { rulingId, ruling, stands: replacedBy === undefined, ...(replacedBy === undefined ? {} : { replacedBy }), ...said };
  });
};

/** What a ruling speaks of: two customers, an adjustment, an agreement by whichever of its ids and what bills it, or one end of an agreement. */
const subjectOf = (rulingId: string, ruling: Ruling, chains: readonly Chain[]): string => {
  if (ruling.kind === 'link') return ['link', ...[ruling.customerId, ruling.otherId].sort()].join(' ');
  if (ruling.kind === 'adjustment') return ['adjustment', rulingId].join(' ');
  if (ruling.kind === 'adjustment-end') return ['adjustment', ruling.adjustmentId].join(' ');
  const { agreementId } = ruling;
  if (ruling.kind === 'lapse') return ['lapse', agreementId, ruling.of, ruling.on].join(' ');
  const chain = chains.find(({ agreementIds }) => agreementIds.has(agreementId));
  return ['pair', chain?.chainId ?? agreementId, ruling.subscriptionId].join(' ');
};
