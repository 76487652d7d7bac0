import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { signatureHeader } from '../../demo/webhook-sender.ts';
import { ascentApp } from '../../lib/app.ts';
import { bundle } from '../../lib/bundles.ts';
import { loadDeclaredSamples } from '../../local/declared-samples.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import type { SampleEvent } from '../../local/wiring.ts';
import { WEBHOOK_SECRET } from './stack.ts';

/** Mistakes seeded into the real app's own template: the local stack must find each and say which construct it is about. */
interface Resource {
  readonly Type: string;
  readonly Metadata?: { readonly 'aws:cdk:path'?: string };
  readonly Properties: Record<string, unknown>;
}
interface Template {
  readonly Resources: Record<string, Resource>;
}

const folder = mkdtempSync(join(tmpdir(), 'ascent-wiring-'));
const sound = join(folder, 'sound');
let samples: readonly SampleEvent[] = [];
let running: LocalStack | undefined;

beforeAll(async () => {
  ascentApp({ company, bundles: bundle(), outdir: sound }).app.synth();
  samples = await loadDeclaredSamples();
}, 60_000);
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the assembly in which the resource at a construct path is altered. */
const seeded = (path: string, alter: (properties: Record<string, unknown>) => void): string => {
  const assemblyDir = mkdtempSync(join(folder, 'seeded-'));
  cpSync(sound, assemblyDir, { recursive: true });
  const nested = join(assemblyDir, 'assembly-Ascent');
  const files = readdirSync(nested).filter((name) => name.endsWith('.template.json'));
  for (const file of files.map((name) => join(nested, name))) {
    const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
    const found = Object.values(template.Resources).find(({ Metadata }) => Metadata?.['aws:cdk:path'] === path);
    if (found === undefined) continue;
    alter(found.Properties);
    writeFileSync(file, JSON.stringify(template));
    return assemblyDir;
  }
  throw new Error(`the app has no ${path}`);
};

const start = async (assemblyDir: string): Promise<LocalStack> => {
  running = await startLocalStack({
    assemblyDir,
    dataDir: mkdtempSync(join(folder, 'data-')),
    port: 0,
    clock: { atMs: Date.parse('2026-10-26T00:00:00Z'), frozen: true },
    samples,
    secrets: { 'ascent/stripe/main/webhook-signing': { webhookSecrets: [WEBHOOK_SECRET] } },
  });
  return running;
};

const withoutVariable =
  (name: string) =>
  (properties: Record<string, unknown>): void => {
    const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
    if (!(name in Variables)) throw new Error(`the function has no ${name}`);
    delete Variables[name];
  };

const withoutAction =
  (action: string) =>
  (properties: Record<string, unknown>): void => {
    const { Statement } = properties['PolicyDocument'] as { Statement: { Action: string | string[] }[] };
    const granted = Statement.filter(({ Action }) => Action.includes(action));
    if (granted.length === 0) throw new Error(`the role may not ${action}`);
    for (const statement of granted) statement.Action = [statement.Action].flat().filter((name) => name !== action);
  };

const stripeSample = (name: string): string => readFileSync(join(import.meta.dirname, '../contracts/stripe/events', name), 'utf8');

const post = (stack: LocalStack, body: string): Promise<Response> =>
  fetch(`${stack.url}/webhooks/stripe`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'stripe-signature': signatureHeader(body, WEBHOOK_SECRET, Math.floor(stack.clock.now() / 1000)),
    },
    body,
  });

const queue = async (stack: LocalStack, name: string): Promise<unknown> =>
  ((await (await fetch(`${stack.url}/local/queues`)).json()) as { readonly name: string }[]).find((one) => one.name === name);

describe('a mistake in the app’s own wiring', () => {
  it('is found at the start where a rule’s pattern names an event that nobody declares', async () => {
    const assemblyDir = seeded('Ascent/Arr/ArrFactsRule/Resource', (properties) => {
      properties['EventPattern'] = { source: ['ascent.integrations'], 'detail-type': ['SubscriptionRecorded', 'CustomerRecroded'] };
    });
    await expect(start(assemblyDir)).rejects.toThrow(
      /^Ascent\/Arr\/ArrFactsRule: its pattern .*"CustomerRecroded".* fits none of the \d+ retained samples of declared events/,
    );
  });

  it.each([
    ['Ascent/Arr/ArrOnFact/Function', 'TABLE_NAME'],
    ['Ascent/Arr/ArrApi/Function', 'ASCENT_CONFIG'],
    ['Ascent/Integrations/IntegrationsStripeIngest/Function', 'SOURCE_BUS_NAME'],
    ['Ascent/Integrations/IntegrationsStripeOnEvent/Function', 'STRIPE_INCOMPLETE_QUEUE_URL'],
    ['Ascent/Integrations/IntegrationsStripeIngest/Function', 'STRIPE_WEBHOOK_SECRET_IDS'],
    ['Ascent/Integrations/IntegrationsStripeOnIncomplete/Function', 'STRIPE_API_KEY_SECRET_IDS'],
    ['Ascent/Integrations/IntegrationsSalesforceIngest/Function', 'SALESFORCE_WEBHOOK_SECRET_IDS'],
    ['Ascent/Integrations/IntegrationsSalesforceOnChange/Function', 'SALESFORCE_CREDENTIALS_SECRET_IDS'],
    ['Ascent/Integrations/IntegrationsSalesforceTaskSync/Function', 'SALESFORCE_SYNC_QUEUE_URL'],
  ])('is found at the start where %s lacks %s', async (construct, name) => {
    const assemblyDir = seeded(`${construct}/Resource`, withoutVariable(name));
    await expect(start(assemblyDir)).rejects.toThrow(
      `${construct}: its code reads the environment variable ${name}, which the template does not give it`,
    );
  });

  it('is found at the first call where a role may not write to the table: the call is denied by name, and the message is kept', async () => {
    const path = 'Ascent/Arr/ArrOnFact/Role/DefaultPolicy/Resource';
    const stack = await start(seeded(path, withoutAction('dynamodb:PutItem')));
    const customerCreated = readdirSync(join(import.meta.dirname, '../contracts/stripe/events')).find((name) =>
      name.endsWith('.customer.created.json'),
    );
    expect((await post(stack, stripeSample(customerCreated ?? ''))).status).toBe(200);
    await stack.idle();
    expect(stack.denied()).toMatchObject([
      {
        construct: 'Ascent/Arr/ArrOnFact/Function',
        action: 'dynamodb:PutItem',
        resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/ascent',
        decision: 'implicitly-denied',
      },
    ]);
    expect(stack.logs.read({ source: 'Ascent/Arr/ArrOnFact', level: 'error' }).map(({ line }) => line)).toContain(
      'its role lacks a grant: dynamodb:PutItem on arn:aws:dynamodb:us-east-1:000000000000:table/ascent (implicitly-denied)',
    );
    // Nothing is lost: the fact waits for its next attempt, after the queue's visibility timeout.
    expect(await queue(stack, 'ascent-arr-facts')).toMatchObject({ visible: 0, inFlight: 1 });
    expect(await queue(stack, 'ascent-arr-facts-dead')).toMatchObject({ visible: 0 });
  });
});
