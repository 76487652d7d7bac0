import { BALANCE } from './balance.ts';
import { CHURN } from './churn.ts';
import { ECONOMICS } from './economics.ts';
import { MARGINS } from './margins.ts';
import type { Metric, Unit } from './metric.ts';
import { RENEWALS } from './renewals.ts';
import { RETENTION } from './retention.ts';

/** Every metric, family by family, in the order in which they are told. A new one is a row of its family; a new family is a file and a line here. */
export const METRICS: readonly Metric[] = [...BALANCE, ...RETENTION, ...CHURN, ...RENEWALS, ...ECONOMICS, ...MARGINS];

/**
 * Places of a value as it is told, rounded half away from zero from the exact fraction: a percentage is told as part of 1 (`1.0712` is 107.12%),
 * money in whole minor units.
 */
export const PLACES: Readonly<Record<Unit, number>> = { ratio: 4, percent: 6, money: 0, months: 2, count: 0 };
