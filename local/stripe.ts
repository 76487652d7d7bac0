import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listed, MAX_TYPES } from './stripe-lists.ts';
import { MAX_EXPAND_DEPTH, render, type StripeObject } from './stripe-render.ts';
import { type StripeSources, type StripeState, stateOf } from './stripe-state.ts';

export type { StripeObject } from './stripe-render.ts';

/**
 * Stands in for Stripe's API in tests and in the demo: a real HTTP server with state, which answers the reads that Ascent makes as Stripe does
 * (ids unless expanded, pages, events of thirty days, problems), and fails on request. It only reads; state comes from `put` or from a provider.
 */
export interface StripeOptions extends StripeSources {
  /** 0: any free port. */
  readonly port?: number;
  readonly apiKey?: string;
}

/** What goes wrong next. `slow` answers late, `cut` breaks off in the middle of the body, `reset` closes without an answer. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterSeconds?: number;
      readonly shouldRetry?: boolean;
      readonly html?: boolean;
    }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'reset' };

export interface StripeServer {
  readonly url: string;
  readonly apiKey: string;
  /** Puts an object whole (tiers, items, coupons inside); a later one with the same id replaces it. */
  readonly put: (...objects: readonly StripeObject[]) => void;
  /** Notes events that were sent: the newest of them are listed, and read by their ids, like those that were put. */
  readonly sent: (...events: readonly StripeObject[]) => void;
  readonly remove: (objectType: string, id: string) => void;
  /** The next requests whose path starts so fail, `times` of them. */
  readonly fail: (fault: Fault, times?: number, pathPrefix?: string) => void;
  /** Paths with their queries, oldest first, as they came. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  readonly stop: () => Promise<void>;
}

const COLLECTIONS: Readonly<Record<string, string>> = {
  customers: 'customer',
  products: 'product',
  prices: 'price',
  coupons: 'coupon',
  subscriptions: 'subscription',
  subscription_items: 'subscription_item',
  subscription_schedules: 'subscription_schedule',
  invoices: 'invoice',
  invoiceitems: 'invoiceitem',
  invoice_payments: 'invoice_payment',
  refunds: 'refund',
  disputes: 'dispute',
  credit_notes: 'credit_note',
  charges: 'charge',
  payment_intents: 'payment_intent',
  events: 'event',
};
const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const MAX_REQUESTS_KEPT = 10_000;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const problem = (status: number, message: string, more: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  body: { error: { message, type: status >= 500 ? 'api_error' : 'invalid_request_error', ...more } },
});
const missing = (type: string, id: string): Answer =>
  problem(404, `No such ${type}: '${id}'`, {
    code: 'resource_missing',
    doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
    param: 'id',
  });

const pathsOf = (query: URLSearchParams): readonly (readonly string[])[] => query.getAll('expand[]').map((path) => path.split('.'));

/** A page of a list, by `limit` and `starting_after`. */
const page = (all: readonly StripeObject[], query: URLSearchParams, url: string, state: StripeState): Answer => {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    return problem(400, `Invalid integer: limit must be 1 to ${MAX_LIMIT}.`, { param: 'limit' });
  const after = query.get('starting_after');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) return missing('object', after);
  const paths = pathsOf(query)
    .filter(([first]) => first === 'data')
    .map(([, ...rest]) => rest);
  const data = all.slice(start, start + limit).map((object) => render(object, paths, state.find));
  return { status: 200, body: { object: 'list', data, has_more: start + limit < all.length, url } };
};

/** The list inside an object, whole. */
const inside = (object: StripeObject | undefined, key: string): readonly StripeObject[] =>
  ((object?.[key] as { readonly data?: readonly StripeObject[] } | undefined)?.data ?? []) as readonly StripeObject[];

const read = (path: string, query: URLSearchParams, state: StripeState): Answer => {
  const [collection = '', id, sub] = path
    .replace(/^\/v1\//, '')
    .split('/')
    .map(decodeURIComponent);
  const type = COLLECTIONS[collection];
  if (type === undefined || (sub !== undefined && sub !== 'lines')) return problem(404, `Unrecognized request URL (GET: ${path}).`);
  if (pathsOf(query).some((parts) => parts.length > MAX_EXPAND_DEPTH))
    return problem(400, `You cannot expand more than ${MAX_EXPAND_DEPTH} levels of a property.`, { param: 'expand' });
  if (id === undefined) {
    if (query.getAll('types[]').length > MAX_TYPES)
      return problem(400, `Invalid array: types may have at most ${MAX_TYPES} entries.`, { param: 'types' });
    const subscriptionId = query.get('subscription');
    if (type === 'subscription_item') {
      const subscription = subscriptionId === null ? undefined : state.find('subscription', subscriptionId);
      return subscription === undefined
        ? missing('subscription', subscriptionId ?? '')
        : page(inside(subscription, 'items'), query, path, state);
    }
    return page(listed(state.all(type), query), query, path, state);
  }
  const object = state.find(type, id);
  if (object === undefined) return missing(type, id);
  return sub === 'lines'
    ? page(inside(object, 'lines'), query, path, state)
    : { status: 200, body: render(object, pathsOf(query), state.find) };
};

/** The stand-in's answers without its server: to a GET of a path with its query. */
export const stripeAnswers = (options: StripeOptions): ((path: string, query: URLSearchParams) => Pick<Answer, 'status' | 'body'>) => {
  const state = stateOf(options);
  return (path, query) => read(path, query, state);
};

const masked = (key: string): string => `${key.slice(0, 8)}****${key.slice(-4)}`;

const authorised = (request: IncomingMessage, apiKey: string): Answer | undefined => {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) return problem(401, 'You did not provide an API key.');
  return given === apiKey ? undefined : problem(401, `Invalid API Key provided: ${masked(given)}`);
};

const send = (response: ServerResponse, { status, body, headers = {} }: Answer): void => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = typeof body === 'string' ? 'text/html' : 'application/json';
  response
    .writeHead(status, { 'content-type': contentType, 'request-id': 'req_local', 'content-length': Buffer.byteLength(text), ...headers })
    .end(text);
};

const faulty = (fault: Extract<Fault, { kind: 'status' }>): Answer => {
  const codes: Readonly<Record<number, Readonly<Record<string, string>>>> = { 429: { code: 'rate_limit' }, 409: { code: 'lock_timeout' } };
  const answer = fault.html
    ? { status: fault.status, body: '<html><body>Bad Gateway</body></html>' }
    : problem(fault.status, 'An injected fault.', codes[fault.status]);
  return {
    ...answer,
    headers: {
      ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
      ...(fault.shouldRetry === undefined ? {} : { 'stripe-should-retry': String(fault.shouldRetry) }),
    },
  };
};

/** Plays a fault; true where it answered, or will never answer, itself. */
const played = async (fault: Fault | undefined, request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
  switch (fault?.kind) {
    case undefined:
      return false;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, fault.ms).unref());
      return false;
    case 'reset':
      request.socket.destroy();
      return true;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"id":');
      setTimeout(() => request.socket.destroy(), 20).unref();
      return true;
    case 'status':
      send(response, faulty(fault));
      return true;
  }
};

const closed = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
};

export const startStripe = async (options: StripeOptions = {}): Promise<StripeServer> => {
  const apiKey = options.apiKey ?? 'rk_test_local';
  const state = stateOf(options);
  const faults: { readonly fault: Fault; readonly prefix: string; left: number }[] = [];
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const nextFault = (path: string): Fault | undefined => {
    const entry = faults.find(({ prefix, left }) => left > 0 && path.startsWith(prefix));
    if (entry !== undefined) entry.left -= 1;
    return entry?.fault;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (requests.length < MAX_REQUESTS_KEPT) requests.push({ path: request.url ?? '', headers: request.headers });
    if (await played(nextFault(url.pathname), request, response)) return;
    const refused = authorised(request, apiKey);
    if (refused !== undefined) return send(response, refused);
    if (request.method !== 'GET') return send(response, problem(404, `Unrecognized request URL (${request.method}: ${url.pathname}).`));
    send(response, read(url.pathname, url.searchParams, state));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => send(response, problem(500, `The stand-in failed: ${String(error)}`)));
  }).listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    put: (...objects) => objects.forEach(state.put),
    sent: (...events) => events.forEach(state.sent),
    remove: state.remove,
    fail: (fault, times = 1, prefix = '/') => void faults.push({ fault, prefix, left: times }),
    requests,
    stop: () => closed(server),
  };
};
