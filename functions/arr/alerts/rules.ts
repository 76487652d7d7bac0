import type { LevelRule, OnceRule } from './alert.ts';
import { dealWon } from './deal-won.ts';
import { forecastVariance } from './forecast-variance.ts';
import { growth } from './growth.ts';
import { margin } from './margin.ts';
import { marginFall } from './margin-fall.ts';
import { milestone } from './milestone.ts';
import { retention } from './retention.ts';
import { strategicCustomer, strategicList } from './strategic-customer.ts';
import { velocity } from './velocity.ts';

/** Rules about levels: open or clear, and evaluated after each refresh of the dashboard. */
export const LEVEL_RULES: readonly LevelRule[] = [growth, velocity, retention, margin, marginFall, forecastVariance];

/** All rules, in the order in which docs/alerts.md lists them. */
export const RULES: readonly (LevelRule | OnceRule)[] = [milestone, ...LEVEL_RULES, dealWon, strategicCustomer, strategicList];
