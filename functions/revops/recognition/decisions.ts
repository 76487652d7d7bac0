/** Why the books say what they say: one rule that was applied, in plain words, with the numbers and the paragraph that it rests on. */
export interface Decision {
  /** Day on which it was decided. */
  readonly on: string;
  /** Stable name of the rule. */
  readonly rule: string;
  /** ASC paragraph. */
  readonly paragraph: string;
  /** Id of the obligation or part of the price that it is about; absent where it is the contract. */
  readonly about?: string;
  readonly sentence: string;
}
