import { companyConfig } from '../../platform/config.ts';
import type { Movement } from '../events.ts';
import { profileInForce } from '../profiles/presets.ts';
import type { Profile } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import type { KnownCustomer } from '../records/customer.ts';
import { readDatedFacts } from './read-facts.ts';
import { replayed } from './replay.ts';

/** A customer's movements under a profile: as they were recorded under that in force, otherwise as its ledger has them, with the events behind each. */
export const readMovementsUnder = async (
  { customerId, members, movements }: KnownCustomer,
  profile: Profile,
): Promise<readonly Movement[]> => {
  const config = companyConfig();
  if (profile.name === profileInForce(config).name) return movements;
  const [dated, { rates }] = await Promise.all([readDatedFacts(members.map((member) => member.customerId)), decidingContext()]);
  return replayed(customerId, dated, { profile, rates }, config.zone).toSorted((a, b) =>
    a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : 0,
  );
};
