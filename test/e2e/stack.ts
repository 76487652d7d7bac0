import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { company } from '../../ascent.config.ts';
import { signatureHeader } from '../../demo/webhook-sender.ts';
import type { CompanyConfig } from '../../functions/platform/config.ts';
import { ascentApp } from '../../lib/app.ts';
import { bundle } from '../../lib/bundles.ts';
import { loadDeclaredSamples } from '../../local/declared-samples.ts';
import { putPartnerEvents } from '../../local/partner-bus.ts';
import { type StandIns, startOrgs } from '../../local/salesforce/stand-in.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { type StripeServer, startStripe } from '../../local/stripe.ts';

export const WEBHOOK_SECRET = 'whsec_test_end_to_end_0123456789';
export const PARTNER_SOURCE = 'aws.partner/stripe.com/ed_test_61SmplDestination0001';

/** The whole of Ascent, as it would be deployed, on this machine: synthesised once a file, in a folder of its own. */
export interface WholeStack {
  readonly stack: LocalStack;
  readonly stripe: StripeServer;
  /** The orgs of the configuration, played here. */
  readonly salesforce: StandIns;
  readonly postWebhook: (event: object | string, atSeconds?: number) => Promise<Response>;
  /** As Stripe's event destination puts it on the partner bus. */
  readonly putPartnerEvent: (source: string, detailType: string, detail: object) => Promise<void>;
  readonly api: <T = Record<string, unknown>>(path: string, init?: RequestInit) => Promise<{ status: number; body: T }>;
}

export interface WholeStackOptions {
  readonly clockAt: string;
  readonly config?: Partial<CompanyConfig>;
}

/** Call once at the top of a test file; the stack is there from `beforeAll` on. */
export const useWholeStack = ({ clockAt, config = {} }: WholeStackOptions): WholeStack => {
  const whole = {} as { -readonly [K in keyof WholeStack]: WholeStack[K] };
  const folder = mkdtempSync(join(tmpdir(), 'ascent-e2e-'));
  beforeAll(async () => {
    whole.stripe = await startStripe({ port: 0, now: () => whole.stack?.clock.now() ?? Date.parse(clockAt) });
    const [first, ...others] = (config.stripe ?? company.stripe) as CompanyConfig['stripe'];
    if (first === undefined) throw new Error('the configuration has a Stripe instance');
    const stripe = [{ partnerEventSource: PARTNER_SOURCE, ...first, apiBase: whole.stripe.url }, ...others];
    const assemblyDir = join(folder, 'cdk.out');
    ascentApp({ company: { ...company, ...config, stripe }, bundles: bundle(), outdir: assemblyDir }).app.synth();
    whole.salesforce = await startOrgs(assemblyDir, () => whole.stack?.clock.now() ?? Date.parse(clockAt));
    whole.stack = await startLocalStack({
      assemblyDir,
      dataDir: join(folder, 'data'),
      port: 0,
      clock: { atMs: Date.parse(clockAt), frozen: true },
      samples: await loadDeclaredSamples(),
      env: { ASCENT_CONFIG: whole.salesforce.config },
      secrets: { ...secretsOf(whole.stripe.apiKey), ...whole.salesforce.secrets },
    });
  }, 120_000);
  afterAll(async () => {
    await whole.stack?.stop();
    await whole.stripe?.stop();
    await whole.salesforce?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  whole.postWebhook = (event, atSeconds = Math.floor(whole.stack.clock.now() / 1000)) => {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const headers = { 'content-type': 'application/json', 'stripe-signature': signatureHeader(body, WEBHOOK_SECRET, atSeconds) };
    return fetch(`${whole.stack.url}/webhooks/stripe`, { method: 'POST', headers, body });
  };
  whole.putPartnerEvent = (source, detailType, detail) =>
    putPartnerEvents(whole.stack, [{ source, detailType, detail: JSON.stringify(detail) }]);
  whole.api = async <T>(path: string, init?: RequestInit) => {
    const response = await fetch(`${whole.stack.url}${path}`, init);
    return { status: response.status, body: (await response.json()) as T };
  };
  return whole;
};

const secretsOf = (apiKey: string): Record<string, unknown> => ({
  'ascent/stripe/main/webhook-signing': { webhookSecrets: [WEBHOOK_SECRET] },
  'ascent/stripe/main/api-key': { apiKey },
  'ascent/salesforce/main/webhook-signing': { webhookSecrets: [WEBHOOK_SECRET] },
});
