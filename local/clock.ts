import { existsSync, readFileSync } from 'node:fs';
import type { LocalClock, Timed } from './service.ts';
import { writeWhole } from './whole-file.ts';

/** The two integers of functions/platform/clock.ts: [0] frozen instant in epoch ms (0: running), [1] offset in ms from the machine's clock. */
export type SharedClock = BigInt64Array<SharedArrayBuffer>;

export interface ClockState {
  readonly nowMs: number;
  readonly frozen: boolean;
}

export interface TestClock extends LocalClock {
  /** Shared with every worker. */
  readonly shared: SharedClock;
  readonly state: () => ClockState;
  /**
   * Sets the time without looking at what falls due between: for the start of a story, or backwards.
   * A frozen clock stands still until it is moved; a running one goes on at the machine's pace from there.
   */
  readonly set: (atMs: number, options?: { readonly frozen?: boolean }) => void;
  /** Moves forward through everything that falls due, in order, and waits for the stack at each stop. */
  readonly advance: (toMs: number) => Promise<void>;
  readonly addTimed: (timed: Timed) => void;
}

interface ClockOptions {
  /** File that keeps the clock over a restart. */
  readonly file: string;
  /** Waits until nothing is pending; called between the instants of a move. */
  readonly settle: () => Promise<void>;
}

/** Most stops that one move may have: hourly schedules over ten years are 87,600. */
const MAX_STOPS_PER_MOVE = 100_000;

const readSaved = (file: string): readonly [bigint, bigint] => {
  if (!existsSync(file)) return [0n, 0n];
  const saved = JSON.parse(readFileSync(file, 'utf8')) as { readonly frozenMs: number; readonly offsetMs: number };
  return [BigInt(saved.frozenMs), BigInt(saved.offsetMs)];
};

export const openClock = ({ file, settle }: ClockOptions): TestClock => {
  const shared: SharedClock = new BigInt64Array(new SharedArrayBuffer(16));
  const [frozenMs, offsetMs] = readSaved(file);
  Atomics.store(shared, 0, frozenMs);
  Atomics.store(shared, 1, offsetMs);
  const listeners: ((fromMs: number, toMs: number) => void)[] = [];
  const parts: Timed[] = [];
  let moving: Promise<void> = Promise.resolve();

  const now = (): number => {
    const frozen = Atomics.load(shared, 0);
    return frozen === 0n ? Date.now() + Number(Atomics.load(shared, 1)) : Number(frozen);
  };

  /** `staysFrozen`: whether it stands still after a restart too. A clock that only stops on its way runs on then. */
  const jump = (atMs: number, frozen: boolean, staysFrozen = frozen): void => {
    const fromMs = now();
    const offset = Math.round(atMs - Date.now());
    const at = Math.round(atMs);
    Atomics.store(shared, 1, BigInt(offset));
    Atomics.store(shared, 0, frozen ? BigInt(at) : 0n);
    writeWhole(file, JSON.stringify({ frozenMs: staysFrozen ? at : 0, offsetMs: offset }));
    for (const listener of listeners) listener(fromMs, atMs);
  };

  const isFrozen = (): boolean => Atomics.load(shared, 0) !== 0n;

  const walk = async (toMs: number): Promise<void> => {
    const fromMs = now();
    if (toMs < fromMs)
      throw new RangeError(
        `the clock stands at ${new Date(fromMs).toISOString()}, and advancing cannot go back to ${new Date(toMs).toISOString()}`,
      );
    const frozen = isFrozen();
    await settle();
    const stops = parts.flatMap((part) => part.plan(fromMs, toMs)).sort((one, other) => one.atMs - other.atMs);
    if (stops.length > MAX_STOPS_PER_MOVE)
      throw new RangeError(`a move may pass ${MAX_STOPS_PER_MOVE} due times, and this one would pass ${stops.length}`);
    try {
      for (const { atMs, fire } of stops) {
        // Frozen while work is done, so that everything at one stop sees one time.
        jump(atMs, true, frozen);
        await fire();
        await settle();
      }
      jump(toMs, frozen);
    } finally {
      // Where a stop fails, the clock stays there, and runs on if it ran.
      if (isFrozen() !== frozen) jump(now(), frozen);
    }
    await settle();
  };

  return {
    shared,
    now,
    state: () => ({ nowMs: now(), frozen: isFrozen() }),
    onMove: (listener) => listeners.push(listener),
    set: (atMs, options = {}) => jump(atMs, options.frozen ?? isFrozen()),
    advance: (toMs) => {
      // One move at a time; a failed one does not block the next.
      const move = moving.then(() => walk(toMs));
      moving = move.catch(() => undefined);
      return move;
    },
    addTimed: (timed) => parts.push(timed),
  };
};
