import type { LambdaInvoker, StreamRecord } from '../service.ts';
import type { Outcome } from './instance.ts';

/** Sends batches of a stream as Lambda sends them in tumbling windows: with the shard, the window, and the state that the batch before answered. */
export interface TumblingWindows {
  readonly invoke: (shardId: string, records: readonly StreamRecord[]) => Promise<Outcome>;
}

interface Window {
  readonly start: string;
  readonly end: string;
}

interface Open {
  readonly window: Window;
  state: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** `TumblingWindowInSeconds`. A window that is over ends, with a last invocation without records, before the next batch of its shard. */
export const createTumblingWindows = (seconds: number, streamArn: string, functionArn: string, invoker: LambdaInvoker): TumblingWindows => {
  const lengthMs = seconds * 1000;
  const windows = new Map<string, Open>();

  const windowNow = (): Window => {
    const startMs = Math.floor(Date.now() / lengthMs) * lengthMs;
    return { start: new Date(startMs).toISOString(), end: new Date(startMs + lengthMs).toISOString() };
  };

  /** An answer without a state is a failure, as in Lambda. */
  const send = async (shardId: string, open: Open, records: readonly StreamRecord[], isFinalInvokeForWindow: boolean): Promise<Outcome> => {
    const { window, state } = open;
    const event = {
      Records: records,
      window,
      state,
      shardId,
      eventSourceARN: streamArn,
      isFinalInvokeForWindow,
      isWindowTerminatedEarly: false,
    };
    const outcome = await invoker.invoke(functionArn, event);
    if (!outcome.ok) return outcome;
    if (!isObject(outcome.payload) || !isObject(outcome.payload['state']))
      return { ok: false, error: 'the answer has no state, which a stream read in tumbling windows asks for' };
    open.state = outcome.payload['state'];
    return outcome;
  };

  return {
    invoke: async (shardId, records) => {
      const window = windowNow();
      const known = windows.get(shardId);
      if (known !== undefined && known.window.start !== window.start) {
        const ended = await send(shardId, known, [], true);
        if (!ended.ok) return ended;
        windows.delete(shardId);
      }
      const open = windows.get(shardId) ?? { window, state: {} };
      windows.set(shardId, open);
      return send(shardId, open, records, false);
    },
  };
};
