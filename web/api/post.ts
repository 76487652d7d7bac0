import type { z } from 'zod/mini';
import { fillPath, type Params, type Routes, request } from './client.ts';

type Posting = Extract<Routes[keyof Routes], { readonly method: 'POST' }>;

/** Path at which something can be done, as it is declared. */
export type PostPath = Posting['path'];
type At<P extends PostPath> = Extract<Posting, { readonly path: P }>;

export type Body<P extends PostPath> = At<P> extends { readonly body: infer S extends z.ZodMiniType } ? z.input<S> : undefined;
export type Done<P extends PostPath> = z.infer<At<P>['response']>;
type Given<P extends PostPath> = Params<At<P>> & (Body<P> extends undefined ? unknown : { readonly body: Body<P> });

/** Has something done and tells what it came to; throws `ApiProblem` for whatever is not done. */
export const post = async <P extends PostPath>(path: P, given: Given<P>): Promise<Done<P>> => {
  const { params = {}, body } = given as { readonly params?: Readonly<Record<string, string>>; readonly body?: object };
  const response = await request(fillPath(path, params), {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return (await response.json()) as Done<P>;
};
