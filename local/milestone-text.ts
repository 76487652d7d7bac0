import type { z } from 'zod/mini';
import type { arrStatus } from '../functions/arr/routes.ts';
import { askApi } from './ask-api.ts';

type Status = z.infer<typeof arrStatus>;

const dollars = (minor: string, currency: string): string =>
  new Intl.NumberFormat('en', { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 }).format(
    Number(minor) / 10 ** (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2),
  );

const percent = (bps: number | undefined): string => (bps === undefined ? 'n/a' : `${(bps / 100).toFixed(1)}%`);

/** The milestone in five lines. */
export const milestoneText = async (url: string): Promise<string> => {
  const status = await askApi<Status>(url, '/api/v1/arr/status');
  const { milestone, velocity, growth, eta, planCurrency } = status;
  const money = (minor: string | undefined): string => (minor === undefined ? 'n/a' : dollars(minor, planCurrency));
  // What lacks a plan rate is absent from the status.
  const crossings = milestone.thresholds?.map(({ thresholdBps, reachedOn }) => `${thresholdBps / 100}% ${reachedOn ?? 'ahead'}`);
  const arrival = eta === undefined ? 'n/a' : `${eta.on ?? 'not in sight'} (80%: ${eta.earliest ?? '?'} to ${eta.latest ?? '?'})`;
  const ahead = velocity.aheadOfPlanMinor;
  const aheadOfPlan = ahead?.startsWith('-') ? `${money(ahead.slice(1))} behind plan` : `${money(ahead)} ahead of plan`;
  return `
  ${status.on}   ARR ${money(status.arrMinor)} of ${money(milestone.targetMinor)} by ${milestone.targetOn}   ${percent(milestone.progressBps)} of the target
  milestones     ${crossings?.join(' · ') ?? 'n/a'}
  velocity       ${money(velocity.monthlyMinor)} in the last month, the plan adds ${money(velocity.plannedMonthlyMinor)}; ${aheadOfPlan}
  growth         ${percent(growth.monthOverMonthBps)} month over month, ${percent(growth.yearOverYearBps)} year over year
  arrival        ${arrival}
`;
};

/** Where to look next. */
export const placesText = (url: string): string => `
  ${url}/                                the screens: plan, ARR, retention, economics, forecast, churn risk, bookings, customers, pack, rulings, definitions
  ${url}/api/v1/arr/status               ARR, milestone, velocity, composition
  ${url}/api/v1/dashboard/executive      the executive snapshot
  ${url}/api/v1/arr/waterfall?from=2026-01-01&to=2026-12-31
  ${url}/api/v1/docs                     the whole API
  ${url}/local                           queues, dead letters, functions, logs, clock
`;
