import type { Context } from 'aws-lambda';
import type { HttpEvent } from '../../functions/platform/http.ts';

/** A request as an HTTP API hands it to a function, payload format 2.0. */
export interface TestRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  readonly rawBody?: string;
  readonly base64?: boolean;
  /** Scopes of the caller's token; without them there is no token. */
  readonly scopes?: readonly string[];
  /** Who calls; by default always the same person. */
  readonly subject?: string;
}

const bodyText = ({ rawBody, body, base64 }: TestRequest): string | undefined => {
  const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  return base64 && text !== undefined ? Buffer.from(text).toString('base64') : text;
};

export const httpEvent = (method: string, path: string, request: TestRequest = {}): HttpEvent => {
  const text = bodyText(request);
  const { scopes, subject = 'user-1' } = request;
  const claims = scopes === undefined ? undefined : { sub: subject, client_id: 'client-1', scope: scopes.join(' ') };
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: new URLSearchParams(request.query).toString(),
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...request.headers },
    ...(request.query === undefined ? {} : { queryStringParameters: { ...request.query } }),
    ...(text === undefined ? {} : { body: text }),
    isBase64Encoded: request.base64 ?? false,
    requestContext: {
      requestId: 'req-1',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims, scopes: null } } }),
    },
  } as unknown as HttpEvent;
};

export const lambdaContext = {
  awsRequestId: 'lambda-1',
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:1:function:test',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 30_000,
} as unknown as Context;

type Handler = (event: HttpEvent, context: Context) => Promise<{ statusCode?: number; headers?: Record<string, unknown>; body?: string }>;

/** A problem document, as far as tests look into it. */
export interface ProblemAnswer {
  readonly type: string;
  readonly detail: string;
  readonly field: string;
  readonly problems: readonly { readonly field: string }[];
}

/** One page of a list. */
export interface ListAnswer<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** `Answer` is what the route's answer has where it succeeds, as far as the test looks into it. */
export interface TestResponse<Answer = object> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body; `undefined` where it is no JSON. */
  readonly json: Answer & Partial<ProblemAnswer>;
}

export const call = async <Answer = object>(
  handler: unknown,
  method: string,
  path: string,
  request: TestRequest = {},
): Promise<TestResponse<Answer>> => {
  const { statusCode = 200, headers = {}, body = '' } = await (handler as Handler)(httpEvent(method, path, request), lambdaContext);
  const isJson = String(headers['content-type']).includes('json') && body !== '';
  const json = (isJson ? JSON.parse(body) : undefined) as TestResponse<Answer>['json'];
  return { status: statusCode, headers: headers as Record<string, string>, text: body, json };
};
