import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { company } from '../ascent.config.ts';
import { signatureHeader } from '../demo/webhook-sender.ts';
import type { SalesforceInstance } from '../functions/platform/config.ts';
import { ascentApp } from '../lib/app.ts';
import { bundle } from '../lib/bundles.ts';
import { loadDeclaredSamples } from '../local/declared-samples.ts';
import { type StandIns, startOrgs } from '../local/salesforce/stand-in.ts';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../local/stack.ts';
import type { StripeServer } from '../local/stripe.ts';

export const WEBHOOK_SECRET = 'whsec_bench_0123456789abcdef';

/** The whole of Ascent, as it would be deployed, in a temporary folder that is gone when it stops. */
export interface WholeStack {
  readonly stack: LocalStack;
  readonly stripe: StripeServer;
  /** The orgs of the configuration, played here. */
  readonly salesforce: StandIns;
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
  /** What the configuration's first org is to be like. */
  readonly org?: Partial<SalesforceInstance>;
  /** False: nobody has put in yet how to sign in to the orgs. */
  readonly orgsConnected?: boolean;
}

export const startWholeStack = async ({
  clock,
  stripe: startStripe,
  partnerEventSource,
  org = {},
  orgsConnected = true,
  ...rest
}: WholeStackOptions): Promise<WholeStack> => {
  const folder = mkdtempSync(join(tmpdir(), 'ascent-whole-'));
  let now = (): number => clock.atMs;
  const stripe = await startStripe(() => now());
  let salesforce: StandIns | undefined;
  const clean = async (): Promise<void> => {
    await stripe.stop();
    await salesforce?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const dataDir = join(folder, 'data');
  const [instance, ...others] = company.stripe;
  if (instance === undefined) throw new Error('the configuration has a Stripe instance');
  const first = { ...instance, apiBase: stripe.url, ...(partnerEventSource === undefined ? {} : { partnerEventSource }) };
  const assemblyDir = join(folder, 'cdk.out');
  const orgs = company.salesforce.map((one, i) => (i === 0 ? { ...one, ...org } : one));
  const start = async (): Promise<{ readonly stack: LocalStack; readonly salesforce: StandIns }> => {
    ascentApp({
      company: { ...company, stripe: [first, ...others], salesforce: orgs },
      bundles: bundle(),
      outdir: assemblyDir,
    }).app.synth();
    salesforce = await startOrgs(assemblyDir, () => now());
    const stack = await startLocalStack({
      assemblyDir,
      env: { ASCENT_CONFIG: salesforce.config },
      dataDir,
      port: 0,
      clock,
      samples: await loadDeclaredSamples(),
      secrets: {
        [`ascent/stripe/${instance.instance}/webhook-signing`]: { webhookSecrets: [WEBHOOK_SECRET] },
        [`ascent/stripe/${instance.instance}/api-key`]: { apiKey: stripe.apiKey },
        ...(orgsConnected ? salesforce.secrets : {}),
      },
      ...rest,
    });
    return { stack, salesforce };
  };
  const { stack, salesforce: standIns } = await start().catch(async (error: unknown) => {
    await clean();
    throw error;
  });
  now = stack.clock.now;
  return {
    stack,
    stripe,
    salesforce: standIns,
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
