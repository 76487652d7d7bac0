import type { StripeEvent } from '../../demo/events.ts';
import { differences, type Figures, figuresOf } from './figures.ts';
import type { Run } from './history.ts';
import { lifeOf } from './life.ts';
import type { Protection } from './protections.ts';
import type { Heard } from './services.ts';
import { live } from './world.ts';

/** Of a thousand calls, deliveries and readings so many meet a fault: about one an event. */
const FAULTS_PER_MILLE = 40;

interface Trial {
  readonly seed: number;
  readonly events: readonly StripeEvent[];
  readonly spared: ReadonlySet<string>;
  readonly without?: Protection | undefined;
  readonly heard?: Heard;
}

/** A history under which something was lost, doubled or left, and what. */
export interface Failure extends Trial {
  readonly faults: readonly string[];
  readonly problems: readonly string[];
}

const customersOf = (events: readonly StripeEvent[]): readonly string[] => {
  const ids = events.map(({ data: { object } }) => (object.object === 'customer' ? object.id : String(object['customer'])));
  return [...new Set(ids)].sort().map((id) => `stripe.main.${id}`);
};

/** The same company lives on under the faults of so many seeds in turn: what it comes to without any is then found out once. */
const SEEDS_OF_A_LIFE = 4;
let life: { readonly number: number; readonly events: readonly StripeEvent[] } | undefined;
const expectations = new WeakMap<readonly StripeEvent[], Figures>();

const eventsOf = (seed: number): readonly StripeEvent[] => {
  const number = Math.floor(seed / SEEDS_OF_A_LIFE);
  if (life?.number !== number) life = { number, events: lifeOf(number) };
  return life.events;
};

/** What a company's life comes to where all goes well. */
const faultless = async ({ seed, events }: Pick<Trial, 'seed' | 'events'>): Promise<Figures> => {
  const known = expectations.get(events);
  if (known !== undefined) return known;
  const { seen, complaints } = await live({ seed, events, faultsPerMille: 0 }, () => figuresOf(customersOf(events)));
  if (complaints.length > 0) throw new Error(`seed ${seed} fails without any fault: ${complaints.join('; ')}`);
  expectations.set(events, seen);
  return seen;
};

/** One run under faults. */
export const runOf = ({ seed, events, spared, without, heard }: Trial): Promise<Run & { readonly seen: Figures }> => {
  const more = { ...(without === undefined ? {} : { without }), ...(heard === undefined ? {} : { heard }) };
  return live({ seed, events, faultsPerMille: FAULTS_PER_MILLE, spared, ...more }, () => figuresOf(customersOf(events)));
};

const failureOf = async (trial: Trial): Promise<Failure | undefined> => {
  const expected = await faultless(trial);
  const { seen, complaints, faults } = await runOf(trial);
  const problems = [...complaints, ...differences(expected, seen)];
  return problems.length === 0 ? undefined : { ...trial, faults, problems };
};

/** The whole life of a seed's company. */
export const trialOf = (seed: number, without?: Protection): Trial => ({ seed, events: eventsOf(seed), spared: new Set(), without });

/** What goes wrong with a seed's company, or nothing. */
export const tried = (seed: number, without?: Protection): Promise<Failure | undefined> => failureOf(trialOf(seed, without));

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
 * The shortest history that still fails in the same way (`alike`): without faults that it can do without, then without such events, and again
 * until neither can go.
 */
export const shortest = async (failure: Failure, alike: RegExp = /./): Promise<Failure> => {
  let best = failure;
  const better = async (trial: Trial): Promise<boolean> => {
    const found = await failureOf(trial);
    const isAlike = found?.problems.some((problem) => alike.test(problem)) === true;
    if (found !== undefined && isAlike) best = found;
    return isAlike;
  };
  for (let before = Number.POSITIVE_INFINITY; best.events.length + best.faults.length < before; ) {
    before = best.events.length + best.faults.length;
    const { faults } = best;
    await shrunk(faults, (kept) => {
      const left = new Set(kept);
      return better({ ...best, spared: new Set([...best.spared, ...faults.filter((fault) => !left.has(fault))]) });
    });
    await shrunk(best.events, (events) => better({ ...best, events }));
  }
  return best;
};

const MAX_PROBLEMS = 10;

/** A failure as it is printed. */
export const story = ({ seed, events, faults, problems }: Failure): string =>
  [
    `seed ${seed}: ${events.length} events and ${faults.length} faults are enough`,
    'events, in the order in which Stripe made them:',
    ...events.map(({ id, type, created, data: { object } }) => `  ${new Date(created * 1000).toISOString()} ${id} ${type} ${object.id}`),
    'faults, in the order in which they were drawn:',
    ...faults.map((fault) => `  ${fault}`),
    'what is wrong then:',
    ...problems.slice(0, MAX_PROBLEMS).map((problem) => `  ${problem}`),
    ...(problems.length > MAX_PROBLEMS ? [`  and ${problems.length - MAX_PROBLEMS} more`] : []),
  ].join('\n');
