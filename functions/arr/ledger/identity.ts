import { fromEpochDay } from '../../platform/calendar.ts';
import type { Ledger } from './rows.ts';

/** The id of the movement that a row is a line of: `<customer>~<effective on>~<version>~<number>`. */
export const movementIdAt = ({ rows, names }: Pick<Ledger, 'rows' | 'names'>, row: number): string =>
  `${names.customers[rows.customer[row] as number]}~${fromEpochDay(rows.day[row] as number)}~${rows.version[row]}~${rows.number[row]}`;
