import { Worker } from 'node:worker_threads';

/** What the sending thread is started with. */
export interface LoadSetup {
  readonly url: string;
  readonly secret: string;
  /** Of the test clock, from the machine's. */
  readonly clockOffsetMs: number;
  readonly template: string;
}

export type LoadOrder =
  | { readonly kind: 'load'; readonly bodies: readonly string[]; readonly connections: number }
  | {
      readonly kind: 'step';
      readonly bodies: readonly string[];
      readonly perSecond: number;
      readonly probesPerSecond: number;
      readonly firstProbe: number;
    };

export interface LoadResult {
  readonly sent: number;
  readonly accepted: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Milliseconds from sending to 2xx, one for each webhook. */
  readonly ackMs: readonly number[];
  /** Milliseconds from a probe's 2xx until `arr/customers/{id}` and `arr/status` show it. */
  readonly customerMs: readonly number[];
  readonly statusMs: readonly number[];
  /** Probes that were not seen in time. */
  readonly lost: number;
}

type Answer =
  | { readonly kind: 'sent' }
  | { readonly kind: 'done'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Sender {
  /** `onSent`: everything has been answered; probes may still be looked for. */
  readonly run: (order: LoadOrder, onSent?: () => void) => Promise<LoadResult>;
  readonly stop: () => Promise<unknown>;
}

export const openSender = (setup: LoadSetup): Sender => {
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), { workerData: setup, execArgv: ['--no-warnings'] });
  return {
    run: (order, onSent) =>
      new Promise((resolve, reject) => {
        const listen = (answer: Answer): void => {
          if (answer.kind === 'sent') {
            onSent?.();
            return;
          }
          worker.off('message', listen);
          if (answer.kind === 'done') resolve(answer.result);
          else reject(new Error(answer.reason));
        };
        worker.on('message', listen);
        worker.once('error', reject);
        worker.postMessage(order);
      }),
    stop: () => worker.terminate(),
  };
};
