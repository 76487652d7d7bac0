import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CryptoKey, importJWK, type JWK } from 'jose';
import { afterAll, beforeAll } from 'vitest';
import { company } from '../../ascent.config.ts';
import { bundleName, entries } from '../../lib/bundles.ts';
import { loadAssembly } from '../../local/assembly/load.ts';
import { resolveResources } from '../../local/assembly/resources.ts';
import { createAuthorizer } from '../../local/http/authorizer.ts';
import { type Issuer, openIssuer } from '../../local/http/issuer.ts';
import { type ApiRoute, readApi } from '../../local/http/routes.ts';
import { type HttpServer, startHttpServer } from '../../local/http/server.ts';
import { openUserPool, type UserPool } from '../../local/http/user-pool.ts';
import type { LambdaInvoker } from '../../local/service.ts';
import { type FakeAws, useFakeAws } from '../integrations/fake-aws.ts';
import { type Synthesised, synthesise } from '../lib/support/synthesised.ts';
import { type TestTable, useDynamoDB } from '../support/dynamodb.ts';
import { lambdaContext } from '../support/http.ts';

export const SIGNING_SECRET = 'whsec_front_door_0000000000000000';
/** The instance of the configuration that this door takes webhooks for. */
export const INSTANCE = company.stripe[0]?.instance ?? 'main';

/** The organization that its orgs of Salesforce have, so that outbound messages of it are taken. */
export const ORGANIZATION = '00DHs000000SMPLMAM';

export interface DoorRequest {
  readonly method: string;
  /** Sent as it is: neither normalised nor encoded. */
  readonly path: string;
  /** Names and values; a name may stand several times. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Buffer | string;
}

export interface DoorAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What makes a token: an access token of the browser's client, an hour long, unless told otherwise. */
export interface TokenParts {
  readonly scopes: readonly string[];
  readonly expiresInSeconds?: number;
  readonly issuer?: string;
  readonly clientId?: string;
}

/**
 * The way in as `npm start -- --auth` has it: the synthesised API's routes, the authorizer, the issuer and the HTTP server of the local stack.
 * Only the functions run in this process, so that thousands of requests take seconds.
 */
export interface FrontDoor {
  synthesised: Synthesised;
  issuer: Issuer;
  /** The issuer's own key, for tokens that it would not sign. */
  privateKey: CryptoKey;
  /** What the API's authorizer accepts. */
  authorizer: NonNullable<ApiRoute['authorizer']>;
  /** Every scope that any route asks for. */
  allScopes: readonly string[];
  readonly table: TestTable;
  readonly aws: FakeAws;
  /** Names of the functions that were called, in order. */
  readonly called: string[];
  readonly token: (parts: TokenParts) => Promise<string>;
  /** Signs as the template's pool does: people by their groups, through the function that it names, programs by their client. */
  userPool: UserPool;
  readonly send: (request: DoorRequest) => Promise<DoorAnswer>;
  /** Calls the function of a route as API Gateway would, without it. */
  readonly invoke: (routeKey: string, event: unknown) => Promise<DoorAnswer>;
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const sourceOf = (entry: string): string => pathToFileURL(join(import.meta.dirname, '../../functions', `${entry}.ts`)).href;

const environmentOf = (): Record<string, string> => ({
  ASCENT_CONFIG: JSON.stringify({ ...company, salesforce: company.salesforce.map((org) => ({ ...org, organizationId: ORGANIZATION })) }),
  SOURCE_BUS_NAME: 'sources',
  STRIPE_INCOMPLETE_QUEUE_URL: 'https://sqs/incomplete',
  ARR_RATES_QUEUE_URL: 'https://sqs/rates',
  STRIPE_WEBHOOK_SECRET_IDS: JSON.stringify({ [INSTANCE]: 'secret-signing' }),
  SALESFORCE_WEBHOOK_SECRET_IDS: JSON.stringify(Object.fromEntries(company.salesforce.map(({ instance }) => [instance, 'secret-signing']))),
  STRIPE_API_KEY_SECRET_IDS: JSON.stringify({ [INSTANCE]: 'secret-key' }),
  POWERTOOLS_SERVICE_NAME: 'front-door',
  POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
  POWERTOOLS_METRICS_DISABLED: 'true',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});

/** Call once at the top of a test file; the door is open from `beforeAll` on. */
export const useFrontDoor = (): FrontDoor => {
  const table = useDynamoDB();
  const aws = useFakeAws();
  const folder = mkdtempSync(join(tmpdir(), 'ascent-door-'));
  const keyFile = join(folder, 'issuer.json');
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const handlers = new Map<string, Handler>();
  const routeFunctions = new Map<string, string>();
  const door = { table, aws, called: [] as string[] } as unknown as { -readonly [K in keyof FrontDoor]: FrontDoor[K] };
  let server: HttpServer;

  const run = async (functionArn: string, event: unknown): Promise<unknown> => {
    const name =
      functionArn
        .split(':')
        .at(-1)
        ?.replace(/^ascent-/, '') ?? '';
    const entry = entries().find((one) => bundleName(one) === name);
    if (entry === undefined) throw new Error(`no entry for the function ${name}`);
    const handler = handlers.get(entry) ?? ((await import(sourceOf(entry))) as { handler: Handler }).handler;
    handlers.set(entry, handler);
    door.called.push(name);
    // Between API Gateway and a function everything is text.
    return handler(JSON.parse(JSON.stringify(event)), lambdaContext);
  };

  const invoker: LambdaInvoker = {
    invoke: (functionArn, event) =>
      run(functionArn, event).then(
        (payload) => ({ ok: true, payload }) as const,
        (error: unknown) => ({ ok: false, error: String(error) }) as const,
      ),
  } as LambdaInvoker;

  beforeAll(async () => {
    Object.assign(process.env, environmentOf());
    aws.secrets.set('secret-signing', JSON.stringify({ webhookSecrets: [SIGNING_SECRET] }));
    aws.secrets.set('secret-key', JSON.stringify({ apiKey: 'rk_test_front_door' }));
    door.synthesised = synthesise();
    const stacks = loadAssembly(door.synthesised.app.outdir);
    const resources = resolveResources(stacks, { region: 'us-east-1', accountId: '000000000000', endpoint: aws.url });
    const api = readApi(resources);
    const authorizer = api?.routes.find((route) => route.authorizer !== undefined)?.authorizer;
    if (api === undefined || authorizer === undefined) throw new Error('the template has no API with an authorizer');
    for (const { routeKey, functionArn } of api.routes) routeFunctions.set(routeKey, functionArn);
    door.authorizer = authorizer;
    door.allScopes = [...new Set(api.routes.flatMap((route) => route.authorizer?.scopes ?? []))].sort();
    door.issuer = await openIssuer(keyFile);
    const pool = openUserPool(resources, door.issuer, invoker);
    if (pool === undefined) throw new Error('the template has no user pool');
    door.userPool = pool;
    door.privateKey = (await importJWK(JSON.parse(readFileSync(keyFile, 'utf8')) as JWK, 'RS256')) as CryptoKey;
    const authorize = createAuthorizer({ auth: true, issuer: door.issuer, allScopes: door.allScopes });
    server = await startHttpServer(0, {
      api,
      authorize,
      invoker,
      clock: { now: () => Date.now() } as never,
      accountId: '000000000000',
      log: () => undefined,
      admin: () => Promise.resolve({ status: 404, headers: { 'content-type': 'application/json' }, body: '{"message":"Not Found"}' }),
      frontDoor: undefined,
    });
  });
  afterAll(async () => {
    agent.destroy();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  door.token = ({ scopes, expiresInSeconds = 3_600, issuer = door.authorizer.issuer, clientId = door.authorizer.audience[0] ?? '' }) =>
    door.issuer.sign({ issuer, clientId, subject: 'user-1', scopes, expiresInSeconds });

  door.send = ({ method, path, headers = [], body }) =>
    new Promise((resolve, reject) => {
      const byName: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
      for (const [name, value] of headers) byName[name] = [...(byName[name] ?? []), value];
      const outgoing = httpRequest({ host: '127.0.0.1', port: server.port, method, path, headers: byName, agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            contentType: String(answer.headers['content-type'] ?? ''),
            headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });

  door.invoke = async (routeKey, event) => {
    const functionArn = routeFunctions.get(routeKey);
    if (functionArn === undefined) throw new Error(`no route ${routeKey}`);
    const {
      statusCode,
      headers = {},
      body,
    } = (await run(functionArn, event)) as {
      statusCode: number;
      headers?: Readonly<Record<string, string>>;
      body?: string;
    };
    return { status: statusCode, contentType: headers['content-type'] ?? '', headers, text: body ?? '' };
  };
  return door;
};
