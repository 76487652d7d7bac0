import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openRelay, type Relay, type RelayOptions } from './events.ts';
import { ERRORS, type Fault, played } from './faults.ts';
import { type OAuthOptions, openOAuth } from './oauth.ts';
import { type Org, type OrgOptions, openOrg } from './org.ts';
import { type Answer, openRest, problem, type RestOptions } from './rest.ts';
import { to18 } from './schema.ts';

/**
 * Stands in for a Salesforce org in tests and in the demo: a real HTTP server over an org whose records have a history, which issues tokens and answers
 * the reads that a sync makes as Salesforce does, counts them, fails on request, and tells every change as an event relay would. Over HTTP it only reads;
 * state comes from `org`.
 */
export interface SalesforceOptions extends OrgOptions, OAuthOptions, RestOptions, RelayOptions {
  /** 0: any free port. */
  readonly port?: number;
  /** Requests a day; the one after the last is refused. */
  readonly dailyRequests?: number;
}

export interface SalesforceServer {
  readonly url: string;
  readonly org: Org;
  readonly relay: Relay;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The next requests whose path starts so fail, `times` of them. */
  readonly fail: (fault: Fault, times?: number, pathPrefix?: string) => void;
  /** No access token that was issued holds any more. */
  readonly expireTokens: () => void;
  /** Requests counted so far today. */
  readonly setUsage: (requests: number) => void;
  /** Methods and paths with their queries, oldest first, as they came. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  readonly stop: () => Promise<void>;
}

const TOKEN_PATH = '/services/oauth2/token';
const LIMITS_PATH = '/services/data/v66.0/limits';
const DEFAULT_DAILY_REQUESTS = 100_000;
const MAX_REQUESTS_KEPT = 10_000;
const MAX_FORM_BYTES = 100_000;
/** The user as whom the integration works. */
const INTEGRATION_USER = to18('005Hs0000INTEGR');

const formOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_FORM_BYTES) throw new RangeError(`a form has at most ${MAX_FORM_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
};

const send = (response: ServerResponse, { status, body }: Answer, headers: Readonly<Record<string, string>> = {}): void => {
  const isPage = typeof body === 'string';
  const text = isPage ? body : JSON.stringify(body);
  const type = isPage ? 'text/html' : 'application/json';
  response.writeHead(status, { 'content-type': `${type};charset=UTF-8`, 'content-length': Buffer.byteLength(text), ...headers }).end(text);
};

const closed = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
};

export const startSalesforce = async (options: SalesforceOptions = {}): Promise<SalesforceServer> => {
  const { dailyRequests = DEFAULT_DAILY_REQUESTS } = options;
  const org = openOrg(options);
  const relay = openRelay(org, options);
  const rest = openRest(org, options);
  const oauth = openOAuth(org.orgId, INTEGRATION_USER, options);
  const faults: { readonly fault: Fault; readonly prefix: string; left: number }[] = [];
  const requests: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];
  let used = 0;
  let url = '';

  const nextFault = (path: string): Fault | undefined => {
    const entry = faults.find(({ prefix, left }) => left > 0 && path.startsWith(prefix));
    if (entry !== undefined) entry.left -= 1;
    return entry?.fault;
  };
  const limits = (): Answer => ({
    status: 200,
    body: { DailyApiRequests: { Max: dailyRequests, Remaining: Math.max(0, dailyRequests - used) } },
  });
  const usage = (): Readonly<Record<string, string>> => ({ 'sforce-limit-info': `api-usage=${used}/${dailyRequests}` });

  const read = ({ pathname, searchParams }: URL, request: IncomingMessage): Answer => {
    if (!oauth.accepts(request.headers.authorization)) return ERRORS.INVALID_SESSION_ID;
    if (used >= dailyRequests) return ERRORS.REQUEST_LIMIT_EXCEEDED;
    used += 1;
    if (request.method !== 'GET')
      return problem(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${request.method}' not allowed. Allowed are HEAD,GET`);
    return pathname === LIMITS_PATH ? limits() : rest.answer(pathname, searchParams);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = new URL(request.url ?? '/', 'http://localhost');
    const isToken = asked.pathname === TOKEN_PATH && request.method === 'POST';
    if (requests.length < MAX_REQUESTS_KEPT)
      requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    const failed = await played(nextFault(asked.pathname), request, response);
    if (failed === true) return;
    if (failed !== undefined) return send(response, failed, isToken ? {} : usage());
    if (isToken) return send(response, await oauth.answer(await formOf(request), request.headers.authorization, url));
    // Usage is told as it is after this request.
    const found = read(asked, request);
    send(response, found, usage());
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      send(response, problem(500, 'UNKNOWN_EXCEPTION', `The stand-in failed: ${String(error)}`)),
    );
  }).listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    org,
    relay,
    clientId: oauth.clientId,
    clientSecret: oauth.clientSecret,
    fail: (fault, times = 1, prefix = '/') => void faults.push({ fault, prefix, left: times }),
    expireTokens: oauth.expireAll,
    setUsage: (count) => {
      used = count;
    },
    requests,
    stop: () => closed(server),
  };
};
