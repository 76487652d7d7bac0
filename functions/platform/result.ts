/**
 * Expected failures are values. A `Problem` is one member of a closed union per operation: a stable code for
 * machines, a sentence for people that says what was received and what is allowed, and the offending field.
 * A throw is a bug.
 */
export interface Problem<Code extends string = string> {
  readonly code: Code;
  /** One sentence: what was received, what is allowed. Never holds personal data, a secret or a token. */
  readonly detail: string;
  /** Path of the offending field, e.g. `rates[3].rate`. */
  readonly field?: string;
}

export type Result<T, P extends Problem = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const fail = <Code extends string>(
  code: Code,
  detail: string,
  field?: string,
): { readonly ok: false; readonly problem: Problem<Code> } => ({
  ok: false,
  problem: field === undefined ? { code, detail } : { code, detail, field },
});
