import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { signatureHeader } from '../../demo/webhook-sender.ts';
import { ascentApp } from '../../lib/app.ts';
import { bundle } from '../../lib/bundles.ts';
import { loadDeclaredSamples } from '../../local/declared-samples.ts';
import { type StandIns, startOrgs } from '../../local/salesforce/stand-in.ts';
import { startLocalStack } from '../../local/stack.ts';
import { type KillableOptions, killStarting, startKillable, type Victims } from '../../scripts/proofs/kill-stack.ts';
import { deadLetters } from '../../scripts/proofs/samples.ts';
import { accountIn, contractIn, subscribed } from './deals.ts';
import { WEBHOOK_SECRET } from './stack.ts';

const NOW_MS = Date.parse('2026-10-31T08:00:00Z');
const ORG_ID = '00DHs000000SMPLMAX';
const CUSTOMERS = 30;
const ACCOUNTS = 6;
const MOST_KILLS = 20;
/** Of the time that the first start took, and who dies then: everything is in some file, and some of it half written. */
const KILLS: readonly (readonly [number, Victims])[] = [
  [0.1, 'group'],
  [0.3, 'stack'],
  [0.5, 'group'],
  [0.7, 'stack'],
  [0.9, 'group'],
];

const folder = mkdtempSync(join(tmpdir(), 'ascent-kill-at-start-'));
const [org, ...otherOrgs] = company.salesforce;
if (org === undefined) throw new Error('the configuration has an org');
const config = { ...company, salesforce: [{ ...org, organizationId: ORG_ID }, ...otherOrgs] };
let orgs: StandIns;
let files: KillableOptions;

beforeAll(async () => {
  const assemblyDir = join(folder, 'cdk.out');
  ascentApp({ company: config, bundles: bundle(), outdir: assemblyDir }).app.synth();
  orgs = await startOrgs(assemblyDir, () => NOW_MS);
  files = { assemblyDir, dataDir: join(folder, 'data'), env: { ASCENT_CONFIG: orgs.config(JSON.stringify(config)) } };
}, 60_000);
afterAll(async () => {
  await orgs.stop();
  rmSync(folder, { recursive: true, force: true });
});

const post = async (url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> => {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  return answer.status;
};

/** Seats at $1,000 a year: one of the first customer, two of the second, … */
const subscribe = (url: string, n: number): Promise<number> => {
  const id = `sub_${String(n).padStart(2, '0')}`;
  const event = subscribed({ subscriptionId: id, customerId: `cus_${n}`, startsOn: '2026-02-01', quantity: n, price: 1_000 });
  const body = JSON.stringify(event);
  return post(`${url}/webhooks/stripe`, { 'stripe-signature': signatureHeader(body, WEBHOOK_SECRET, NOW_MS / 1000) }, body);
};

/** A contract over 10 seats at $2,000 a year, of which a signed callout of the org tells. */
const sign = (url: string, n: number): Promise<number> => {
  const records = orgs.orgs.get(String(org.instance))?.org;
  if (records === undefined) throw new Error('no org stands in');
  const item = { quantity: 10, price: 2_000, startsOn: '2026-03-01', endsOn: '2027-03-01' };
  const accountId = accountIn(records, `Account ${n}`);
  const deal = { accountId, number: `0000${n}`, currency: 'USD', signedOn: '2026-02-20', items: [item] };
  const body = JSON.stringify({ organizationId: ORG_ID, records: [{ entity: 'Contract', id: contractIn(records, deal) }] });
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${NOW_MS}.${body}`).digest('base64');
  return post(`${url}/webhooks/salesforce/${org.instance}`, { 'x-timestamp': String(NOW_MS), 'x-signature': signature }, body);
};

interface Moved {
  readonly items: readonly {
    readonly cause: string;
    readonly customerId: string;
    readonly lines: readonly { readonly planDeltaMinor: string }[];
  }[];
}

/** What each customer moved by, by cause: segments that are heard of later are told by corrections, which sum to nothing. */
const sums = ({ items }: Moved): readonly string[] => {
  const byCustomer = new Map<string, bigint>();
  for (const { cause, customerId, lines } of items)
    for (const { planDeltaMinor } of lines) {
      const name = `${cause} ${customerId.split('.')[0]} ${customerId}`;
      byCustomer.set(name, (byCustomer.get(name) ?? 0n) + BigInt(planDeltaMinor));
    }
  return [...byCustomer].map(([name, minor]) => `${name.split(' ').slice(0, 2).join(' ')} ${minor}`).sort();
};

it('a stack that is killed again and again while it starts has all that was answered 2xx before in ARR, exactly once', async () => {
  const first = await startKillable({
    ...files,
    clock: { atMs: NOW_MS, frozen: true },
    secrets: {
      'ascent/stripe/main/webhook-signing': { webhookSecrets: [WEBHOOK_SECRET] },
      [`ascent/salesforce/${org.instance}/webhook-signing`]: { webhookSecrets: [WEBHOOK_SECRET] },
      ...orgs.secrets,
    },
  });
  const count = (length: number): number[] => Array.from({ length }, (_, i) => i + 1);
  const answered = await Promise.all([
    ...count(CUSTOMERS).map((n) => subscribe(first.url, n)),
    ...count(ACCOUNTS).map((n) => sign(first.url, n)),
  ]);
  // What the org tells waits five seconds for more of its kind: nobody has asked for it yet.
  await first.kill('stack');
  expect(new Set(answered)).toEqual(new Set([200]));
  expect(orgs.orgs.get(String(org.instance))?.requests).toEqual([]);

  let kills = 0;
  // A start may be quicker than the first one was: then it is killed when it is up, and the next one sooner.
  for (const [share, victims] of KILLS)
    for (let afterMs = share * first.startedInMs, isStarting = false; !isStarting; afterMs /= 2) {
      isStarting = await killStarting(files, afterMs, victims);
      kills += 1;
      expect(kills).toBeLessThan(MOST_KILLS);
    }

  const stack = await startLocalStack({ ...files, port: 0, samples: await loadDeclaredSamples() });
  try {
    await stack.idle();
    const api = async <T>(path: string): Promise<T> => (await (await fetch(`${stack.url}${path}`)).json()) as T;
    const { arrMinor } = await api<{ arrMinor: string }>('/api/v1/arr/status');
    // (1 + … + 30) × $1,000 + 6 × 10 × $2,000 = $465,000 + $120,000
    expect(arrMinor).toBe('58500000');
    const movedIn = async (month: string) => sums(await api<Moved>(`/api/v1/arr/movements?from=2026-${month}-01&to=2026-${month}-28`));
    expect(await movedIn('02')).toEqual(
      count(CUSTOMERS)
        .map((n) => `new stripe ${n}00000`)
        .sort(),
    );
    expect(await movedIn('03')).toEqual(count(ACCOUNTS).map(() => 'new salesforce 2000000'));
    expect(await deadLetters({ api })).toBe(0);
  } finally {
    await stack.stop();
  }
}, 120_000);
