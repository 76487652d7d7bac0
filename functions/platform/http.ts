import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { z } from 'zod/mini';
import { assert } from './bug.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { handlerOf, type Invocation } from './handler.ts';
import { matchRoute, type PreparedRoute, prepareRoutes } from './http-match.ts';
import { DEFAULT_PAGE_ITEMS, MAX_API_PAGE_ITEMS } from './http-page.ts';
import { type FieldProblem, GENERAL_PROBLEMS, validationProblem } from './http-problem.ts';
import { bodyOf, type Caller, CsvBody, callerOf, type HttpEvent, receivedText, validated } from './http-request.ts';
import { accepts, isRawBody, problemAnswer, type RawBody, successAnswer } from './http-response.ts';
import { errorFields, log } from './log.ts';
import { count } from './metrics.ts';
import { fail, ok, type Problem, type Result } from './result.ts';
import type { Route } from './routes.ts';

export { type Caller, CsvBody, type HttpEvent } from './http-request.ts';
export { etagOf, namesEtag, type RawBody, rawBody } from './http-response.ts';

/** Where a page starts and how long it is. `position` is what the previous page's `nextCursor` was given as. */
export interface PageWanted {
  readonly limit: number;
  readonly position?: string;
}

type Parsed<Schema> = Schema extends z.ZodMiniType ? z.infer<Schema> : undefined;

type BodyOf<R extends Route> = R['takesCsv'] extends true ? Parsed<R['body']> | CsvBody : Parsed<R['body']>;

/** A request after all checks. */
export interface RouteInput<R extends Route = Route> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: BodyOf<R>;
  /** `limit` and `position` of a paged route; the default page elsewhere. */
  readonly page: PageWanted;
  /** Who calls; nobody is known on public routes. */
  readonly caller: R['scope'] extends 'public' ? undefined : Caller;
  readonly requestId: string;
  /** The header `If-Match`, for routes that prevent lost updates (`namesEtag(ifMatch, etagOf(current), false)`). */
  readonly ifMatch: string | undefined;
  readonly invocation: Invocation;
}

/** A paged route's `nextCursor` is the raw position (or null): the router makes the opaque cursor of it. */
export type Implementation<R extends Route> = (input: RouteInput<R>) => Promise<Result<z.infer<R['response']> | RawBody, Problem>>;
export type Implementations<Routes extends Readonly<Record<string, Route>>> = {
  readonly [Operation in keyof Routes]: Implementation<Routes[Operation]>;
};

type AnyImplementation = (input: RouteInput) => Promise<Result<unknown, Problem>>;

const mayCall = ({ route }: PreparedRoute, caller: Caller | undefined): Result<void, Problem<'unauthenticated' | 'forbidden'>> => {
  if (route.scope === 'public') return ok(undefined);
  if (caller === undefined) return fail('unauthenticated', 'this route needs a token');
  return caller.scopes.includes(route.scope) ? ok(undefined) : fail('forbidden', `the token lacks the scope ${route.scope}`);
};

/** A cursor belongs to one list: the operation with its parameters and filters. */
const listOf = (operation: string, params: Readonly<Record<string, string>>, filters: Readonly<Record<string, string>>): string =>
  JSON.stringify([operation, Object.entries(params).sort(), Object.entries(filters).sort()]);

const pageOf = (
  list: string,
  limit: string | undefined,
  cursor: string | undefined,
  problems: FieldProblem[],
): Result<PageWanted, Problem<'cursor-invalid'>> => {
  const items = limit === undefined ? DEFAULT_PAGE_ITEMS : Number(limit);
  if (!/^\d{1,4}$/.test(limit ?? '1') || items < 1 || items > MAX_API_PAGE_ITEMS) {
    problems.push({ field: 'limit', detail: `must be a whole number from 1 to ${MAX_API_PAGE_ITEMS}${receivedText(limit)}` });
  }
  if (cursor === undefined) return ok({ limit: items });
  const position = decodeCursor(list, cursor);
  return position.ok ? ok({ limit: items, position: position.value }) : position;
};

/** A filter that is misspelt must not answer as if it had not been asked for. */
const unknownParameters = ({ query, paged, scope }: Route, event: HttpEvent): readonly FieldProblem[] => {
  // Who watches a public page or its health may add what keeps caches away.
  if (scope === 'public' && query === undefined) return [];
  const known = [...Object.keys(query?.shape ?? {}), ...(paged ? ['limit', 'cursor'] : [])];
  return Object.keys(event.queryStringParameters ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => ({ field: name, detail: `is no parameter of this route; it has ${known.length === 0 ? 'none' : known.join(', ')}` }));
};

interface Found {
  readonly prepared: PreparedRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** Order of the checks: token, scope, body's type and size, then all fields together, then the cursor. */
const inputOf = (event: HttpEvent, { prepared, params }: Found, invocation: Invocation): Result<RouteInput & { list: string }, Problem> => {
  const { route, operation } = prepared;
  const caller = callerOf(event);
  const allowed = mayCall(prepared, caller);
  if (!allowed.ok) return allowed;
  const body = route.body === undefined ? ok(undefined) : bodyOf(event, route.takesCsv === true);
  if (!body.ok) return body;
  const { cursor, limit, ...filters } = (event.queryStringParameters ?? {}) as Record<string, string>;
  const problems: FieldProblem[] = [];
  const list = listOf(operation, params, filters);
  const page = route.paged ? pageOf(list, limit, cursor, problems) : ok({ limit: DEFAULT_PAGE_ITEMS });
  const query = route.paged ? filters : (event.queryStringParameters ?? {});
  const input = {
    params: validated(route.params, params, 'path', problems),
    query: validated(route.query, query, 'query', problems),
    body: body.value instanceof CsvBody ? body.value : validated(route.body, body.value, 'body', problems),
  };
  problems.push(...unknownParameters(route, event));
  if (problems.length > 0) return { ok: false, problem: validationProblem(problems) };
  if (!page.ok) return page;
  const { requestId } = event.requestContext;
  return ok({ ...input, page: page.value, caller, requestId, ifMatch: event.headers['if-match'], invocation, list } as RouteInput & {
    list: string;
  });
};

const statusOf = (route: Route, code: string): number => {
  const status = route.problems?.[code] ?? GENERAL_PROBLEMS[code];
  assert(status !== undefined, `the route ${route.method} ${route.path} does not declare the problem ${code}`);
  return status;
};

/** The opaque cursor in place of the raw position. */
const withCursor = (body: unknown, list: string): unknown => {
  const { nextCursor } = body as { nextCursor?: string | null };
  return { ...(body as object), nextCursor: typeof nextCursor === 'string' ? encodeCursor(list, nextCursor) : null };
};

const notAcceptable = (event: HttpEvent, contentType: string): APIGatewayProxyStructuredResultV2 =>
  problemAnswer(event, { code: 'not-acceptable', detail: `this route answers ${contentType}`, field: 'accept' }, 406);

const isReading = (event: HttpEvent): boolean => ['GET', 'HEAD'].includes(event.requestContext.http.method);

const callRoute = async (
  event: HttpEvent,
  found: Found,
  implement: AnyImplementation,
  invocation: Invocation,
): Promise<APIGatewayProxyStructuredResultV2> => {
  const { route } = found.prepared;
  const accept = event.headers['accept'];
  // What changes something is refused before it does; a reading may turn out to be a page, and is judged by what it is.
  if (!isReading(event) && !accepts(accept, 'application/json')) return notAcceptable(event, 'application/json');
  const input = inputOf(event, found, invocation);
  if (!input.ok) return problemAnswer(event, input.problem, statusOf(route, input.problem.code));
  const result = await implement(input.value);
  if (!result.ok) return problemAnswer(event, result.problem, statusOf(route, result.problem.code));
  const body = route.paged ? withCursor(result.value, input.value.list) : result.value;
  const contentType = isRawBody(body) ? body.contentType : 'application/json';
  return accepts(accept, contentType) ? successAnswer(event, body) : notAcceptable(event, contentType);
};

const respond = (
  event: HttpEvent,
  prepared: readonly PreparedRoute[],
  implementations: Readonly<Record<string, AnyImplementation>>,
  invocation: Invocation,
): Promise<APIGatewayProxyStructuredResultV2> => {
  const { method } = event.requestContext.http;
  const match = matchRoute(prepared, method, event.rawPath);
  if (match.kind === 'none') return Promise.resolve(problemAnswer(event, { code: 'not-found', detail: 'no route has this path' }, 404));
  if (match.kind === 'other-methods') {
    const allow = match.allow.join(', ');
    return Promise.resolve(problemAnswer(event, { code: 'method-not-allowed', detail: `this path allows ${allow}` }, 405, { allow }));
  }
  const implement = implementations[match.prepared.operation];
  assert(implement !== undefined, `${match.prepared.operation} is a route without an implementation`);
  return callRoute(event, match, implement, invocation);
};

/**
 * The Lambda of a set of routes: checks, calls, translates. A problem is an answer; a throw is logged and answered as 500
 * without a word of it.
 */
export const apiHandler = <const Routes extends Readonly<Record<string, Route>>>(
  name: string,
  routes: Routes,
  implementations: Implementations<Routes>,
) => {
  const prepared = prepareRoutes(routes);
  return handlerOf<HttpEvent, APIGatewayProxyStructuredResultV2>(
    name,
    async (event, invocation) => {
      try {
        const answer = await respond(
          event,
          prepared,
          implementations as unknown as Readonly<Record<string, AnyImplementation>>,
          invocation,
        );
        count((answer.statusCode ?? 200) < 400 ? 'Handled' : 'Refused', 1);
        return answer;
      } catch (error) {
        log.error('a route failed', { ...errorFields(error), operation: event.routeKey });
        count('Failed', 1);
        return problemAnswer(event, { code: 'internal', detail: 'something went wrong here; the request id finds it in our logs' }, 500);
      }
    },
    (event) => event.requestContext.requestId,
  );
};
