import { planRateRows, rateSetVersion } from '../../company/index.ts';
import { companyConfig } from '../../platform/config.ts';
import { fnv1a32 } from '../../platform/ids.ts';
import { planRatesOf } from '../lines/plan-rates.ts';
import { enterprise } from '../lines/profile.ts';
import type { Context } from '../lines/values.ts';

let kept: { readonly rateSet: number; readonly context: Context } | undefined;

/**
 * What facts are decided under: the profile and the plan rates. Kept while the function lives, and read again when rates were loaded.
 * The rates' version is a hash of the plan rates alone: loading spot rates decides nothing again.
 */
export const decidingContext = async (): Promise<Context> => {
  const rateSet = await rateSetVersion();
  if (kept?.rateSet === rateSet) return kept.context;
  const rates = await planRateRows();
  const context = { profile: enterprise, rates: planRatesOf(rates, companyConfig().planCurrency, fnv1a32(JSON.stringify(rates))) };
  kept = { rateSet, context };
  return context;
};
