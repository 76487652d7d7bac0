import { isByHand } from '../evidence/words.ts';
import type { KnownCustomer } from '../records/customer.ts';
import type { ApprovedRuling, RulingRecord } from './ruling.ts';
import { readPageOfRulings, readRuling } from './store.ts';

const READ_AT_ONCE = 100;

/**
 * Approved rulings on a customer and all that are one with it, the newest first, by the time of their approval: those that name one of them, and
 * those that followed an agreement to them.
 */
export const readRulingsOn = async ({ members, facts }: Pick<KnownCustomer, 'members' | 'facts'>): Promise<readonly ApprovedRuling[]> => {
  const naming = (await Promise.all(members.map(({ customerId }) => readAllOf(customerId)))).flat();
  const known = new Map(naming.map((one) => [one.rulingId, one]));
  const words = new Set(facts.filter(isByHand).map(({ data }) => data.provenance.eventId));
  const followed = await Promise.all([...words].filter((rulingId) => !known.has(rulingId)).map(readRuling));
  for (const one of followed) if (one !== undefined) known.set(one.rulingId, one);
  return [...known.values()].filter(isApproved).sort(newestFirst);
};

const readAllOf = async (customerId: string): Promise<readonly RulingRecord[]> => {
  const all: RulingRecord[] = [];
  let after: string | undefined;
  do {
    const page = await readPageOfRulings({ customerId }, after, READ_AT_ONCE);
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
};

const isApproved = (one: RulingRecord): one is ApprovedRuling => one.status === 'approved';

const secondOf = ({ decidedAt }: ApprovedRuling): number => Math.floor(Date.parse(decidedAt) / 1000);

/** As their facts are ordered: by the second of approval, then by id. */
const newestFirst = (a: ApprovedRuling, b: ApprovedRuling): number => secondOf(b) - secondOf(a) || (a.rulingId < b.rulingId ? 1 : -1);
