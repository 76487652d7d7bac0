import type { z } from 'zod/mini';
import type { arrRoutes } from '../../functions/arr/routes.ts';
import type { companyRoutes } from '../../functions/company/routes.ts';
import type { coordinatorRoutes } from '../../functions/coordinator/routes.ts';
import type { integrationRoutes } from '../../functions/integrations/routes.ts';
import { ApiProblem, problemOf } from './problem.ts';
import { accessToken, beginSignIn } from './sign-in.ts';

/**
 * The API as its own route declarations describe it. Only types are imported: what a route is asked and what it answers is checked by the compiler,
 * and nothing of it is in the page.
 */
export type Routes = typeof arrRoutes & typeof companyRoutes & typeof coordinatorRoutes & typeof integrationRoutes;
type Reading = Extract<Routes[keyof Routes], { readonly method: 'GET' }>;

/** Path of what can be read, as it is declared: `/api/v1/arr/customers/{customerId}`. */
export type Path = Reading['path'];
type At<P extends Path> = Extract<Reading, { readonly path: P }>;

export type Answer<P extends Path> = z.infer<At<P>['response']>;
/** What a route's path is filled with. */
export type Params<Route> = Route extends { readonly params: infer S extends z.ZodMiniType } ? { readonly params: z.input<S> } : unknown;
type Paging<P extends Path> =
  At<P> extends { readonly paged: true } ? { readonly cursor?: string | undefined; readonly limit?: string } : unknown;
type Query<P extends Path> =
  At<P> extends { readonly query: infer S extends z.ZodMiniType }
    ? { readonly query?: Optional<z.input<S>> & Paging<P> }
    : { readonly query?: Paging<P> };
/** A parameter that has no value is left away. */
type Optional<T> = { readonly [K in keyof T]: T[K] | (undefined extends T[K] ? undefined : never) };

/** An address of the API that knows what is answered there. */
export type Address<P extends Path> = string & { readonly answers?: P };

export const fillPath = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));

export const addressOf = <P extends Path>(path: P, given?: Params<At<P>> & Query<P>): Address<P> => {
  const { params = {}, query = {} } = (given ?? {}) as { params?: Record<string, string>; query?: Record<string, string | undefined> };
  const filled = fillPath(path, params);
  const asked = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  return asked.length === 0 ? filled : `${filled}?${new URLSearchParams(asked)}`;
};

const REQUEST_TIMEOUT_MS = 30_000;

/** Asks with the person's token; throws `ApiProblem` for whatever is not an answer. */
export const request = async (address: string, { headers, ...init }: RequestInit = {}): Promise<Response> => {
  const token = await accessToken();
  const response = await fetch(address, {
    ...init,
    headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw ApiProblem.unreachable(error);
  });
  // Whether somebody has to sign in, the API says: a local stack asks nobody.
  if (response.status === 401) return beginSignIn();
  if (!response.ok) throw await problemOf(response);
  return response;
};

/** Reads an address. The browser asks with the ETag of what it has. */
export const read = async <P extends Path>(address: Address<P>): Promise<Answer<P>> => (await (await request(address)).json()) as Answer<P>;
