import { clearsAtBps, isBack, isBeyond, type LevelRule, percent, type Reading, toBps } from './alert.ts';
import type { Figures } from './figures.ts';

/** `unknown`: its figure cannot be told, so it is neither fine nor raised. */
export type Standing = 'open' | 'clear' | 'unknown';

/** When and at which figure an alert was raised that has not cleared yet. */
export interface Raised {
  readonly at: string;
  readonly on: string;
  readonly figureBps: number;
}

/** What is kept of a rule and one of its subjects. */
export interface Held {
  readonly standing: Standing;
  /** Instant since which it stands so. */
  readonly since: string;
  /** How often it was raised: numbers its alerts. */
  readonly times: number;
  /** Also while the figure of an alert that was raised cannot be told. */
  readonly raised?: Raised;
}

/** By `<rule>|<subject>`. */
export type HeldBySubject = Readonly<Record<string, Held>>;
export const heldKey = (rule: { readonly id: string }, subject: string): string => `${rule.id}|${subject}`;

/** A rule on one subject, as it stands now. */
export interface Judged extends Held {
  readonly rule: LevelRule;
  readonly reading: Reading;
  readonly figureBps?: number;
  /** What changed with this look. */
  readonly change?: 'raised' | 'cleared';
  /** As it was raised, where it cleared now. */
  readonly wasRaised?: Raised;
}

interface Now {
  /** Instant of the platform's clock at which the figures were read. */
  readonly at: string;
  /** Day that they are of. */
  readonly on: string;
}

const UNHEARD: Pick<Held, 'times'> & { readonly raised?: Raised } = { times: 0 };

const judge = (rule: LevelRule, reading: Reading, before: Held | undefined, { at, on }: Now): Judged => {
  const { raised, times } = before ?? UNHEARD;
  const stands = (standing: Standing) => ({ standing, since: before?.standing === standing ? before.since : at });
  const { given } = reading;
  if (given.ratio === undefined) return { rule, reading, ...stands('unknown'), times, ...(raised === undefined ? {} : { raised }) };
  const figureBps = toBps(given.ratio);
  if (raised !== undefined)
    return isBack(rule.side, given.ratio, reading)
      ? { rule, reading, figureBps, ...stands('clear'), times, change: 'cleared', wasRaised: raised }
      : { rule, reading, figureBps, ...stands('open'), times, raised };
  return isBeyond(rule.side, given.ratio, reading)
    ? { rule, reading, figureBps, ...stands('open'), times: times + 1, raised: { at, on, figureBps }, change: 'raised' }
    : { rule, reading, figureBps, ...stands('clear'), times };
};

/** What was raised, and is about what no figure is read of any more, a month long ago say: it can be told no more. */
const unread = (rule: LevelRule, held: HeldBySubject, read: ReadonlySet<string>): readonly Reading[] =>
  Object.entries(held).flatMap(([key, { raised }]) => {
    const [id, subject = ''] = key.split('|');
    if (id !== rule.id || raised === undefined || read.has(subject)) return [];
    return [{ subject, name: subject, given: { untold: 'Its figure is not looked at any more.' }, thresholdBps: 0, bandBps: 0 }];
  });

/**
 * How all rules about levels stand by the figures of now, in the order of the rules, and which were raised or cleared by that. Pure: the same
 * figures after the same state change nothing. A figure beyond its threshold raises an alert once; it clears when the figure is back by the
 * whole band. A figure that cannot be told changes neither: what was raised before goes on once the figure is there again.
 */
export const evaluate = (rules: readonly LevelRule[], figures: Figures, held: HeldBySubject, at: string): readonly Judged[] =>
  rules.flatMap((rule) => {
    const readings = rule.read(figures);
    const others = unread(rule, held, new Set(readings.map(({ subject }) => subject)));
    return [...readings, ...others].map((reading) => judge(rule, reading, held[heldKey(rule, reading.subject)], { at, on: figures.on }));
  });

/** What is kept after a look. */
export const heldOf = (judged: readonly Judged[]): HeldBySubject =>
  Object.fromEntries(
    judged.map(({ rule, reading, standing, since, times, raised }) => [
      heldKey(rule, reading.subject),
      { standing, since, times, ...(raised === undefined ? {} : { raised }) },
    ]),
  );

/** Whether what is kept says something new. */
export const isChanged = (before: HeldBySubject, after: HeldBySubject): boolean => {
  const names = Object.keys(after);
  return (
    names.length !== Object.keys(before).length ||
    names.some((name) => before[name]?.standing !== after[name]?.standing || before[name]?.times !== after[name]?.times)
  );
};

/** How a rule stands, in a sentence. */
export const sentenceOf = ({ rule, reading, figureBps, standing }: Judged): string => {
  const { name, given, thresholdBps, remark } = reading;
  if (figureBps === undefined) return `${name} cannot be told: ${given.untold}`;
  const at = percent(clearsAtBps(rule.side, reading));
  const is = `${name} is ${percent(figureBps)}`;
  const said =
    standing === 'open'
      ? `${is}; its alert is raised ${rule.side} ${percent(thresholdBps)} and clears at ${at}.`
      : `${is}; an alert is raised ${rule.side} ${percent(thresholdBps)}.`;
  return remark === undefined ? said : `${said} ${remark}`;
};
