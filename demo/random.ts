/** Seeded, whole numbers only: the same seed tells the same story on every machine. */
export interface Random {
  /** 0 to `bound` − 1. */
  readonly below: (bound: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** True in `perMille` of 1,000 cases. */
  readonly chance: (perMille: number) => boolean;
  /** A weight from 1 to 1,000,000, small ones more likely: sizes of customers have a long tail. */
  readonly weight: () => bigint;
}

/** The generator known as mulberry32. */
export const seeded = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (bound: number): number => next() % bound;
  return {
    below,
    pick: (list) => {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new RangeError('Nothing to pick from.');
      return picked;
    },
    chance: (perMille) => below(1000) < perMille,
    weight: () => BigInt((1 + below(1000)) * (1 + below(1000))),
  };
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Ids as Stripe writes them: a prefix, then letters and digits. Unique by a running number, which is woven into the random part. */
export const idFactory = (random: Random): ((prefix: string) => string) => {
  let count = 0;
  return (prefix) => {
    count += 1;
    let text = '';
    for (let rest = count; rest > 0; rest = Math.floor(rest / 62)) text = (ALPHABET[rest % 62] ?? '') + text;
    let noise = '';
    while (noise.length < 11) noise += ALPHABET[random.below(62)] ?? '';
    return `${prefix}_${noise}${text.padStart(3, 'A')}`;
  };
};
