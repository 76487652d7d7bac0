/** A proof that is too long for `npm test`. */
export interface Proof {
  readonly name: string;
  readonly proves: string;
  readonly run: (options: ProofOptions) => Promise<ProofResult>;
}

export interface ProofOptions {
  /** Random histories, where the proof has any. */
  readonly runs: number;
}

export interface ProofResult {
  readonly holds: boolean;
  /** One sentence with the numbers. */
  readonly sentence: string;
  /** A table, as it is printed and recorded. */
  readonly table: string;
}
