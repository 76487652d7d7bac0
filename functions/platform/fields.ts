import * as z from 'zod/mini';
import { isDateInReach } from './calendar.ts';

/** A date that people ask about or plan with, as text. A new schema each time: what is registered with one says something of that one alone. */
export const dateField = () =>
  z.string().check(z.refine(isDateInReach, { error: 'must be a date that exists, from 1900 to 2199, written YYYY-MM-DD' }));

/** A day of the company's zone as a route's parameter, told what for. */
export const dayParameter = (description: string) => dateField().register(z.globalRegistry, { format: 'date', description });
