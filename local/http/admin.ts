import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import type { TestClock } from '../clock.ts';
import { durationEnd } from '../duration.ts';
import type { Denied } from '../gateway.ts';
import type { StillBusy } from '../idle.ts';
import type { LogStore } from '../lambda/logs.ts';
import type { FunctionPool } from '../lambda/pool.ts';
import type { Resource, Resources, Services } from '../service.ts';
import { isFromHere, LOCAL_SUBJECT } from './authorizer.ts';
import type { Issuer } from './issuer.ts';
import { adminPage } from './page.ts';
import type { HttpAnswer } from './payload.ts';
import type { Api } from './routes.ts';

/** What the pages under `/local` read and do. */
export interface AdminParts {
  readonly clock: TestClock;
  readonly pool: FunctionPool;
  readonly services: Services;
  readonly resources: Resources;
  readonly dataDir: string;
  readonly logs: LogStore;
  readonly denied: () => readonly Denied[];
  readonly issuer: Issuer;
  readonly api: Api | undefined;
  readonly allScopes: readonly string[];
  readonly busy: () => readonly StillBusy[];
  readonly idle: (timeoutMs?: number) => Promise<void>;
}

/** What was wrong with a request, for its sender. */
class BadRequest extends Error {}

const MAX_LIST = 1_000;
const DEFAULT_TOKEN_SECONDS = 3_600;
const LONGEST_IDLE_WAIT_MS = 600_000;
const DEAD_LETTERS_SHOWN = 100;

const clockSchema = z.object({ now: z.string(), frozen: z.optional(z.boolean()) });
const advanceSchema = z.union([z.object({ by: z.string() }), z.object({ to: z.string() })]);
const redriveSchema = z.object({ queue: z.string() });
const tokenSchema = z.object({
  scopes: z.optional(z.array(z.string())),
  subject: z.optional(z.string()),
  expiresInSeconds: z.optional(z.int()),
});

const parseBody = <Schema extends z.ZodMiniType>(schema: Schema, body: Buffer, example: string): z.infer<Schema> => {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8') || '{}');
  } catch {
    throw new BadRequest(`the body must be JSON, e.g. ${example}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new BadRequest(`the body must look like ${example}`);
  return parsed.data;
};

const parsedInstant = (text: string): number | undefined => {
  const atMs = Date.parse(text);
  // A time without a zone would mean another instant on every machine.
  return Number.isNaN(atMs) || !/T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? undefined : atMs;
};

const instantMs = (text: string): number => {
  const atMs = parsedInstant(text);
  if (atMs === undefined) throw new BadRequest(`the clock is set to an instant, like 2026-11-05T00:00:00Z; received "${text}"`);
  return atMs;
};

const json = (value: unknown, status = 200): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value, undefined, 2),
});

type Handler = (url: URL, body: Buffer) => unknown;

const limitOf = (url: URL, fallback: number): number => {
  const text = url.searchParams.get('limit');
  const limit = text === null ? fallback : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIST) throw new BadRequest(`limit must be a whole number from 1 to ${MAX_LIST}`);
  return limit;
};

/** Dead-letter queues are those that another queue, a rule, a schedule or a mapping names as the place for what failed. */
const deadLetterArns = (resources: Resources): ReadonlySet<string> => {
  const arns = new Set<string>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (key === 'deadLetterTargetArn' || key === 'Arn' || key === 'Destination') arns.add(value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) visit(part, Array.isArray(value) ? key : name);
    }
  };
  for (const { properties } of resources.all) {
    for (const [name, value] of Object.entries(properties)) {
      if (name === 'RedrivePolicy' || name === 'DestinationConfig' || name === 'DeadLetterConfig') visit(value, name);
      else visit(deepDeadLetters(value), 'DeadLetterConfig');
    }
  }
  return arns;
};

/** The `DeadLetterConfig`s below a value: targets of rules and schedules carry their own. */
const deepDeadLetters = (value: unknown): readonly unknown[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => (name === 'DeadLetterConfig' ? [part] : deepDeadLetters(part)));
};

export const createAdmin = (parts: AdminParts): ((request: IncomingMessage, url: URL, body: Buffer) => Promise<HttpAnswer>) => {
  const { clock, pool, services, resources, logs, issuer } = parts;
  const queues = resources.ofType('AWS::SQS::Queue');
  const dead = deadLetterArns(resources);
  const nameOf = ({ arn }: Resource): string => arn.split(':').at(-1) ?? arn;
  const queueStatus = (queue: Resource) => ({
    name: nameOf(queue),
    construct: queue.path,
    deadLetters: dead.has(queue.arn),
    ...services.queues.counts(queue.arn),
  });
  const clockState = () => {
    const { nowMs, frozen } = clock.state();
    return { now: new Date(nowMs).toISOString(), frozen };
  };

  const deadLetters = (url: URL) =>
    queues
      .filter(({ arn }) => dead.has(arn))
      .map((queue) => ({ ...queueStatus(queue), messages: services.queues.peek(queue.arn, limitOf(url, DEAD_LETTERS_SHOWN)) }))
      .filter(({ messages }) => messages.length > 0);

  const redrive: Handler = (_url, body) => {
    const { queue: wanted } = parseBody(redriveSchema, body, '{"queue": "stripe-events-dead"}');
    const queue = queues.find((candidate) => nameOf(candidate) === wanted && dead.has(candidate.arn));
    if (queue === undefined)
      throw new BadRequest(
        `${wanted} is not a dead-letter queue; there are: ${queues
          .filter(({ arn }) => dead.has(arn))
          .map(nameOf)
          .join(', ')}`,
      );
    return { redriven: services.queues.redrive(queue.arn) };
  };

  const advance: Handler = async (_url, body) => {
    const target = parseBody(advanceSchema, body, '{"by": "14d"} or {"to": "2026-11-05T00:00:00Z"}');
    const toMs = 'by' in target ? durationEnd(clock.now(), target.by) : parsedInstant(target.to);
    if (toMs === undefined)
      throw new BadRequest(
        `the clock advances by how long, like 14d, 2h or 1w (or ISO 8601, like P1M or PT5M), or until an instant, like 2026-11-05T00:00:00Z; received "${'by' in target ? target.by : target.to}"`,
      );
    await clock.advance(toMs);
    return clockState();
  };

  const setClock: Handler = (_url, body) => {
    const { now, frozen } = parseBody(clockSchema, body, '{"now": "2026-11-05T00:00:00Z", "frozen": true}');
    clock.set(instantMs(now), frozen === undefined ? {} : { frozen });
    return clockState();
  };

  const idle = async (url: URL): Promise<unknown> => {
    const timeoutMs = Math.min(Number(url.searchParams.get('timeoutMs') ?? '0') || 0, LONGEST_IDLE_WAIT_MS);
    if (timeoutMs > 0) await parts.idle(timeoutMs).catch(() => undefined);
    const pending = parts.busy();
    return { idle: pending.length === 0, pending };
  };

  const token: Handler = async (_url, body) => {
    const { scopes, subject, expiresInSeconds } = parseBody(
      tokenSchema,
      body,
      '{"scopes": ["arr/read"], "subject": "somebody", "expiresInSeconds": 3600}',
    );
    const authorizer = parts.api?.routes.find((route) => route.authorizer !== undefined)?.authorizer;
    const lifetime = expiresInSeconds ?? DEFAULT_TOKEN_SECONDS;
    const accessToken = await issuer.sign({
      issuer: authorizer?.issuer ?? 'local',
      clientId: authorizer?.audience[0] ?? 'local',
      subject: subject ?? LOCAL_SUBJECT,
      scopes: scopes ?? parts.allScopes,
      expiresInSeconds: lifetime,
    });
    return { access_token: accessToken, token_type: 'Bearer', expires_in: lifetime };
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
    'GET /local/queues': () => queues.map(queueStatus),
    'GET /local/dead-letters': deadLetters,
    'POST /local/dead-letters/redrive': redrive,
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
    'POST /local/token': token,
    'GET /local/.well-known/jwks.json': () => issuer.jwks,
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
      throw error;
    }
  };
};
