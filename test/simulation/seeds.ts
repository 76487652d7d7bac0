import { differences, type Figures, figuresOf, type Seen } from './figures.ts';
import type { Happening, Life, Run } from './history.ts';
import { lifeOf } from './life.ts';
import type { Protection } from './protections.ts';
import type { Heard } from './services.ts';
import { live } from './world.ts';

/** Of a thousand calls, deliveries and readings so many meet a fault: about one an event. */
const FAULTS_PER_MILLE = 40;

export interface Trial {
  readonly seed: number;
  readonly life: Life;
  readonly spared: ReadonlySet<string>;
  readonly without?: Protection | undefined;
  readonly heard?: Heard;
}

/** A history under which something was lost, doubled or left, and what. */
export interface Failure extends Trial {
  readonly faults: readonly string[];
  readonly problems: readonly string[];
}

/** Customers of all systems, those that are one together: the first, under whose id it is decided, before the others. */
const customersOf = ({ happenings, links }: Life): readonly (readonly string[])[] => {
  const objects = happenings.flatMap((happening) => (happening.by === 'stripe' ? happening.shows : []));
  const ids = objects.map((object) => (object.object === 'customer' ? object.id : String(object['customer'])));
  const writes = happenings.flatMap((happening) => (happening.by === 'salesforce' ? happening.writes : []));
  const accounts = writes.flatMap((write) => (write.kind === 'create' && write.type === 'Account' ? [String(write.fields['Id'])] : []));
  const linked = new Set(links.map(({ customerId }) => customerId));
  return [
    ...[...new Set(ids)].filter((id) => !linked.has(id)).map((id) => [`stripe.main.${id}`]),
    // An account that is only named leads too, though nothing else is heard of it.
    ...[...new Set([...accounts, ...links.map(({ accountId }) => accountId)])].map((id) => [
      `salesforce.main.${id}`,
      ...links.filter(({ accountId }) => accountId === id).map(({ customerId }) => `stripe.main.${customerId}`),
    ]),
  ].sort();
};

/** The same company lives on under the faults of so many seeds in turn: what it comes to without any is then found out once. */
export const SEEDS_OF_A_LIFE = 5;
let kept: { readonly number: number; readonly life: Life } | undefined;
const expectations = new WeakMap<readonly Happening[], Figures>();

const lifeOfSeed = (seed: number): Life => {
  const number = Math.floor(seed / SEEDS_OF_A_LIFE);
  if (kept?.number !== number) kept = { number, life: lifeOf(number) };
  return kept.life;
};

const lookAt =
  (life: Life) =>
  (table: Parameters<typeof figuresOf>[0]): Promise<Seen> =>
    figuresOf(table, customersOf(life), life.isWatched);

/** What a company's life comes to where all goes well. */
const faultless = async ({ seed, life }: Pick<Trial, 'seed' | 'life'>): Promise<Figures> => {
  const known = expectations.get(life.happenings);
  if (known !== undefined) return known;
  const { seen, complaints } = await live({ seed, life, faultsPerMille: 0 }, lookAt(life));
  const wrong = [...complaints, ...seen.contradictions];
  if (wrong.length > 0) throw new Error(`seed ${seed} fails without any fault: ${wrong.join('; ')}`);
  expectations.set(life.happenings, seen.figures);
  return seen.figures;
};

/** One run under faults. */
export const runOf = ({ seed, life, spared, without, heard }: Trial): Promise<Run & { readonly seen: Seen }> => {
  const more = { ...(without === undefined ? {} : { without }), ...(heard === undefined ? {} : { heard }) };
  return live({ seed, life, faultsPerMille: FAULTS_PER_MILLE, spared, ...more }, lookAt(life));
};

/** A run under faults, and what is wrong with it. */
export interface Tried extends Pick<Run, 'faults' | 'counts' | 'steps'> {
  readonly failure?: Failure;
}

const triedWith = async (trial: Trial): Promise<Tried> => {
  const expected = await faultless(trial);
  const { seen, complaints, faults, counts: lived, steps } = await runOf(trial);
  const counts = seen.takenBack === 0 ? lived : { ...lived, 'lapses taken back': seen.takenBack };
  const problems = [...complaints, ...seen.contradictions, ...differences(expected, seen.figures)];
  return { faults, counts, steps, ...(problems.length === 0 ? {} : { failure: { ...trial, faults, problems } }) };
};

/** The whole life of a seed's company. */
export const trialOf = (seed: number): Trial => ({ seed, life: lifeOfSeed(seed), spared: new Set() });

/** What becomes of a seed's company. */
export const tried = (seed: number): Promise<Tried> => triedWith(trialOf(seed));

/** The same without a protection, where something depends on it: lives that have what it is good for. */
export const triedWithout = (without: Protection, seed: number): Promise<Tried> =>
  triedWith({ seed, life: lifeOf(seed), spared: new Set(), without });

/** Fewer parts of a list, as long as `fails` says that it still fails: halves first, then ever smaller pieces. */
const shrunk = async <T>(parts: readonly T[], fails: (kept: readonly T[]) => Promise<boolean>): Promise<readonly T[]> => {
  let kept = parts;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await fails(fewer)) kept = fewer;
      else at += size;
    }
  }
  return kept;
};

/**
 * The shortest history that still fails in the same way (`alike`): without faults that it can do without, then without such happenings, and
 * again until neither can go.
 */
export const shortest = async (failure: Failure, alike: RegExp = /./): Promise<Failure> => {
  let best = failure;
  const better = async (trial: Trial): Promise<boolean> => {
    const { failure: found } = await triedWith(trial);
    const isAlike = found?.problems.some((problem) => alike.test(problem)) === true;
    if (found !== undefined && isAlike) best = found;
    return isAlike;
  };
  const sizeOf = ({ life, faults }: Failure): number => life.happenings.length + faults.length;
  for (let before = Number.POSITIVE_INFINITY; sizeOf(best) < before; ) {
    before = sizeOf(best);
    const { faults } = best;
    await shrunk(faults, (kept) => {
      const left = new Set(kept);
      return better({ ...best, spared: new Set([...best.spared, ...faults.filter((fault) => !left.has(fault))]) });
    });
    await shrunk(best.life.happenings, (happenings) => better({ ...best, life: { ...best.life, happenings } }));
  }
  return best;
};

const MAX_PROBLEMS = 10;

/** A failure as it is printed. */
export const story = ({ seed, life: { happenings, pace, logged }, faults, problems }: Failure): string =>
  [
    `seed ${seed}: ${happenings.length} happenings and ${faults.length} faults are enough (${pace}, ${logged} entries of the totals before)`,
    'what happens outside, in order:',
    ...happenings.map(({ id, atMs, what }) => `  ${new Date(atMs).toISOString()} ${id} ${what}`),
    'faults, in the order in which they were drawn:',
    ...faults.map((fault) => `  ${fault}`),
    'what is wrong then:',
    ...problems.slice(0, MAX_PROBLEMS).map((problem) => `  ${problem}`),
    ...(problems.length > MAX_PROBLEMS ? [`  and ${problems.length - MAX_PROBLEMS} more`] : []),
    `again: npm run prove -- simulation --first ${seed} --seeds 1`,
  ].join('\n');
