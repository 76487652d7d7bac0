import type { Invoke } from './answered.ts';
import { PLAN_STARTS_ON } from './functions.ts';
import type { Surroundings } from './surroundings.ts';
import type { Change } from './table.ts';

const MINUTE = 60_000;
/** `lib/coordinator.ts` */
const TICK_MS = 5 * MINUTE;

const tickAfter = (atMs: number): number => TICK_MS * (Math.floor(atMs / TICK_MS) + 1);

interface Told {
  readonly movements: readonly { readonly effectiveOn: string }[];
}

/** Days on which the movements of an item take effect. */
const effectiveDays = ({ item: { event } }: Change): readonly string[] => {
  if (event === undefined || !('M' in event)) return [];
  const { type, data } = event.M;
  if (type === undefined || data === undefined || !('S' in type && 'S' in data) || type.S !== 'ArrMovementsRecorded') return [];
  return (JSON.parse(data.S) as Told).movements.map(({ effectiveOn }) => effectiveOn);
};

/**
 * The schedule that refreshes the dashboard, where anybody looks at it: of all its ticks, one every five minutes, those at which something can be
 * due that no change tells. Time itself reaches a milestone on the plan's first day, and on a day for which a movement was recorded before. And
 * under faults the totals may have moved after the change was told of.
 */
export class RefreshSchedule {
  readonly #around: Surroundings;
  readonly #invoke: Invoke;
  readonly #planned = new Set<number>();

  constructor(around: Surroundings, invoke: Invoke) {
    this.#around = around;
    this.#invoke = invoke;
  }

  open(): void {
    this.#planDay(PLAN_STARTS_ON);
  }

  changed(change: Change): void {
    if (!this.#around.history.life.isWatched) return;
    for (const day of new Set(effectiveDays(change))) this.#planDay(day);
    if (this.#around.isRandom && change.pk.startsWith('TOT#')) this.#plan(tickAfter(this.#around.agenda.nowMs));
  }

  /** A day that is still to come. */
  #planDay(day: string): void {
    const { agenda, history } = this.#around;
    const atMs = Date.parse(day);
    if (history.life.isWatched && atMs > agenda.nowMs) this.#plan(tickAfter(atMs));
  }

  #plan(atMs: number): void {
    if (this.#planned.has(atMs)) return;
    this.#planned.add(atMs);
    const { agenda } = this.#around;
    agenda.at(atMs, () =>
      this.#invoke('task-refresh-dashboard', 'tick', {}, (answer) => {
        if (answer === undefined) this.#plan(tickAfter(agenda.nowMs));
      }),
    );
  }
}
