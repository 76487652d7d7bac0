import type { z } from 'zod/mini';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One HTTP route as data: the CDK app, the OpenAPI document and the handler all read it. */
export interface Route {
  readonly method: Method;
  /** `/api/v1/arr/customers/{customerId}` */
  readonly path: string;
  /** OAuth scope that the caller's token must carry, e.g. `arr/read`; `public` needs no token (webhooks and health only). */
  readonly scope: string;
  readonly summary: string;
  readonly params?: z.ZodMiniType;
  readonly query?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  /** The body may be sent as text/csv, too: the handler then gets a `CsvBody`, which no schema has judged. */
  readonly takesCsv?: true;
  readonly response: z.ZodMiniType;
  /** Media type of the answer, where it is not JSON. */
  readonly mediaType?: string;
  /** Stable problem codes this route may answer with their HTTP status, beside the general ones. */
  readonly problems?: Readonly<Record<string, number>>;
  /** A list route pages by an opaque cursor (`?cursor=&limit=`) and answers `{ items, nextCursor }`. */
  readonly paged?: boolean;
}

/** Routes of one Lambda, by operation id. */
export const defineRoutes = <const R extends Readonly<Record<string, Route>>>(routes: R): R => routes;
