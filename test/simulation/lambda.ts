import { type FunctionName, functions } from './functions.ts';
import { endOf, type Invocation, runAs } from './gate.ts';
import type { Surroundings } from './surroundings.ts';

/** Of two machines' clocks. */
const MOST_SKEW_MS = 500;

/** Runs the functions, each invocation on a machine of its own, until it ends, is killed, or runs out of time. */
export class Lambda {
  readonly #around: Surroundings;
  readonly #areClocksOff: boolean;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#areClocksOff = around.befalls('clocks differ', around.isRandom && around.chance.of('clocks').chance(500));
  }

  /** `ended` hears the answer, or undefined where it threw or was killed. */
  readonly invoke = (fn: FunctionName, label: string, event: object, ended: (answer: unknown) => void): void => {
    const { agenda, chance } = this.#around;
    const { handler, timeoutMs } = functions[fn];
    const name = chance.occurrence(`${fn} ${label}`);
    const random = chance.of(name);
    let isOver = false;
    const end = (what: string, answer: unknown): void => {
      if (isOver) return;
      isOver = true;
      this.#around.note(`${name} ${what}`);
      ended(answer);
    };
    const invocation: Invocation = {
      name,
      fn,
      random,
      skewMs: this.#areClocksOff ? random.below(2 * MOST_SKEW_MS + 1) - MOST_SKEW_MS : 0,
      endsAtMs: agenda.nowMs + timeoutMs,
      killed: false,
      waiting: new Set(),
      kill: (why) => {
        endOf(invocation);
        end(why, undefined);
      },
    };
    this.#around.count(fn);
    agenda.at(invocation.endsAtMs, () => {
      if (!isOver) invocation.kill('ran out of time');
    });
    const context = { awsRequestId: name, functionName: fn, getRemainingTimeInMillis: () => invocation.endsAtMs - agenda.nowMs };
    runAs(invocation, () => handler(event, context)).then(
      (answer) => end('ended', answer),
      (error: unknown) => end(`threw ${String(error)}`, undefined),
    );
  };
}
