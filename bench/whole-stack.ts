import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { company } from '../ascent.config.ts';
import { signatureHeader } from '../demo/webhook-sender.ts';
import { ascentApp } from '../lib/app.ts';
import { bundle } from '../lib/bundles.ts';
import { loadDeclaredSamples } from '../local/declared-samples.ts';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../local/stack.ts';
import type { StripeServer } from '../local/stripe.ts';

export const WEBHOOK_SECRET = 'whsec_bench_0123456789abcdef';

/** The whole of Ascent, as it would be deployed, in a temporary folder that is gone when it stops. */
export interface WholeStack {
  readonly stack: LocalStack;
  readonly stripe: StripeServer;
  readonly dataDir: string;
  /** Signed with the test clock's time. */
  readonly postWebhook: (event: object) => Promise<Response>;
  readonly api: <T>(path: string, init?: RequestInit) => Promise<T>;
  readonly stop: () => Promise<void>;
}

export interface WholeStackOptions extends Pick<LocalStackOptions, 'observer' | 'onLog'> {
  readonly clock: NonNullable<LocalStackOptions['clock']>;
  /** Gets the clock that the stand-in for Stripe's API is to answer by. */
  readonly stripe: (now: () => number) => Promise<StripeServer>;
  readonly partnerEventSource?: string;
}

export const startWholeStack = async ({
  clock,
  stripe: startStripe,
  partnerEventSource,
  ...rest
}: WholeStackOptions): Promise<WholeStack> => {
  const folder = mkdtempSync(join(tmpdir(), 'ascent-whole-'));
  let now = (): number => clock.atMs;
  const stripe = await startStripe(() => now());
  const clean = async (): Promise<void> => {
    await stripe.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const dataDir = join(folder, 'data');
  const [instance, ...others] = company.stripe;
  if (instance === undefined) throw new Error('the configuration has a Stripe instance');
  const first = { ...instance, apiBase: stripe.url, ...(partnerEventSource === undefined ? {} : { partnerEventSource }) };
  const assemblyDir = join(folder, 'cdk.out');
  const start = async (): Promise<LocalStack> => {
    ascentApp({ company: { ...company, stripe: [first, ...others] }, bundles: bundle(), outdir: assemblyDir }).app.synth();
    return startLocalStack({
      assemblyDir,
      dataDir,
      port: 0,
      clock,
      samples: await loadDeclaredSamples(),
      secrets: {
        [`ascent/stripe/${instance.instance}/webhook-signing`]: { webhookSecrets: [WEBHOOK_SECRET] },
        [`ascent/stripe/${instance.instance}/api-key`]: { apiKey: stripe.apiKey },
      },
      ...rest,
    });
  };
  const stack = await start().catch(async (error: unknown) => {
    await clean();
    throw error;
  });
  now = stack.clock.now;
  return {
    stack,
    stripe,
    dataDir,
    postWebhook: (event) => {
      const body = JSON.stringify(event);
      const headers = {
        'content-type': 'application/json',
        'stripe-signature': signatureHeader(body, WEBHOOK_SECRET, Math.floor(stack.clock.now() / 1000)),
      };
      return fetch(`${stack.url}/webhooks/stripe`, { method: 'POST', headers, body });
    },
    api: async <T>(path: string, init?: RequestInit) => {
      const response = await fetch(`${stack.url}${path}`, init);
      if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    stop: async () => {
      await stack.stop();
      await clean();
    },
  };
};
