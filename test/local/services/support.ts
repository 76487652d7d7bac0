import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type {
  AccessNeeded,
  LocalClock,
  Resource,
  Resources,
  Service,
  ServiceContext,
  ServiceRequest,
  Services,
} from '../../../local/service.ts';
import { createServices } from '../../../local/services/index.ts';

/** What the services need around them, without gateway, assembly and workers. */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';
export const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0); // Monday 2026-01-05T09:00:00Z

export interface TestClock extends LocalClock {
  readonly moveTo: (toMs: number) => void;
}

/** Stands still until it is moved. */
export const createTestClock = (startMs = START_MS): TestClock => {
  let nowMs = startMs;
  const listeners: ((fromMs: number, toMs: number) => void)[] = [];
  return {
    now: () => nowMs,
    onMove: (listener) => listeners.push(listener),
    moveTo: (toMs) => {
      const fromMs = nowMs;
      nowMs = toMs;
      for (const listener of listeners) listener(fromMs, toMs);
    },
  };
};

export const arnOf = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
export const queueArn = (name: string): string => arnOf('sqs', name);
export const queueUrl = (name: string): string => `http://127.0.0.1:1/${ACCOUNT}/${name}`;
export const functionArn = (name: string): string => arnOf('lambda', `function:${name}`);
export const busArn = (name: string): string => arnOf('events', `event-bus/${name}`);
export const ruleArn = (bus: string, name: string): string => arnOf('events', `rule/${bus}/${name}`);
export const archiveArn = (name: string): string => arnOf('events', `archive/${name}`);
export const tableArn = (name: string): string => arnOf('dynamodb', `table/${name}`);
export const streamArn = (name: string): string => `${tableArn(name)}/stream/2025-01-01T00:00:00.000`;
export const secretArn = (name: string): string => arnOf('secretsmanager', `secret:${name}-a1b2c3`);

const resource = (type: string, name: string, ref: string, arn: string, properties: Readonly<Record<string, unknown>>): Resource => ({
  type,
  logicalId: name.replace(/\W/g, ''),
  stackName: 'Test',
  path: `Ascent/Test/${name}`,
  ref,
  arn,
  properties,
});

export const queue = (name: string, properties: Readonly<Record<string, unknown>> = {}): Resource =>
  resource('AWS::SQS::Queue', name, queueUrl(name), queueArn(name), { QueueName: name, ...properties });
export const bus = (name: string, properties: Readonly<Record<string, unknown>> = {}): Resource =>
  resource('AWS::Events::EventBus', name, name, busArn(name), { Name: name, ...properties });
export const fn = (name: string, properties: Readonly<Record<string, unknown>> = {}): Resource =>
  resource('AWS::Lambda::Function', name, name, functionArn(name), properties);
export const archive = (name: string, of: string, properties: Readonly<Record<string, unknown>> = {}): Resource =>
  resource('AWS::Events::Archive', name, name, archiveArn(name), { ArchiveName: name, SourceArn: busArn(of), ...properties });
export const secret = (name: string, properties: Readonly<Record<string, unknown>> = {}): Resource =>
  resource('AWS::SecretsManager::Secret', name, secretArn(name), secretArn(name), { Name: name, ...properties });
export const schedule = (name: string, properties: Readonly<Record<string, unknown>>): Resource =>
  resource('AWS::Scheduler::Schedule', name, name, arnOf('scheduler', `schedule/default/${name}`), {
    Name: name,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ...properties,
  });
export const pipe = (name: string, properties: Readonly<Record<string, unknown>>): Resource =>
  resource('AWS::Pipes::Pipe', name, name, arnOf('pipes', `pipe/${name}`), { Name: name, ...properties });

/** A rule with its target and the permission that the target needs. */
export const rule = (
  busName: string,
  name: string,
  pattern: unknown,
  targetArn: string,
  target: Readonly<Record<string, unknown>> = {},
): readonly Resource[] => {
  const arn = ruleArn(busName, name);
  const targets = [{ Id: 'Target0', Arn: targetArn, ...target }];
  const itself = resource('AWS::Events::Rule', name, `${busName}|${name}`, arn, {
    Name: name,
    EventBusName: busName,
    EventPattern: pattern,
    State: 'ENABLED',
    Targets: targets,
  });
  const last = targetArn.split(':').at(-1) ?? '';
  if (targetArn.includes(':sqs:')) {
    const statement = {
      Effect: 'Allow',
      Action: ['sqs:SendMessage'],
      Principal: { Service: 'events.amazonaws.com' },
      Resource: targetArn,
      Condition: { ArnEquals: { 'aws:SourceArn': arn } },
    };
    return [
      itself,
      resource('AWS::SQS::QueuePolicy', `${name}Policy`, name, '', {
        Queues: [queueUrl(last)],
        PolicyDocument: { Statement: [statement] },
      }),
    ];
  }
  if (targetArn.includes(':lambda:')) {
    return [
      itself,
      resource('AWS::Lambda::Permission', `${name}Permission`, name, '', {
        Action: 'lambda:InvokeFunction',
        FunctionName: targetArn,
        Principal: 'events.amazonaws.com',
        SourceArn: arn,
      }),
    ];
  }
  return [itself];
};

/** The table as the app declares it: string keys, one index, new images in its stream. */
export const table = (name: string): Resource =>
  resource('AWS::DynamoDB::Table', name, name, tableArn(name), {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      {
        IndexName: 'gsi1',
        KeySchema: [
          { AttributeName: 'gsi1pk', KeyType: 'HASH' },
          { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    DeletionProtectionEnabled: true,
  });

const createResources = (all: readonly Resource[]): Resources => ({
  all,
  ofType: (type) => all.filter((each) => each.type === type),
  byArn: (arn) => (arn === '' ? undefined : all.find((each) => each.arn === arn)),
});

export interface Invocation {
  readonly functionArn: string;
  readonly payload: unknown;
}

export interface Harness {
  readonly services: Services;
  readonly clock: TestClock;
  readonly dataDir: string;
  readonly url: string;
  readonly logged: readonly string[];
  readonly invocations: readonly Invocation[];
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  readonly dynamodb: DynamoDBClient;
  readonly secretsManager: SecretsManagerClient;
  readonly idle: () => Promise<void>;
  /** Stops everything; `keep` leaves the data folder for a second start. */
  readonly stop: (keep?: 'keep') => Promise<void>;
}

export interface HarnessOptions {
  readonly clock?: TestClock;
  readonly dataDir?: string;
  readonly onInvoke?: (
    functionArn: string,
    payload: unknown,
  ) => { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: string };
  readonly allowed?: (roleArn: string, needed: AccessNeeded) => boolean;
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** One loopback port in front of every service, told apart by the signing name, as the gateway does it. */
const startFront = async (services: readonly Service[]): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    void (async () => {
      const signingName = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      const call: ServiceRequest = {
        operation,
        method: 'POST',
        path: '/',
        headers: request.headers as Record<string, string>,
        body: await readBody(request),
      };
      const service = services.find((each) => each.signingName === signingName);
      if (service === undefined) throw new Error(`no service ${signingName}`);
      service.access(call);
      const { status, headers, body } = await service.handle(call);
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export const startServices = async (resources: readonly Resource[], options: HarnessOptions = {}): Promise<Harness> => {
  const clock = options.clock ?? createTestClock();
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'ascent-services-'));
  const logged: string[] = [];
  const invocations: Invocation[] = [];
  const context: ServiceContext = {
    resources: createResources(resources),
    clock,
    dataDir,
    region: REGION,
    accountId: ACCOUNT,
    invoker: {
      invoke: async (arn, payload) => {
        invocations.push({ functionArn: arn, payload });
        return options.onInvoke?.(arn, payload) ?? { ok: true, payload: null };
      },
      room: () => 2,
    },
    log: (level, construct, message) => logged.push(`${level} ${construct}: ${message}`),
    allowed: options.allowed ?? (() => true),
  };
  const abandon = (error: unknown): never => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    throw error;
  };
  let services: Services;
  try {
    services = createServices(context);
  } catch (error) {
    return abandon(error);
  }
  const parts = services.parts.filter(({ name }) => name !== 'dynamodb' || resources.some(({ type }) => type.startsWith('AWS::DynamoDB')));
  try {
    for (const part of parts) await part.start();
  } catch (error) {
    return abandon(error);
  }
  const front = await startFront(services.services);
  const client = { endpoint: front.url, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 };
  return {
    services,
    clock,
    dataDir,
    url: front.url,
    logged,
    invocations,
    sqs: new SQSClient(client),
    events: new EventBridgeClient(client),
    dynamodb: new DynamoDBClient(client),
    secretsManager: new SecretsManagerClient(client),
    idle: async () => {
      for (let quiet = 0; quiet < 3; ) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        quiet = services.busy.some((busy) => busy.pending() > 0) ? 0 : quiet + 1;
      }
    },
    stop: async (keep) => {
      await front.stop();
      for (const part of [...parts].reverse()) await part.stop();
      if (keep !== 'keep') rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
