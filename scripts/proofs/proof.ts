/** A proof that is too long for `npm test`. */
export interface Proof {
  readonly name: string;
  readonly proves: string;
  /** Of `runs`, where it is another number than the other proofs'. */
  readonly defaultRuns?: number;
  readonly run: (options: ProofOptions) => Promise<ProofResult>;
}

export interface ProofOptions {
  /** Random histories or requests, where the proof has any. */
  readonly runs: number;
  /** Seed of the first history, where the proof numbers them. */
  readonly first: number;
  /** Folder of samples, as `test/contracts` has them by vendor, for a proof that takes samples in. */
  readonly from?: string;
}

export interface ProofResult {
  readonly holds: boolean;
  /** One sentence with the numbers. */
  readonly sentence: string;
  /** A table, as it is printed and recorded. */
  readonly table: string;
}
