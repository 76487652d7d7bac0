import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

/** Sends Stripe events as Stripe does: signed with the endpoint's secret and the sender's time, again after anything but a 2xx. */
export interface WebhookSender {
  /** Resolves when the receiver has answered 2xx. */
  readonly send: (event: object, atSeconds: number) => Promise<void>;
  readonly close: () => void;
}

const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 50;

export const signatureHeader = (body: string, secret: string, atSeconds: number): string =>
  `t=${atSeconds},v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`;

export const openWebhookSender = (url: string, secret: string, connections: number): WebhookSender => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const post = (body: string, atSeconds: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'stripe-signature': signatureHeader(body, secret, atSeconds),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      };
      const outgoing = request(url, { method: 'POST', agent, headers }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  return {
    send: async (event, atSeconds) => {
      const body = JSON.stringify(event);
      let answered = 0;
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
        answered = await post(body, atSeconds).catch(() => 0);
        if (answered >= 200 && answered < 300) return;
        // A refusal stays one however often it is sent again.
        if (answered >= 400 && answered < 500 && answered !== 429) break;
      }
      throw new Error(
        `the webhook endpoint answered ${answered === 0 ? 'nothing' : answered} to ${String((event as { id?: unknown }).id)}`,
      );
    },
    close: () => agent.destroy(),
  };
};
