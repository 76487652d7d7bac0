import type { Invoke } from './doors.ts';
import type { Happening } from './history.ts';
import type { Surroundings } from './surroundings.ts';
import type { Change } from './table.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A quarter past one, and again in the hours after it as long as something is left: `lib/arr.ts`. */
export const LAPSES_AT_MS = 1.25 * HOUR;
const CALLS_A_DAY = 4;
const HOURS_LEFT = 22;
/** Of all days those are lived under which somebody is listed, and every so many: each day is gone through all the same, by the next call. */
const EVERY_DAYS = 10;
/** After what happens last: what ends then is kept for thirty days, and some messages take days. */
const DAYS_AFTER = 45;
/** Of a thousand days. */
const MISSED_PER_MILLE = 100;
const TWICE_PER_MILLE = 200;
/** The second call comes while the first one is at it. */
const TWICE_WITHIN_MS = 400;

const dayOf = (atMs: number): number => Math.floor(atMs / DAY);
export const nameOfDay = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** The daily schedule of what lapses, where there is anything that could: signed agreements. The last of its days comes whatever befalls. */
export class LapseSchedule {
  readonly #around: Surroundings;
  readonly #invoke: Invoke;
  readonly #planned = new Set<number>();
  #lastDay = 0;

  constructor(around: Surroundings, invoke: Invoke) {
    this.#around = around;
    this.#invoke = invoke;
  }

  open(happenings: readonly Happening[]): void {
    const first = dayOf(this.#around.agenda.nowMs);
    if (!happenings.some(({ by }) => by === 'salesforce')) return;
    const last = this.#around.history.life.pace === 'live' ? dayOf(happenings.at(-1)?.atMs ?? 0) : first;
    this.#lastDay = last + DAYS_AFTER;
    for (let day = first + 1; day < this.#lastDay; day += EVERY_DAYS) this.#plan(day);
    this.#plan(this.#lastDay);
  }

  changed({ pk }: Change): void {
    if (pk.startsWith('WATCH#')) this.#plan(dayOf(Date.parse(pk.slice('WATCH#'.length))));
  }

  #plan(day: number): void {
    if (this.#planned.has(day) || day > this.#lastDay) return;
    this.#planned.add(day);
    this.#around.agenda.at(day * DAY + LAPSES_AT_MS, () => this.#comes(day));
  }

  #comes(day: number): void {
    const { agenda, chance, isRandom } = this.#around;
    const name = nameOfDay(day);
    const random = chance.of(`lapses of ${name}`);
    const isMissed = isRandom && day < this.#lastDay && random.chance(MISSED_PER_MILLE);
    if (this.#around.befalls(`lapses of ${name}: missed`, isMissed)) return this.#plan(day + 1);
    if (this.#around.befalls(`lapses of ${name}: called for twice`, isRandom && random.chance(TWICE_PER_MILLE)))
      agenda.in(random.below(TWICE_WITHIN_MS), () => this.#invoke('task-lapses', `${name} twice`, {}, (answer) => this.#stated(answer)));
    return this.#call(day, 1);
  }

  #call(day: number, call: number): void {
    const { agenda, complaints } = this.#around;
    const name = nameOfDay(day);
    this.#invoke('task-lapses', name, {}, (answer) => {
      if (this.#stated(answer)) return;
      const isLast = day === this.#lastDay;
      if (call < (isLast ? HOURS_LEFT : CALLS_A_DAY)) agenda.in(HOUR, () => this.#call(day, call + 1));
      else if (isLast) complaints.push(`what had lapsed by ${name} could not be stated`);
      else this.#plan(day + 1);
    });
  }

  /** Whether nothing is left. */
  #stated(answer: unknown): boolean {
    const { lapses = 0, isDone = false } = (answer ?? {}) as { readonly lapses?: number; readonly isDone?: boolean };
    if (lapses > 0) this.#around.count('lapses stated by the clock', lapses);
    return isDone;
  }
}
