import { createHash } from 'node:crypto';
import type { Random } from '../../demo/random.ts';
import { Agenda } from './agenda.ts';
import { Chance } from './chance.ts';
import type { History } from './history.ts';

/** What all parts of a world share: its time, its chance, what befalls, and what is noted of a run. */
export class Surroundings {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly history: History;
  readonly faults: string[] = [];
  readonly complaints: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #trace = createHash('sha256');

  constructor(history: History, startMs: number) {
    this.history = history;
    this.agenda = new Agenda(startMs);
    this.chance = new Chance(history.seed);
  }

  /** Without faults everything goes on in order. */
  get isRandom(): boolean {
    return this.history.faultsPerMille > 0;
  }

  /** Whether it befalls, unless this run spares it. */
  befalls(what: string, isDrawn: boolean): boolean {
    if (!isDrawn || this.history.spared?.has(what) === true) return false;
    this.faults.push(what);
    return true;
  }

  /** The same, drawn by the share of this history. */
  mayBefall(what: string, random: Random): boolean {
    return this.befalls(what, random.chance(this.history.faultsPerMille));
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  note(line: string): void {
    this.#trace.update(`${this.agenda.nowMs} ${line}\n`);
  }

  traceHash(): string {
    return this.#trace.digest('hex');
  }
}
