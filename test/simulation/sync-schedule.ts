import type { Invoke } from './doors.ts';
import type { Happening } from './history.ts';
import type { Surroundings } from './surroundings.ts';
import type { Change } from './table.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Three o'clock: a night begins at two. */
const NIGHTLY_MS = 3 * 60 * MINUTE;
const TICK_MS = 5 * MINUTE;
/** Nights after a happening in which the org is asked. */
const NIGHTS = 1;
/** By then all of an org is listed again. */
const WEEK = 8;
/** A run that failed is repeated at the next tick, and after a while only in the next night, so that a life has an end. */
const TICKS_IN_TURN = 4;

const nightAfter = (atMs: number, nights = 0): number => DAY * (Math.floor((atMs - NIGHTLY_MS) / DAY) + 1 + nights) + NIGHTLY_MS;
const tickAfter = (atMs: number): number => TICK_MS * (Math.floor(atMs / TICK_MS) + 1);

/**
 * The schedule of the org's sync: of all its ticks, one every five minutes, those at which something can be due. That is each night after a
 * change, a week after the last one, and the next tick where the sync's marks say that something is unread.
 */
export class SyncSchedule {
  readonly #around: Surroundings;
  readonly #invoke: Invoke;
  readonly #planned = new Set<number>();
  #failures = 0;

  constructor(around: Surroundings, invoke: Invoke) {
    this.#around = around;
    this.#invoke = invoke;
  }

  /** A life of an org, told as it happens, or read as it is at the end. */
  open(happenings: readonly Happening[]): void {
    const { agenda, history } = this.#around;
    const times = happenings.filter(({ by }) => by === 'salesforce').map(({ atMs }) => atMs);
    const last = times.at(-1);
    if (last === undefined || history.without === 'sync') return;
    this.#plan(tickAfter(agenda.nowMs));
    if (history.life.pace === 'import') return;
    for (const atMs of times) for (let night = 0; night < NIGHTS; night += 1) this.#plan(nightAfter(atMs, night));
    this.#plan(nightAfter(last, WEEK));
  }

  /** What is known to be unread is asked for at the next tick; what waits for the night, in the next one. */
  changed({ pk, sk, item }: Change): void {
    if (!pk.startsWith('SYNC#') || !sk.startsWith('OBJECT#')) return;
    const { agenda } = this.#around;
    const { wantedSinceMs, run, everythingMs } = item;
    if (wantedSinceMs !== undefined || run !== undefined) this.#planNext();
    if (everythingMs !== undefined && 'N' in everythingMs && everythingMs.N === '0') this.#plan(nightAfter(agenda.nowMs));
  }

  #planNext(): void {
    const { agenda } = this.#around;
    this.#plan(this.#failures < TICKS_IN_TURN ? tickAfter(agenda.nowMs) : nightAfter(agenda.nowMs));
  }

  #plan(atMs: number): void {
    if (this.#planned.has(atMs)) return;
    this.#planned.add(atMs);
    this.#around.agenda.at(atMs, () => this.#tick(atMs));
  }

  #tick(atMs: number): void {
    const scheduledAt = new Date(atMs).toISOString();
    this.#invoke('salesforce-sync', 'tick', { scheduledAt }, (answer) => {
      this.#failures = answer === undefined ? this.#failures + 1 : 0;
      if (answer === undefined) this.#planNext();
    });
  }
}
