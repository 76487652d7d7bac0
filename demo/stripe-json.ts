/** Objects as Stripe's API version 2026-10-28.endive shows them: every key that Stripe sends, and no other. */
export const API_VERSION = '2026-10-28.endive';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type StripeObject = { readonly id: string; readonly object: string } & { readonly [key: string]: Json };

/** Stripe's JSON writes amounts as numbers; all of the demo's are far below 2^53. */
export const amount = (minor: bigint): number => Number(minor);

/** A date where Stripe writes one in words: `25 Oct 2026` would need a language, `2026-10-25` does not. */
export { dateOf as day } from './model.ts';
