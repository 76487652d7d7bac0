import { type Fault, faultOf } from './faults.ts';
import { type Invocation, waitOf } from './gate.ts';
import type { Outages } from './outages.ts';
import type { Surroundings } from './surroundings.ts';

const SLOW_MS = 2_000;
const QUICK_MS = 20;
/** Of a thousand lapses so many are held up on their way to the table, until others have written. */
const HELD_PER_MILLE = 500;
const HELD_MS = 20_000;

/** How what a call came to goes back to who made it. */
export type ComeBack<T> = (resolve: (value: T) => void, reject: (error: Error) => void) => void;

/** Calls on their way: there, their effect, and back, with what befalls them. */
export class Net {
  readonly #around: Surroundings;
  readonly #outages: Outages;

  constructor(around: Surroundings, outages: Outages) {
    this.#around = around;
    this.#outages = outages;
  }

  /** `carryOut` has the effect of the call under a fault, and says how it comes back. */
  asked<T>(by: Invocation, operation: string, subject: string, carryOut: (fault: Fault | undefined) => ComeBack<T>): Promise<T> {
    const { agenda, chance, history } = this.#around;
    const occurrence = chance.occurrence(`${by.fn}: ${operation} ${subject}`);
    const random = chance.of(occurrence);
    const drawn = faultOf(operation, random, history.faultsPerMille);
    const fault = drawn !== undefined && this.#around.befalls(`${occurrence}: ${drawn}`, true) ? drawn : undefined;
    const slowMs = this.#around.isRandom && random.chance(100) ? SLOW_MS : QUICK_MS;
    const isHeld =
      this.#around.isRandom &&
      by.fn === 'task-lapses' &&
      operation !== 'Query' &&
      subject.includes(' REC#') &&
      random.chance(HELD_PER_MILLE);
    return waitOf<T>(by, (resolve, reject) => {
      agenda.in(1 + random.below(isHeld ? HELD_MS : slowMs), () => {
        if (by.killed) return;
        if (fault === 'killed-before') return by.kill('is killed');
        const befallen = fault ?? this.#outages.faultOf(operation, agenda.nowMs);
        this.#around.note(`${by.name} ${occurrence} ${befallen ?? ''}`);
        const comeBack = carryOut(befallen);
        agenda.in(1 + random.below(slowMs), () => {
          if (by.killed) return;
          if (fault === 'killed-after') return by.kill('is killed');
          comeBack(resolve, reject);
        });
      });
    });
  }
}
