import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Busy, LambdaInvoker, LocalClock, ServiceContext } from '../service.ts';
import type { FrontDoor } from '../web/distribution.ts';
import type { AuthorizationResult } from './authorizer.ts';
import { answerOf, eventOf, type HttpAnswer, messageAnswer } from './payload.ts';
import { portInUse } from './port.ts';
import { readBody } from './read-body.ts';
import type { Api, ApiRoute } from './routes.ts';

export interface HttpServerParts {
  readonly api: Api | undefined;
  readonly authorize: (route: ApiRoute, request: IncomingMessage) => Promise<AuthorizationResult>;
  readonly invoker: LambdaInvoker;
  readonly clock: LocalClock;
  readonly accountId: string;
  readonly log: ServiceContext['log'];
  /** Answers everything under `/local`. */
  readonly admin: (request: IncomingMessage, url: URL, body: Buffer) => Promise<HttpAnswer>;
  /** The web application, and whose everything else is; undefined where the template has the API alone. */
  readonly frontDoor: FrontDoor | undefined;
}

export interface HttpServer extends Busy {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** API Gateway's limit of a request's body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const KEEP_ALIVE_MS = 60_000;

const write = (request: IncomingMessage, response: ServerResponse, { status, headers, body }: HttpAnswer, requestId: string): void => {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
  response.writeHead(status, { ...plain, 'apigw-requestid': requestId, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
};

/** What was asked for. A path that begins with two slashes is a path, and not the name of another host. */
const urlOf = (target: string): URL => new URL(target.startsWith('/') ? `http://localhost${target}` : target);

/** The port for people, on loopback only: the web application and the HTTP API of the template, and the local stack's own pages under `/local`. */
export const startHttpServer = async (port: number, parts: HttpServerParts): Promise<HttpServer> => {
  const { api, authorize, invoker, clock, log } = parts;
  let inFlight = 0;

  const callFunction = async (route: ApiRoute, event: unknown): Promise<HttpAnswer> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), route.timeoutMs);
    });
    const outcome = await Promise.race([invoker.invoke(route.functionArn, event), late]);
    clearTimeout(timer);
    if (outcome === 'late') return messageAnswer(503, 'Service Unavailable');
    if (outcome.ok) return answerOf(outcome.payload);
    log('error', route.construct, `${route.routeKey} failed: ${outcome.error}`);
    return messageAnswer(500, 'Internal Server Error');
  };

  const answer = async (request: IncomingMessage, requestId: string): Promise<HttpAnswer> => {
    const url = urlOf(request.url ?? '/');
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) return messageAnswer(413, 'Request Entity Too Large');
    if (url.pathname === '/local' || url.pathname.startsWith('/local/')) return parts.admin(request, url, body);
    const page = parts.frontDoor?.answer(request, url);
    if (page !== undefined) return page;
    const matched = api?.match(request.method ?? 'GET', url.pathname);
    // Who opens the bare address looks for a page: the operator's, unless the API has one there.
    if (matched === undefined && url.pathname === '/') return { status: 302, headers: { location: '/local' }, body: '' };
    if (api === undefined || matched === undefined) return messageAnswer(404, 'Not Found');
    const authorized = await authorize(matched.route, request);
    if (!authorized.ok) return authorized.answer;
    const { apiId, stage } = api;
    const event = eventOf({
      request,
      url,
      body,
      matched,
      jwt: authorized.jwt,
      requestId,
      accountId: parts.accountId,
      apiId,
      stage,
      nowMs: clock.now(),
    });
    return callFunction(matched.route, event);
  };

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    const requestId = randomUUID();
    // Requests to the stack's own pages are not work of the stack: `/local/idle` would wait for itself.
    const counts = request.url?.startsWith('/local') !== true;
    if (counts) inFlight += 1;
    answer(request, requestId)
      .catch((error: unknown) => {
        if (error instanceof URIError || (error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_URL'))
          return messageAnswer(400, 'Bad Request');
        log(
          'error',
          'http',
          `${request.method} ${request.url}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        return messageAnswer(500, 'Internal Server Error');
      })
      .then((result) => write(request, response, result, requestId))
      .catch((error: unknown) =>
        log('error', 'http', `${request.method} ${request.url}: the answer could not be written: ${String(error)}`),
      )
      .finally(() => {
        if (counts) inFlight -= 1;
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') portInUse(port).then(reject, reject);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const actualPort = (server.address() as AddressInfo).port;

  return {
    name: 'http',
    url: `http://localhost:${actualPort}`,
    port: actualPort,
    pending: () => inFlight,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};
