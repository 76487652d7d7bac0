import { type Random, seeded } from '../../demo/random.ts';
import { fnv1a32 } from '../../functions/platform/ids.ts';

/**
 * Chance of one run. Each thing that may happen has a name, and its draw hangs on the seed, its name and how often that name came before: what
 * is left out of a history does not change what befalls the rest.
 */
export class Chance {
  readonly #seed: number;
  readonly #seen = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The name with its number: `PutItem SRC#… 2` for the second time. */
  occurrence(name: string): string {
    const nth = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, nth);
    return nth === 1 ? name : `${name} (${nth})`;
  }

  of(occurrence: string): Random {
    return seeded(fnv1a32(`${this.#seed} ${occurrence}`));
  }
}
