import { setTimeout as wait } from 'node:timers/promises';
import { WEBHOOK_SECRET } from '../../bench/whole-stack.ts';
import type { StripeEvent } from '../../demo/events.ts';
import { signatureHeader } from '../../demo/webhook-sender.ts';
import type { KillableStack } from './kill-stack.ts';

const CONNECTIONS = 24;
const ANSWER_WITHIN_MS = 30_000;
const AGAIN_AFTER_MS = 20;

/** A stack that comes back: who sends waits for it after a kill, as Stripe waits between attempts. */
export interface Target {
  readonly up: () => Promise<KillableStack>;
  readonly replace: (next: Promise<KillableStack>) => void;
}

export const openTarget = (first: KillableStack): Target => {
  let current = Promise.resolve(first);
  return {
    up: () => current,
    replace: (next) => {
      current = next;
      // Whoever waits for it hears of a failure.
      next.catch(() => undefined);
    },
  };
};

const post = async (url: string, body: string, atSeconds: number): Promise<number> => {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'stripe-signature': signatureHeader(body, WEBHOOK_SECRET, atSeconds),
  };
  const answer = await fetch(`${url}/webhooks/stripe`, { method: 'POST', headers, body, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  await answer.arrayBuffer();
  return answer.status;
};

/** Sends every event until it is answered 2xx; answers how many were sent again. A refusal (4xx) ends it: the events are good. */
export const sendAll = async (events: readonly StripeEvent[], target: Target, nowMs: () => number, onAnswered: (count: number) => void) => {
  let next = 0;
  let answered = 0;
  let repeated = 0;
  const send = async (event: StripeEvent): Promise<void> => {
    const body = JSON.stringify(event);
    for (;;) {
      const { url } = await target.up();
      const status = await post(url, body, Math.floor(nowMs() / 1000)).catch(() => 0);
      if (status >= 200 && status < 300) return;
      if (status >= 400 && status < 500) throw new Error(`${event.id} was answered ${status}`);
      repeated += 1;
      await wait(AGAIN_AFTER_MS);
    }
  };
  const lane = async (): Promise<void> => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) {
      await send(event);
      answered += 1;
      onAnswered(answered);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  return { answered, repeated };
};
