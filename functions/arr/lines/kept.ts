/** Answers that were made once and are kept by their text, at most `most` of them: when full, all are forgotten and made again as needed. */
export class Kept<T extends object> {
  readonly #known = new Map<string, T>();
  readonly #most: number;
  readonly #make: (text: string) => T;

  constructor(most: number, make: (text: string) => T) {
    this.#most = most;
    this.#make = make;
  }

  get(text: string): T {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = this.#make(text);
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(text, made);
    return made;
  }

  get size(): number {
    return this.#known.size;
  }
}
