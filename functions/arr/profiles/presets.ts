import { Bug } from '../../platform/bug.ts';
import type { OwnProfile, PresetName } from '../../platform/config-profiles.ts';
import { type Profile, versionOf } from './profile.ts';

/**
 * The built-in profiles, as data. What a vendor's own documentation says stands beside each choice with its source, as read in November 2026; a
 * choice without one is as in `enterprise`, because nothing that the vendor publishes says otherwise, or because it has no such thing.
 */

/** The default: what is signed and in service; for lines that only a billing system knows, net of the discounts active on the day. */
export const enterprise: Profile = {
  name: 'enterprise',
  basis: 'live',
  startEvent: 'service-start',
  rampStep: 'own-date',
  pilots: 'counted',
  renewalGraceDays: 30,
  churnDate: 'access-end',
  trial: 'excluded',
  freePeriod: 'counted',
  pause: 'counted',
  pastDue: 'counted',
  unpaid: 'excluded',
  discounts: 'net',
  weekFactor: '52',
  metered: 'separate',
  sameMonth: 'both',
  reactivationDays: 'any',
  freeCustomer: 'churn',
  escalators: 'separate',
  contractedSteps: 'separate',
  renewalTermMonthsMin: 12,
  fx: 'separate',
  reactivationInNrr: 'excluded',
  churnFormula: 'period',
};

/** What tools have in common that read a billing system alone: they know no contract, so that a step or an escalator is a change of the price. */
const billing: Profile = {
  ...enterprise,
  name: 'billing',
  basis: 'billed',
  metered: 'excluded',
  escalators: 'expansion',
  contractedSteps: 'expansion',
};

/** docs.stripe.com/billing/subscriptions/analytics/glossary: no trials, no tax, no metered usage, past due counted; and as said beside a choice. */
const stripe: Profile = {
  ...billing,
  name: 'stripe',
  // learn.profitwell.com, "ProfitWell vs. Stripe": MRR is removed at the time of cancellation.
  churnDate: 'request',
  // The same, and the glossary: a coupon of finite duration leaves MRR as it is, one that lasts for ever lowers it.
  discounts: 'net-of-forever',
  // The same: factored into both new MRR and churn.
  sameMonth: 'both',
  // Glossary, MRR growth: exchange rates are a line of their own, and reactivation is one of the gains.
  fx: 'separate',
  reactivationInNrr: 'included',
};

/** help.chartmogul.com: articles 203359341 (churn rate), 4414075567250 (net MRR churn rate), 15384089786524 (settings of subscription analytics). */
const chartmogulB2b: Profile = {
  ...billing,
  name: 'chartmogul-b2b',
  // 15384089786524, churn recognition: by default when the subscription ends in the billing system.
  churnDate: 'access-end',
  // 15384089786524, free customer handling: by default one who is given a free plan or 100% off stays active, and has contracted.
  freeCustomer: 'contraction',
  // 4414075567250: (churn + contraction − expansion − reactivation) ÷ opening.
  reactivationInNrr: 'included',
  // 15384089786524: the standard formula, which is recommended for B2B.
  churnFormula: 'period',
};

const chartmogulB2c: Profile = {
  ...chartmogulB2b,
  name: 'chartmogul-b2c',
  // 15384089786524: the other formula, which is recommended for B2C: the sum of daily rates.
  churnFormula: 'daily',
};

/** learn.profitwell.com, "ProfitWell vs. Stripe" and "… vs. Chargify"; paddle.com/help/profitwell-metrics, "Churn". */
const profitwell: Profile = {
  ...billing,
  name: 'profitwell',
  // "Churn": MRR is kept until the end of the billing cycle.
  churnDate: 'period-end',
  // "vs. Chargify": a subscription on hold is 0.
  pause: 'excluded',
  // "vs. Stripe": discounts are always subtracted, whatever their frequency.
  discounts: 'net',
  // "vs. Chargify": all recurring metered billing is rolled into MRR. (Paddle's own FAQ once said that it is not supported yet.)
  metered: 'included',
  // "vs. Stripe": who signs up and churns in the same calendar month is ignored entirely.
  sameMonth: 'net',
  // "vs. Chargify": back within any period of time is a reactivation.
  reactivationDays: 'any',
  reactivationInNrr: 'included',
};

/** The other column of ProfitWell's comparison with Chargify, which is Maxio today. */
const maxio: Profile = {
  ...billing,
  name: 'maxio',
  // MRR is removed at the time of cancellation.
  churnDate: 'request',
  // A subscription on hold continues to impact MRR as it is.
  pause: 'counted',
  discounts: 'net',
  // A separate category of revenue.
  metered: 'separate',
  // Both new MRR and churn.
  sameMonth: 'both',
  // Within 90 days it counts as a reactivation; after that it is new.
  reactivationDays: 90,
};

/** github.com/polarsource/polar, server/polar/metrics and its tests. */
const polar: Profile = {
  ...billing,
  name: 'polar',
  // A cancelled subscription is in MRR until it ends; committed MRR is a series of its own, which `churnDate: 'request'` gives.
  churnDate: 'access-end',
  // Counted, and no churn (pull request 13239).
  pause: 'counted',
  // Past due stays until it is unpaid or cancelled (issue 5337 shows that its users disagree).
  pastDue: 'counted',
  // Months of 30.44 days: 30.44 ÷ 7 weeks.
  weekFactor: '12*30.44/7',
};

/** SaaS Metrics Standards Board, saasmetricsboard.com: net and gross revenue retention of the cohort that was active when the period began. */
const smsb: Profile = {
  ...enterprise,
  name: 'smsb',
  // Retention knows expansion, contraction and churn: an escalator and a contracted step are expansion of the cohort.
  escalators: 'expansion',
  contractedSteps: 'expansion',
  // The cohort is closed: what comes back was not in it.
  reactivationInNrr: 'excluded',
};

export const PRESETS: Readonly<Record<PresetName, Profile>> = {
  enterprise,
  stripe,
  'chartmogul-b2b': chartmogulB2b,
  'chartmogul-b2c': chartmogulB2c,
  profitwell,
  maxio,
  polar,
  smsb,
};

const isPreset = (name: string): name is PresetName => Object.hasOwn(PRESETS, name);

/** The profile of a name, among the presets and the company's own; undefined where there is none. */
export const profileNamed = (name: string, own: readonly OwnProfile[]): Profile | undefined => {
  if (isPreset(name)) return PRESETS[name];
  const found = own.find((profile) => profile.name === name);
  return found && { ...PRESETS[found.preset], ...found.switches, name };
};

/** A profile that chooses what a version names, whatever it is called; undefined where none does any more. */
export const profileOfVersion = (version: string, own: readonly OwnProfile[]): Profile | undefined =>
  [...Object.keys(PRESETS), ...own.map(({ name }) => name)]
    .flatMap((name) => profileNamed(name, own) ?? [])
    .find((profile) => versionOf(profile) === version);

/** The profile by which the company's ARR is decided. The configuration was checked, so it is there. */
export const profileInForce = (config: { readonly profiles: readonly OwnProfile[]; readonly profileInForce: string }): Profile => {
  const profile = profileNamed(config.profileInForce, config.profiles);
  if (profile === undefined) throw new Bug(`the configuration names a profile that is not there: ${config.profileInForce}`);
  return profile;
};
