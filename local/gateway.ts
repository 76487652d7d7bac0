import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './http/read-body.ts';
import type { Observer } from './observe.ts';
import type { Decision, Policies } from './policy.ts';
import type { AccessNeeded, Service, ServiceContext, ServiceRequest, ServiceResponse } from './service.ts';

/** Who calls: a function of the template, or a person's tool with the operator's key, who may do everything. */
export interface Caller {
  readonly name: string;
  readonly construct: string;
  /** Undefined for the operator. */
  readonly roleArn: string | undefined;
}

/** A call that a role's policies did not allow. */
export interface Denied {
  readonly construct: string;
  readonly functionName: string;
  readonly action: string;
  readonly resource: string;
  readonly decision: Exclude<Decision, 'allowed'>;
  readonly firstAtMs: number;
  readonly count: number;
}

export interface GatewayParts {
  readonly services: readonly Service[];
  readonly callers: ReadonlyMap<string, Caller>;
  readonly policies: Policies;
  readonly accountId: string;
  readonly log: ServiceContext['log'];
  readonly observer?: Observer | undefined;
}

export interface Gateway {
  /** Base of the internal port, `http://127.0.0.1:41234`; known before the services are, because queue URLs contain it. */
  readonly endpoint: string;
  readonly attach: (parts: GatewayParts) => void;
  readonly denied: () => readonly Denied[];
  readonly stop: () => Promise<void>;
}

/** Access key of tests and tools outside the template. The port is on loopback only. */
export const OPERATOR_ACCESS_KEY_ID = 'LOCALOPERATOR';

/** DynamoDB takes at most 16 MB (BatchWriteItem); nothing else takes more. */
const MAX_BODY_BYTES = 17_000_000;
/** Longer than the SDK's pooled sockets stay idle between two bursts. */
const KEEP_ALIVE_MS = 120_000;
/** Services whose clients expect a denial as 403; the JSON protocols of the others say 400. */
const DENIES_WITH_403 = ['sqs', 'scheduler', 'lambda'];

const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/;

/** The error as an AWS client of any JSON protocol reads it. */
const errorAnswer = (status: number, code: string, message: string): ServiceResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code, 'x-amzn-query-error': `${code};Sender` },
  body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, Message: message, message }),
});

const FAILED = errorAnswer(500, 'InternalServerError', 'The service failed.');

const denial = (caller: Caller, signingName: string, needed: AccessNeeded, decision: Decision, accountId: string): ServiceResponse => {
  const role = caller.roleArn?.split('/').at(-1) ?? '';
  const reason =
    decision === 'explicitly-denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${needed.action} action`;
  const user = `arn:aws:sts::${accountId}:assumed-role/${role}/${caller.name}`;
  const message = `User: ${user} is not authorized to perform: ${needed.action} on resource: ${needed.resource} ${reason}`;
  return errorAnswer(DENIES_WITH_403.includes(signingName) ? 403 : 400, 'AccessDeniedException', message);
};

const operationOf = (request: IncomingMessage): string => {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : `${request.method} ${request.url}`;
};

/** One loopback port in front of every service: finds service and caller in the signature's credential scope, and checks the caller's role. */
export const openGateway = async (): Promise<Gateway> => {
  let parts: GatewayParts | undefined;
  let services = new Map<string, Service>();
  const denied = new Map<string, Denied>();

  const noteDenied = (caller: Caller, needed: AccessNeeded, decision: Denied['decision']): void => {
    const key = `${caller.name} ${needed.action} ${needed.resource}`;
    const known = denied.get(key);
    denied.set(key, {
      construct: caller.construct,
      functionName: caller.name,
      action: needed.action,
      resource: needed.resource,
      decision,
      firstAtMs: known?.firstAtMs ?? Date.now(),
      count: (known?.count ?? 0) + 1,
    });
    if (known === undefined)
      parts?.log('error', caller.construct, `its role lacks a grant: ${needed.action} on ${needed.resource} (${decision})`);
  };

  /** The first thing that the caller's role may not do, or nothing. */
  const refusal = (
    service: Service,
    caller: Caller,
    call: ServiceRequest,
    { policies, accountId }: GatewayParts,
  ): ServiceResponse | undefined => {
    if (caller.roleArn === undefined) return undefined;
    for (const needed of service.access(call)) {
      const decision = policies.decide(caller.roleArn, needed);
      if (decision === 'allowed') continue;
      noteDenied(caller, needed, decision);
      return denial(caller, service.signingName, needed, decision, accountId);
    }
    return undefined;
  };

  const handled = async (service: Service, caller: Caller, call: ServiceRequest, given: GatewayParts): Promise<ServiceResponse> => {
    const { signingName } = service;
    const befallen = caller.roleArn === undefined ? undefined : given.observer?.befalls?.(caller.name, signingName, call);
    if (befallen === 'throttled') return errorAnswer(400, 'ThrottlingException', 'Rate exceeded');
    if (befallen === 'failed-before') return FAILED;
    const response = refusal(service, caller, call, given) ?? (await service.handle(call));
    given.observer?.onCall?.(caller.name, signingName, call, response);
    return befallen === 'failed-after' ? FAILED : response;
  };

  const answer = async (request: IncomingMessage): Promise<ServiceResponse> => {
    const [, accessKeyId = '', signingName = ''] = CREDENTIAL.exec(request.headers.authorization ?? '') ?? [];
    // Read even where the answer is already known: an unread body would break the kept-alive connection.
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) return errorAnswer(413, 'RequestEntityTooLarge', `a request may have ${MAX_BODY_BYTES} bytes`);
    if (parts === undefined) return errorAnswer(503, 'ServiceUnavailable', 'the local stack is starting');
    const caller = parts.callers.get(accessKeyId);
    if (caller === undefined)
      return errorAnswer(400, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
    const service = services.get(signingName);
    if (service === undefined) {
      parts.log('error', caller.construct, `it calls the service ${signingName}, which the local stack does not play`);
      return errorAnswer(501, 'UnknownOperationException', `the local stack does not play the service ${signingName}`);
    }
    const headers = request.headers as Readonly<Record<string, string>>;
    const call = { operation: operationOf(request), method: request.method ?? 'POST', path: request.url ?? '/', headers, body };
    return handled(service, caller, call, parts);
  };

  const write = (response: ServerResponse, { status, headers, body }: ServiceResponse): void => {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), 'x-amzn-requestid': randomUUID() });
    response.end(body);
  };

  const server: Server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    answer(request).then(
      (result) => write(response, result),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        parts?.log('error', 'gateway', `${operationOf(request)}: ${message}`);
        write(response, errorAnswer(500, 'InternalFailure', message));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attach: (given) => {
      services = new Map(given.services.map((service) => [service.signingName, service]));
      parts = given;
    },
    denied: () => [...denied.values()],
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};
