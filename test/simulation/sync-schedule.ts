import type { Invoke } from './answered.ts';
import { lossOf } from './faults.ts';
import type { Happening } from './history.ts';
import type { Surroundings } from './surroundings.ts';
import type { Change } from './table.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Three o'clock: a night begins at two. */
const NIGHTLY_MS = 3 * 60 * MINUTE;
const TICK_MS = 5 * MINUTE;
/** Of a thousand nights after a change so many are lived, and all of those after one that nobody told. */
const NIGHTS_PER_MILLE = 300;
/** By then all of an org is listed again. */
const WEEK = 8;
/** A run that failed is repeated at the next tick, and after a while only in the next night, so that a life has an end. */
const TICKS_IN_TURN = 4;

const nightAfter = (atMs: number, nights = 0): number => DAY * (Math.floor((atMs - NIGHTLY_MS) / DAY) + 1 + nights) + NIGHTLY_MS;
const tickAfter = (atMs: number): number => TICK_MS * (Math.floor(atMs / TICK_MS) + 1);

/**
 * The schedule of the org's sync: of all its ticks, one every five minutes, those at which something can be due. That is each night after a
 * change that is looked at, a week after the last one, and the next tick where the sync's marks say that something is unread.
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

  /** A life of an org, told as it happens, or read as it is at the end; what its relay loses is drawn by then. */
  open(happenings: readonly Happening[]): void {
    const { agenda, chance, faults, history } = this.#around;
    const changes = happenings.filter(({ by }) => by === 'salesforce');
    const last = changes.at(-1);
    if (last === undefined || history.without === 'sync') return;
    this.#plan(tickAfter(agenda.nowMs));
    if (history.life.pace === 'import') return;
    for (const { id, atMs } of changes) {
      const isLived = chance.of(`night after ${id}`).chance(NIGHTS_PER_MILLE);
      if (isLived || faults.includes(lossOf(id))) this.#plan(nightAfter(atMs));
    }
    this.#plan(nightAfter(last.atMs, WEEK));
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
