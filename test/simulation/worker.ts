import { kindOf } from './faults.ts';
import { lifeOf } from './life.ts';
import type { Protection } from './protections.ts';
import { type Failure, runOf, shortest, story, type Trial, trialOf, tried, triedWithout } from './seeds.ts';

/** A process in which seeds are lived, behind the seams (pool.ts starts it). */

/** So many seeds in turn. */
export interface Lived {
  readonly seeds: number;
  /** What befell them, and what they came through, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly steps: number;
  /** Of the first seed that failed, after which no other was lived: its story. */
  readonly failed?: string;
}

/** A history that fails, as short as it gets. */
export interface Least {
  readonly seed: number;
  readonly happenings: number;
  readonly faults: number;
  readonly problems: readonly string[];
  readonly story: string;
}

/** A request to the table, and its answer. */
export interface Asked {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly text: string;
}

const add = (sums: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
};

const leastOf = async (failure: Failure, alike: RegExp): Promise<Least> => {
  const least = await shortest(failure, alike);
  const { seed, life, faults, problems } = least;
  return { seed, happenings: life.happenings.length, faults: faults.length, problems, story: story(least) };
};

const seedsFrom = async (first: number, count: number): Promise<Lived> => {
  const faults: Record<string, number> = {};
  const counts: Record<string, number> = {};
  let steps = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const one = await tried(seed);
    for (const fault of one.faults) add(faults, { [kindOf(fault)]: 1 });
    add(counts, one.counts);
    steps += one.steps;
    if (one.failure !== undefined) return { seeds: seed - first, faults, counts, steps, failed: story(await shortest(one.failure)) };
  }
  return { seeds: count, faults, counts, steps };
};

/** Lives with an org take longest: they are lived for what only they show. */
const hasOrg = (seed: number): boolean => lifeOf(seed).happenings.some(({ by }) => by === 'salesforce');

/** Protections of what is signed in an org. */
const OF_ORGS: ReadonlySet<Protection> = new Set(['sync', 'watched']);

/** The first of so many seeds that fails like this without a protection, at its shortest. */
const firstWithout = async (without: Protection, alike: RegExp, seeds: number): Promise<Least | undefined> => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    if (hasOrg(seed) !== OF_ORGS.has(without)) continue;
    const { failure } = await triedWithout(without, seed);
    if (failure?.problems.some((problem) => alike.test(problem)) === true) return leastOf(failure, alike);
  }
  return undefined;
};

const requestsOf = async (seed: number): Promise<readonly Asked[]> => {
  const asked: Asked[] = [];
  const heard: Trial['heard'] = (operation, input, { status, text }) => asked.push({ operation, input, status, text });
  await runOf({ ...trialOf(seed), heard });
  return asked;
};

const tasks = { seedsFrom, firstWithout, requestsOf, run: (seed: number) => runOf(trialOf(seed)) };
export type Tasks = typeof tasks;

interface Order {
  readonly id: number;
  readonly task: keyof Tasks;
  readonly args: readonly unknown[];
}

/** One task after another: two worlds at once would share the gate. */
let last: Promise<void> = Promise.resolve();
process.on('message', ({ id, task, args }: Order) => {
  const work = tasks[task] as (...given: readonly unknown[]) => Promise<unknown>;
  last = last
    .then(() => work(...args))
    .then(
      (done) => void process.send?.({ id, done }),
      (error: unknown) => void process.send?.({ id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
});
