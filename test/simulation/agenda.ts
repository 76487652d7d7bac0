/** What is to happen, on the simulated clock; of two things at the same millisecond the one that was entered first. */
interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly happen: () => void;
}

const isBefore = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** Lets everything that can go on without outside help go on: all of it waits for promises only. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export class Agenda {
  nowMs: number;
  steps = 0;
  #order = 0;
  /** A binary heap, the next entry first. */
  readonly #heap: Entry[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  in(delayMs: number, happen: () => void): void {
    this.at(this.nowMs + Math.max(0, Math.ceil(delayMs)), happen);
  }

  /** At a time, or now where that is over. */
  at(atMs: number, happen: () => void): void {
    this.#order += 1;
    const entry = { atMs, order: this.#order, happen };
    let at = this.#heap.length;
    this.#heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  /** Time that passes without anything happening: what falls due meanwhile happens late, in its order. */
  jump(ms: number): void {
    this.nowMs += ms;
  }

  /** Until nothing is left to happen; false where `maxSteps` were not enough. */
  async run(maxSteps: number): Promise<boolean> {
    for (;;) {
      const next = this.#next();
      if (next === undefined) return true;
      if (this.steps >= maxSteps) return false;
      this.steps += 1;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.happen();
      await settled();
    }
  }

  #next(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#heap.length) break;
      const right = this.#heap[child + 1];
      if (right !== undefined && isBefore(right, this.#heap[child] as Entry)) child += 1;
      const below = this.#heap[child] as Entry;
      if (!isBefore(below, last)) break;
      this.#heap[at] = below;
      at = child;
    }
    this.#heap[at] = last;
    return first;
  }
}
