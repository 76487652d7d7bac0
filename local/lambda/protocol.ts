/** What the main thread and a function's worker say to each other. One invocation at a time in a worker, as in Lambda. */
export interface WorkerSetup {
  readonly handlerFile: string;
  readonly handlerExport: string;
  /** Memory of the test clock: functions/platform/clock.ts finds it under `Symbol.for('ascent.test-clock')`. */
  readonly clock: SharedArrayBuffer;
  readonly functionArn: string;
}

export interface Invocation {
  readonly requestId: string;
  readonly payload: unknown;
  /** Wall time at which the invocation is killed, epoch milliseconds. */
  readonly deadlineMs: number;
}

export type WorkerMessage =
  | { readonly kind: 'ready'; readonly initMs: number }
  /** `json` is what Lambda would return: the handler's value as JSON text. `cpuMs`: of this thread, for the invocation. */
  | { readonly kind: 'done'; readonly requestId: string; readonly json: string; readonly output: string; readonly cpuMs: number }
  /** Whole lines, or the pieces of one: what the function wrote. */
  | { readonly kind: 'output'; readonly output: string }
  | {
      readonly kind: 'failed';
      readonly requestId: string | undefined;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly stack: string;
    };
