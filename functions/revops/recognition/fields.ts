import * as z from 'zod/mini';
import { isDateInReach } from '../../platform/calendar.ts';

/** Fields that the schema of a request is made of. A new schema each time, because each says what it is for. */

const AMOUNT = /^-?\d{1,15}(\.\d{1,12})?$/;
const SHARE = /^(0(\.\d{1,12})?|1(\.0{1,12})?)$/;

/** Major units of the contract's currency as decimal text: never a number, which could not hold it exactly. */
export const amount = (description: string) =>
  z.string().check(z.regex(AMOUNT, 'must be an amount in major units as text, such as "1200.50"'), z.describe(description));

/** A plain decimal that is no money: units, percent. */
export const decimal = (description: string) =>
  z.string().check(z.regex(AMOUNT, 'must be a decimal number as text, such as "12.5"'), z.describe(description));

/** From 0 to 1. */
export const share = (description: string) =>
  z.string().check(z.regex(SHARE, 'must be a share from 0 to 1 as text, such as "0.6"'), z.describe(description));

export const day = (description: string) =>
  z
    .string()
    .check(z.refine(isDateInReach, { error: 'must be a date that exists, from 1900 to 2199, written YYYY-MM-DD' }))
    .register(z.globalRegistry, { format: 'date', description });

/** What the caller calls something, and the answer calls it too. */
export const name = (description: string) => z.string().check(z.minLength(1), z.maxLength(100), z.describe(description));
