import type { Invoke } from './answered.ts';
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
/** Of a thousand days under which somebody is listed. */
const MISSED_PER_MILLE = 150;
const LATE_PER_MILLE = 300;
const TWICE_PER_MILLE = 600;
/** The second call comes while the first one is at it. */
const TWICE_WITHIN_MS = 300;
/** So late is a call at most. It comes earlier where a reading of the org is shown: while its fact is on its way to be recorded. */
const LATE_MS = 12 * HOUR;
const ON_ITS_WAY_MS = 300;

const dayOf = (atMs: number): number => Math.floor(atMs / DAY);
export const nameOfDay = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** The daily schedule of what lapses, where there is anything that could: signed agreements. The last of its days comes whatever befalls. */
export class LapseSchedule {
  readonly #around: Surroundings;
  readonly #invoke: Invoke;
  readonly #planned = new Set<number>();
  /** Days under which somebody is listed. */
  readonly #listed = new Set<number>();
  #lastDay = 0;
  /** A day whose call is late: it comes when it is in the way. */
  #late: number | undefined;

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
    if (pk.startsWith('WATCH#')) {
      const day = dayOf(Date.parse(pk.slice('WATCH#'.length)));
      this.#listed.add(day);
      this.#plan(day);
    }
    const late = this.#late;
    if (late === undefined || !pk.startsWith('SRC#salesforce#')) return;
    const { agenda, chance } = this.#around;
    agenda.in(chance.of(`late lapses of ${nameOfDay(late)}`).below(ON_ITS_WAY_MS), () => this.#comesLate(late));
  }

  #comesLate(day: number): void {
    if (this.#late !== day) return;
    this.#late = undefined;
    this.#call(day, 1);
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
    // The last day comes as it should.
    const isExposed = isRandom && this.#listed.has(day) && day < this.#lastDay;
    const befalls = (what: string, perMille: number): boolean =>
      this.#around.befalls(`lapses of ${name}: ${what}`, isExposed && random.chance(perMille));
    if (befalls('missed', MISSED_PER_MILLE)) this.#plan(day + 1);
    else if (this.#late === undefined && befalls('called for late', LATE_PER_MILLE)) {
      this.#late = day;
      agenda.in(LATE_MS, () => this.#comesLate(day));
    } else {
      if (befalls('called for twice', TWICE_PER_MILLE))
        agenda.in(random.below(TWICE_WITHIN_MS), () => this.#invoke('task-lapses', `${name} twice`, {}, (answer) => this.#stated(answer)));
      this.#call(day, 1);
    }
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
