import { planRateRows, rateSetVersion } from '../../company/index.ts';
import { companyConfig } from '../../platform/config.ts';
import { fnv1a32 } from '../../platform/ids.ts';
import { planRatesOf } from '../lines/plan-rates.ts';
import type { Context } from '../lines/values.ts';
import { enterprise, profileInForce } from '../profiles/presets.ts';
import { type Profile, versionOf } from '../profiles/profile.ts';

let kept: { readonly rateSet: number; readonly context: Context } | undefined;

/**
 * What facts are decided under: the profile in force and the plan rates. Kept while the function lives, and read again when rates were loaded.
 * The rates' version is a hash of the plan rates alone: loading spot rates decides nothing again.
 */
export const decidingContext = async (): Promise<Context> => {
  const rateSet = await rateSetVersion();
  if (kept?.rateSet === rateSet) return kept.context;
  const rates = await planRateRows();
  const config = companyConfig();
  const profile = profileInForce(config);
  const context = { profile, rates: planRatesOf(rates, config.planCurrency, fnv1a32(JSON.stringify(rates) + decidedBy(profile))) };
  kept = { rateSet, context };
  return context;
};

/** A book that was decided by another profile is decided again, as one of other rates is: what is said here joins the rates' version. */
const decidedBy = (profile: Profile): string => {
  const version = versionOf(profile);
  return version === versionOf(enterprise) ? '' : version;
};
