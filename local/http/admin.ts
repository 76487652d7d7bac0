import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import type { TestClock } from '../clock.ts';
import { durationEnd } from '../duration.ts';
import { type Denied, OPERATOR_ACCESS_KEY_ID } from '../gateway.ts';
import type { StillBusy } from '../idle.ts';
import type { LogStore } from '../lambda/logs.ts';
import type { FunctionPool } from '../lambda/pool.ts';
import { setLocalSecrets } from '../secrets.ts';
import type { Resources, Services } from '../service.ts';
import { isFromHere } from './authorizer.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { Issuer } from './issuer.ts';
import { BadRequest, instantMs, limitOf, parseBody, parsedInstant } from './operator-request.ts';
import { adminPage } from './page.ts';
import type { HttpAnswer } from './payload.ts';
import type { Api } from './routes.ts';
import { createTokens } from './tokens.ts';
import { openUserPool } from './user-pool.ts';

/** What the pages under `/local` read and do. */
export interface AdminParts {
  readonly clock: TestClock;
  readonly pool: FunctionPool;
  readonly services: Services;
  readonly resources: Resources;
  readonly dataDir: string;
  /** Where a tool such as the AWS CLI finds the services. */
  readonly aws: { readonly endpoint: string; readonly region: string };
  readonly logs: LogStore;
  readonly denied: () => readonly Denied[];
  readonly issuer: Issuer;
  readonly api: Api | undefined;
  readonly allScopes: readonly string[];
  readonly busy: () => readonly StillBusy[];
  readonly idle: (timeoutMs?: number) => Promise<void>;
}

const LONGEST_IDLE_WAIT_MS = 600_000;
const DAY_MS = 86_400_000;
const DEAD_LETTERS_SHOWN = 100;

const clockSchema = z.object({ now: z.string(), frozen: z.optional(z.boolean()) });
const advanceSchema = z.union([z.object({ by: z.string() }), z.object({ to: z.string() })]);
const replaySchema = z.object({ bus: z.string(), from: z.string(), to: z.string() });

const refillSchema = z.object({ shards: z.optional(z.int()), goOn: z.optional(z.boolean()) });
const REFILL_FUNCTION = '-coordinator-task-refill-totals';
const rebuildSchema = z.object({ shards: z.optional(z.int()) });
const REBUILD_FUNCTION = '-arr-task-rebuild-ledger';
const syncSchema = z.object({ days: z.optional(z.int()) });
const SYNC_FUNCTION = '-integrations-stripe-task-sync';

const json = (value: unknown, status = 200): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value, undefined, 2),
});

type Handler = (url: URL, body: Buffer) => unknown;

export const createAdmin = (parts: AdminParts): ((request: IncomingMessage, url: URL, body: Buffer) => Promise<HttpAnswer>) => {
  const { clock, pool, services, resources, logs, issuer } = parts;
  const dead = createDeadLetters(resources, services.queues);
  const token = createTokens({ issuer, api: parts.api, allScopes: parts.allScopes, userPool: openUserPool(resources, issuer, pool) });
  const clockState = () => {
    const { nowMs, frozen } = clock.state();
    return { now: new Date(nowMs).toISOString(), frozen };
  };

  const advance: Handler = async (_url, body) => {
    const target = parseBody(advanceSchema, body, '{"by": "14d"} or {"to": "2026-11-05T00:00:00Z"}');
    const toMs = 'by' in target ? durationEnd(clock.now(), target.by) : parsedInstant(target.to);
    if (toMs === undefined)
      throw new BadRequest(
        `the clock advances by how long, like 14d, 2h or 1w (or ISO 8601, like P1M or PT5M), or until an instant, like 2026-11-05T00:00:00Z; received "${'by' in target ? target.by : target.to}"`,
      );
    // Day by day: a frequent schedule fires once a move, and what it does belongs into the day on which it falls due.
    for (let at = clock.now() + DAY_MS; at < toMs; at += DAY_MS) await clock.advance(at);
    await clock.advance(toMs);
    return clockState();
  };

  const setClock: Handler = (_url, body) => {
    const { now, frozen } = parseBody(clockSchema, body, '{"now": "2026-11-05T00:00:00Z", "frozen": true}');
    clock.set(instantMs(now, 'the clock is set to'), frozen === undefined ? {} : { frozen });
    return clockState();
  };

  const replay: Handler = async (_url, body) => {
    const { bus, from, to } = parseBody(
      replaySchema,
      body,
      '{"bus": "ascent-sources", "from": "2026-11-05T00:00:00Z", "to": "2026-11-06T00:00:00Z"}',
    );
    const events = await services.replays.replay(bus, instantMs(from, 'a replay begins at'), instantMs(to, 'a replay ends at'));
    return { bus, from, to, events };
  };

  /** One call of a function; its answer. */
  const call = async (ending: string, input: unknown, logs: string): Promise<unknown> => {
    const found = resources.ofType('AWS::Lambda::Function').find(({ properties }) => String(properties['FunctionName']).endsWith(ending));
    if (found === undefined) throw new BadRequest(`the app has no function that ends in ${ending}`);
    const answer = await pool.invoke(found.arn, input);
    if (!answer.ok) throw new BadRequest(`the function failed: ${answer.error}; npm run local -- logs ${logs} says where`);
    return answer.payload;
  };

  /** The totals are made anew; the answer says how far it came. */
  const refillTotals: Handler = (_url, body) => call(REFILL_FUNCTION, parseBody(refillSchema, body, '{"shards": 4}'), 'refill');

  /** The ledger is made anew; the answer says how far it came. */
  const rebuildLedger: Handler = (_url, body) => call(REBUILD_FUNCTION, parseBody(rebuildSchema, body, '{"shards": 4}'), 'rebuild-ledger');

  /** What Stripe lists is looked through; the answer says how far it came. */
  const syncStripe: Handler = async (_url, body) => {
    const answer = await call(SYNC_FUNCTION, parseBody(syncSchema, body, '{"days": 7}'), 'stripe-task-sync');
    const { accounts } = answer as { readonly accounts: readonly { readonly instance: string; readonly problem?: string }[] };
    const failed = accounts.find(({ problem }) => problem !== undefined);
    if (failed !== undefined) throw new BadRequest(`stripe-${failed.instance}: ${failed.problem}`);
    return answer;
  };

  /** Only names are answered: a value belongs into no terminal. */
  const takeInSecrets: Handler = async () => ({ changed: await setLocalSecrets(parts.dataDir, resources, services.secrets, {}) });

  /** Variables by which the AWS CLI, and any SDK, calls this stack with the operator's rights. */
  const aws: Handler = () => ({
    AWS_ENDPOINT_URL: parts.aws.endpoint,
    AWS_DEFAULT_REGION: parts.aws.region,
    AWS_ACCESS_KEY_ID: OPERATOR_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: 'local',
  });

  const idle = async (url: URL): Promise<unknown> => {
    const timeoutMs = Math.min(Number(url.searchParams.get('timeoutMs') ?? '0') || 0, LONGEST_IDLE_WAIT_MS);
    if (timeoutMs > 0) await parts.idle(timeoutMs).catch(() => undefined);
    const pending = parts.busy();
    return { idle: pending.length === 0, pending };
  };

  /** Functions, whether they have logged or not, and whatever else has. */
  const loggedNames = (): readonly string[] => [...new Set([...pool.status().map(({ name }) => name), ...logs.sources()])].sort();

  const readLogs = (url: URL): unknown => {
    const level = url.searchParams.get('level');
    if (level !== null && !['debug', 'info', 'warn', 'error', 'metric'].includes(level))
      throw new BadRequest('level must be debug, info, warn, error or metric');
    const source = url.searchParams.get('function');
    const names = loggedNames();
    if (source !== null && !names.some((name) => name.includes(source)))
      throw new BadRequest(`no function, and nothing else that has logged, has "${source}" in its name; there are: ${names.join(', ')}`);
    return logs.read({
      limit: limitOf(url, 200),
      ...(source === null ? {} : { source }),
      ...(level === null ? {} : { level: level as 'info' }),
    });
  };

  const handlers: Readonly<Record<string, Handler>> = {
    'GET /local/stack': () => ({ stack: 'ascent', pid: process.pid, dataDir: parts.dataDir }),
    'GET /local/clock': clockState,
    'PUT /local/clock': setClock,
    'POST /local/clock/advance': advance,
    'GET /local/functions': () => pool.status(),
    'GET /local/queues': dead.queues,
    'GET /local/dead-letters': (url) => dead.list(limitOf(url, DEAD_LETTERS_SHOWN)),
    'POST /local/dead-letters/redrive': (_url, body) => dead.redrive(body),
    'POST /local/dead-letters/discard': (_url, body) => dead.discard(body),
    'POST /local/replay': replay,
    'POST /local/refill-totals': refillTotals,
    'POST /local/rebuild-ledger': rebuildLedger,
    'POST /local/sync-stripe': syncStripe,
    'POST /local/secrets': takeInSecrets,
    'GET /local/aws': aws,
    'GET /local/schedules': () =>
      resources.ofType('AWS::Scheduler::Schedule').map(({ ref, path, properties }) => ({
        name: ref,
        construct: path,
        expression: properties['ScheduleExpression'],
        zone: properties['ScheduleExpressionTimezone'] ?? 'UTC',
        state: properties['State'] ?? 'ENABLED',
      })),
    'GET /local/logs': readLogs,
    'GET /local/denied': () => parts.denied(),
    'GET /local/idle': idle,
    'POST /local/token': (_url, body) => token(body),
    'GET /local/.well-known/jwks.json': () => issuer.jwks,
  };

  /** Who asks is who runs it: they are told what happened. */
  const failed = (what: string, error: unknown): HttpAnswer => {
    logs.append('http', `${what}: ${error instanceof Error ? error.stack : String(error)}`, 'error');
    return json({ message: error instanceof Error ? error.message : String(error) }, 500);
  };

  return async (request, url, body) => {
    // These pages change the system; another site's page in the person's browser must not reach them.
    if (!isFromHere(request)) return json({ message: 'the pages under /local answer to this machine only' }, 403);
    if (request.method === 'GET' && (url.pathname === '/local' || url.pathname === '/local/')) {
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, body: adminPage };
    }
    const handler = handlers[`${request.method} ${url.pathname}`];
    if (handler === undefined)
      return json({ message: `there is no ${request.method} ${url.pathname}; there are: ${Object.keys(handlers).join(', ')}` }, 404);
    try {
      const answer = await handler(url, body);
      await services.committed();
      return json(answer);
    } catch (error) {
      if (error instanceof BadRequest || error instanceof RangeError) return json({ message: error.message }, 400);
      return failed(`${request.method} ${url.pathname}`, error);
    }
  };
};
