import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { company } from '../ascent.config.ts';
import type { Movement } from '../functions/arr/events.ts';
import { sectionOf } from '../functions/arr/ledger/build.ts';
import { filtered, type Section } from '../functions/arr/ledger/columns.ts';
import { joined } from '../functions/arr/ledger/join.ts';
import { totalsFrom } from '../functions/arr/ledger/known-totals.ts';
import { Dictionary } from '../functions/arr/ledger/segments.ts';
import { putHead, putSegment, type SegmentPlace } from '../functions/arr/ledger/store.ts';
import { cut } from '../functions/arr/ledger/take-in.ts';
import { emptyBook } from '../functions/arr/movements/decide.ts';
import { decidingContext } from '../functions/arr/records/context.ts';
import { customerWrite, recordingWrites } from '../functions/arr/records/store.ts';
import { foldLane } from '../functions/arr/totals/base-store.ts';
import { appendEntry, lanes, newestEntry } from '../functions/arr/totals/log-store.ts';
import { byPart, inChunks } from '../functions/arr/totals/parts.ts';
import { TOTAL } from '../functions/arr/totals/totals.ts';
import { commit } from '../functions/platform/table.ts';
import { BUNDLES, bundleName } from '../lib/bundles.ts';
import { startDynamoDb } from '../local/services/dynamodb-process.ts';
import { readTable, TABLE_TYPES } from '../local/services/dynamodb-table.ts';
import type { LocalStack } from '../local/stack.ts';
import { startStripe } from '../local/stripe.ts';
import type { ProcessRun } from './figures-process.ts';
import { type BaseSize, generateMovements } from './ledger-base.ts';
import { type Percentiles, percentiles } from './throughput.ts';
import { startWholeStack, type WholeStack } from './whole-stack.ts';

/** What answers over a large ledger take, and what it takes to make them; memory is the most that a process of the function alone ever held. */
export interface FiguresRun {
  readonly rows: number;
  /** Through the local stack's HTTP API: what is kept by month and one dimension. */
  readonly kept: Percentiles;
  /** Everything else, with the ledger in the function's memory, each question for the first time. */
  readonly others: Percentiles;
  /** Everything else, each in a function that has just started. */
  readonly cold: Percentiles;
  readonly slowest: readonly { readonly asked: string; readonly coldMs: number; readonly warmMs: number }[];
  readonly apiBytes: number;
  readonly keep: { readonly ms: number; readonly bytes: number };
  readonly rebuild: RebuildRun;
}

export interface RebuildRun {
  readonly movements: number;
  readonly takenInPerSecond: number;
  readonly rebuiltPerSecond: number;
  /** Whether the ledger made anew has the bytes of the one that was taken in. */
  readonly isSame: boolean;
  readonly bytes: number;
}

/** After the last movement of the seeded base was recorded. */
const NOW = '2027-03-15T12:00:00Z';
const NOW_MS = Date.parse(NOW);
const PROFILE = 'enterprise';
const MOVEMENTS_AT_ONCE = 50_000;
const WRITES_AT_ONCE = 64;
const ROUNDS = 25;

const KEPT = [
  'metrics',
  'metrics?from=2026-04-01',
  'metrics?from=2023-04-01&metrics=arr,nrr,grr,net-churn',
  'metrics?dimension=segment',
  'metrics?dimension=product&month=2026-12',
  'metrics?dimension=region&value=EMEA&from=2026-04-01',
  'metrics?dimension=currency&from=2026-01-01&metrics=arr,nrr,grr,logo-churn',
  'cohorts',
  'cohorts?dimension=segment&value=SMB&from=2025-01-01',
  'waterfall?from=2026-04-01&to=2027-03-15',
  'waterfall?from=2026-04-01&to=2027-03-15&dimension=segment&value=Enterprise',
  'waterfall?from=2026-04-01&to=2027-03-15&dimension=product&value=prod_AAAAAAAAAAAAAA',
];

const OTHERS = [
  'metrics?dimension=segment&period=quarter&from=2024-01-01',
  'metrics?currencyView=reported&from=2026-04-01',
  'metrics?currencyView=reported&dimension=product&month=2026-12',
  'metrics?dimension=industry&attributesAsOf=today',
  'metrics?asKnownOn=2026-06-30&dimension=segment&on=2026-06-30',
  'metrics?period=day&from=2027-01-01&metrics=arr,customers',
  'cohorts?by=quarter&currencyView=reported',
  'waterfall?from=2026-01-01&to=2026-12-31&asKnownOn=2026-12-31&dimension=segment&value=SMB',
];

/** Rates of the seeded base, so that nothing lacks one. */
const RATES = [
  ['EUR', '1.10'],
  ['GBP', '1.27'],
].flatMap(([base, rate]) =>
  ['plan', ...Array.from({ length: 54 }, (_, month) => month)].map((at) => ({
    base,
    quote: 'USD',
    type: at === 'plan' ? 'plan' : 'closing',
    on: at === 'plan' ? '2022-10-31' : new Date(Date.UTC(2022, 9 + Number(at), 28)).toISOString().slice(0, 10),
    rate: at === 'plan' ? rate : String(Number(rate) + Number(at) / 1_000),
    source: 'bench',
  })),
);

const environmentOf = (stack: LocalStack, table: string): Readonly<Record<string, string>> => ({
  AWS_REGION: stack.region,
  AWS_ACCESS_KEY_ID: stack.operatorAccessKeyId,
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL_DYNAMODB: stack.endpoint,
  TABLE_NAME: table,
  POWERTOOLS_SERVICE_NAME: 'bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
});

const tableOf = (stack: LocalStack) => {
  const [resource] = TABLE_TYPES.flatMap((type) => stack.resources.ofType(type));
  if (resource === undefined) throw new Error('the stack has a table');
  return readTable(resource);
};

const PROCESS = join(import.meta.dirname, 'figures-process.ts');
const MAX_OUTPUT_BYTES = 64_000_000;

/** A function's bundle in a process of its own, called with some events. */
const runApart = async (entry: string, events: readonly unknown[]): Promise<ProcessRun> => {
  const file = join(BUNDLES, bundleName(entry), 'index.cjs');
  const args = ['--no-warnings', PROCESS, file, JSON.stringify(events), String(NOW_MS)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: MAX_OUTPUT_BYTES });
  return JSON.parse(stdout) as ProcessRun;
};

const request = (path: string) => {
  const [name = '', query = ''] = path.split('?');
  const rawPath = `/api/v1/arr/${name}`;
  return {
    ...{ version: '2.0', routeKey: `GET ${rawPath}`, rawPath, rawQueryString: query, headers: {}, isBase64Encoded: false },
    ...(query === '' ? {} : { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
    requestContext: {
      ...{ requestId: 'bench', http: { method: 'GET', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'bench' } },
      authorizer: { jwt: { claims: { sub: 'bench', client_id: 'bench', scope: 'arr/read' }, scopes: null } },
    },
  };
};

const builtLedger = (size: BaseSize): Section => {
  const sections: Section[] = [];
  let some: Movement[] = [];
  for (const movement of generateMovements(size)) {
    some.push(movement);
    if (some.length < MOVEMENTS_AT_ONCE) continue;
    sections.push(sectionOf(some));
    some = [];
  }
  return joined([...sections, sectionOf(some)]);
};

/** Puts a ledger into the table as if it had been taken in. */
const putLedger = async (section: Section): Promise<void> => {
  const through = NOW_MS / 1_000 - 120;
  const segments: SegmentPlace[] = [];
  for (const { period, bytes } of cut(section, through, new Dictionary())) segments.push(await putSegment(PROFILE, period, 1, bytes));
  const isPut = await putHead(PROFILE, { version: 1, rebuiltAt: NOW_MS, through, planCurrency: 'USD', segments });
  if (!isPut) throw new Error('the table has a ledger already');
};

/** Puts the totals of everything into the lanes, each with what some of the customers add. */
const putTotals = async ({ rows, names }: Section): Promise<void> => {
  for (const [number, lane] of lanes.entries()) {
    const own = filtered(rows, (row) => (rows.customer[row] as number) % lanes.length === number);
    const ledger = { profile: PROFILE, planCurrency: 'USD', rows: own, names, through: NOW_MS / 1_000 };
    for (const parts of inChunks(byPart(totalsFrom(ledger, '2022-01', TOTAL).months)))
      await appendEntry(lane, await newestEntry(lane), { shardId: 'bench', sequence: 1n, parts, nowMs: NOW_MS });
    await foldLane(lane);
  }
};

/** Answers how many rows there are; what they were made of is let go. */
const putAll = async (size: BaseSize): Promise<number> => {
  const section = builtLedger(size);
  await putLedger(section);
  await putTotals(section);
  return section.rows.length;
};

const record = async (movements: readonly Movement[]): Promise<void> => {
  const context = await decidingContext();
  const put = async (movement: Movement): Promise<void> => {
    const { customerId, recordedAt, movementId } = movement;
    const version = Number(movementId.split('~').at(-2));
    const told = { book: emptyBook(context), facts: [], movements: [movement], planCurrency: 'USD', profile: PROFILE };
    if (version === 1) await commit([customerWrite(customerId)]);
    const written = await commit(recordingWrites({ customerId, recordedAt, version }, { name: '', place: {}, ...told }));
    if (!written.ok) throw new Error(`a recording was not written: ${written.problem.code}`);
  };
  for (let from = 0; from < movements.length; from += WRITES_AT_ONCE)
    await Promise.all(movements.slice(from, from + WRITES_AT_ONCE).map(put));
};

/** In a table of its own, of which nothing else is told. */
const measureRebuild = async (stack: LocalStack, size: BaseSize): Promise<RebuildRun> => {
  const folder = mkdtempSync(join(tmpdir(), 'ascent-rebuild-'));
  const engine = await startDynamoDb(folder, undefined);
  const before = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  try {
    const url = `http://${engine.host}:${engine.port}`;
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = url;
    const { StreamSpecification: _, ...create } = tableOf(stack).create;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
      authorization: AUTHORIZATION,
      'x-amz-date': '20260101T000000Z',
    };
    const made = await fetch(url, { method: 'POST', headers, body: JSON.stringify(create) });
    if (!made.ok) throw new Error(`the table was not made: ${await made.text()}`);
    const movements = [...generateMovements(size)];
    await record(movements);
    const taken = await runApart('arr/task-ledger', [{}]);
    const rebuilt = await runApart('arr/task-rebuild-ledger', [{}]);
    const [answer] = rebuilt.answers as readonly { readonly isDone: boolean; readonly changed: boolean }[];
    return {
      movements: size.movements,
      takenInPerSecond: Math.round((1_000 * size.movements) / (taken.ms[0] ?? Number.NaN)),
      rebuiltPerSecond: Math.round((1_000 * size.movements) / (rebuilt.ms[0] ?? Number.NaN)),
      isSame: answer?.isDone === true && !answer.changed,
      bytes: rebuilt.maxRssBytes,
    };
  } finally {
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = before;
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=ascent/20260101/local/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000';

/** Each question so many times, in turn, after each was asked once. */
const measureKept = async ({ api }: WholeStack, rounds: number): Promise<Percentiles> => {
  const ms: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const path of KEPT) {
      const start = performance.now();
      await api(`/api/v1/arr/${path}`);
      if (round > 0) ms.push(performance.now() - start);
    }
  }
  return percentiles(ms);
};

const measureOthers = async (): Promise<Pick<FiguresRun, 'others' | 'cold' | 'slowest' | 'apiBytes'>> => {
  // The first call reads the ledger; no question is asked twice.
  const warm = await runApart('arr/api', ['metrics?period=year', ...OTHERS].map(request));
  const cold: ProcessRun[] = [];
  for (const path of OTHERS) cold.push(await runApart('arr/api', [request(path)]));
  const failed = [warm, ...cold].flatMap(({ answers }) => answers).find((status) => status !== 200);
  if (failed !== undefined) throw new Error(`a question was answered with ${JSON.stringify(failed)}`);
  const [warmMs, coldMs] = [warm.ms.slice(1), cold.map(({ ms }) => ms[0] as number)];
  const all = OTHERS.map((asked, i) => ({ asked, coldMs: coldMs[i] as number, warmMs: warmMs[i] as number }));
  return {
    others: percentiles(warmMs),
    cold: percentiles(coldMs),
    slowest: all.toSorted((a, b) => b.coldMs - a.coldMs),
    apiBytes: Math.max(...[warm, ...cold].map(({ maxRssBytes }) => maxRssBytes)),
  };
};

export const measureFigures = async (size: BaseSize, rebuilt: BaseSize, onStep: (what: string) => void): Promise<FiguresRun> => {
  const clock = { atMs: NOW_MS, frozen: true };
  const whole = await startWholeStack({ clock, stripe: (now) => startStripe({ port: 0, now }) });
  const before = { ...process.env };
  try {
    Object.assign(process.env, environmentOf(whole.stack, tableOf(whole.stack).name));
    process.env['ASCENT_CONFIG'] = whole.salesforce.config(JSON.stringify(company));
    await whole.api('/api/v1/fx/rates', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rates: RATES }),
    });
    onStep(`recording ${rebuilt.movements.toLocaleString('en')} movements, and making a ledger of them anew`);
    const rebuild = await measureRebuild(whole.stack, rebuilt);
    onStep(`putting a ledger of ${size.movements.toLocaleString('en')} movements into the local stack`);
    const rows = await putAll(size);
    onStep('keeping figures');
    const keep = await runApart('arr/task-ledger', [{}]);
    onStep('asking');
    const others = await measureOthers();
    const kept = await measureKept(whole, ROUNDS);
    if (whole.stack.denied().length > 0) throw new Error(`calls were denied: ${JSON.stringify(whole.stack.denied())}`);
    return {
      rows,
      kept,
      ...others,
      keep: { ms: keep.ms[0] as number, bytes: keep.maxRssBytes },
      rebuild,
    };
  } finally {
    // What is measured next has a stack of its own.
    for (const name of Object.keys(process.env)) if (before[name] === undefined) delete process.env[name];
    Object.assign(process.env, before);
    await whole.stop();
  }
};
