/** An AWS service as the local stack plays it: behind the service's own wire protocol, on the test clock, in the main thread. */
export interface ServiceRequest {
  /** Operation, from `X-Amz-Target` (`DynamoDB_20120810.PutItem` → `PutItem`) or from the REST path. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** What a request does, in IAM's words, so that the gateway can check the caller's policy before the service sees it. */
export interface AccessNeeded {
  readonly action: string;
  readonly resource: string;
  /** Condition keys that this request sets, e.g. `{ 'dynamodb:LeadingKeys': ['ARR#1'] }`. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

export interface Service {
  /** Signing name as in the credential scope: dynamodb, sqs, events, secretsmanager, … */
  readonly signingName: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly access: (request: ServiceRequest) => readonly AccessNeeded[];
  readonly handle: (request: ServiceRequest) => Promise<ServiceResponse>;
}

/** The movable clock, as the main thread sees it. `now()` is epoch milliseconds of the test clock. */
export interface LocalClock {
  readonly now: () => number;
  /** Called after each move of the clock, with old and new time. */
  readonly onMove: (listener: (fromMs: number, toMs: number) => void) => void;
}

/** Invokes a function of the template by its logical name or ARN, as Lambda would; resolves with its payload or its error. */
export interface LambdaInvoker {
  readonly invoke: (
    functionArn: string,
    payload: unknown,
  ) => Promise<{ readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: string }>;
  /** How many more invocations of this function may start now. */
  readonly room: (functionArn: string) => number;
}

/** Something the stack is still doing; the stack is idle when every part says 0. */
export interface Busy {
  readonly name: string;
  readonly pending: () => number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Between runtime and services. `local/stack.ts` builds a `ServiceContext` and calls each service's `create…(context)`.

/** One resource of the template, with every intrinsic resolved. */
export interface Resource {
  /** `AWS::SQS::Queue` */
  readonly type: string;
  readonly logicalId: string;
  readonly stackName: string;
  /** Construct path for sentences: `Ascent/Integrations/StripeEvents/Queue`. */
  readonly path: string;
  /** What `Ref` gives: a name, for a queue its URL. */
  readonly ref: string;
  /** What `Fn::GetAtt … Arn` gives; empty for types without one. */
  readonly arn: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Resources {
  readonly all: readonly Resource[];
  readonly ofType: (type: string) => readonly Resource[];
  readonly byArn: (arn: string) => Resource | undefined;
}

export interface ServiceContext {
  readonly resources: Resources;
  readonly clock: LocalClock;
  readonly invoker: LambdaInvoker;
  /** Folder that survives a restart; a service keeps its files in it under its own name. */
  readonly dataDir: string;
  readonly region: string;
  readonly accountId: string;
  /** One line to the stack's log, with the construct that it is about. */
  readonly log: (level: 'info' | 'warn' | 'error', construct: string, message: string) => void;
  /** Something that the stack cannot go on without is gone, and does not come back. */
  readonly fatal?: (sentence: string) => void;
  /** Whether the role's policies allow it; for what AWS does on a role's behalf (pipe, scheduler, event source). */
  readonly allowed: (roleArn: string, needed: AccessNeeded) => boolean;
}

/**
 * A part whose due times the test clock must stop at. Before a move the clock asks every part for its plan, then goes
 * through all planned instants in order: sets the time, calls `fire`, waits until the stack is idle.
 * (A schedule more frequent than hourly plans only its last due time; every other plans each.)
 */
export interface Timed {
  readonly name: string;
  readonly plan: (fromMs: number, toMs: number) => readonly { readonly atMs: number; readonly fire: () => Promise<void> }[];
}

export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** SentTimestamp, ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, SenderId: as SQS gives them to Lambda. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
}

/** What pollers and the admin pages need of the queues, without HTTP. Queues are known by ARN. */
export interface QueuePort {
  /**
   * `hold`: the messages stay invisible until deleted or released, however far the clock moves meanwhile; after a
   * restart every held message is visible again. Without it the visibility timeout counts on the test clock.
   */
  readonly receive: (
    queueArn: string,
    options: { readonly max: number; readonly visibilityMs?: number; readonly hold?: boolean },
  ) => readonly QueueMessage[];
  readonly deleteAll: (queueArn: string, receiptHandles: readonly string[]) => void;
  /** Ends a hold: visible again after so many milliseconds of the test clock (0: at once). */
  readonly release: (queueArn: string, receiptHandles: readonly string[], afterMs: number) => void;
  /** Called whenever a message may have become visible (sent, released, delay over, clock moved). Returns its own undoing. */
  readonly onVisible: (queueArn: string, listener: () => void) => () => void;
  readonly send: (queueArn: string, body: string, messageAttributes?: Readonly<Record<string, unknown>>) => string;
  readonly counts: (queueArn: string) => { readonly visible: number; readonly inFlight: number; readonly delayed: number };
  readonly peek: (queueArn: string, limit: number) => readonly QueueMessage[];
  /** Moves dead letters back to the queue that they came from; returns how many. */
  readonly redrive: (deadLetterQueueArn: string) => number;
  /** Takes one message away for good, whether it is visible or not; false where the queue does not hold it. */
  readonly discard: (queueArn: string, messageId: string) => boolean;
}

/** A record as Lambda's and the pipe's stream events carry it (`eventID`, `eventName`, `dynamodb.NewImage`, …). */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: unknown;
    readonly NewImage?: unknown;
    readonly OldImage?: unknown;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface StreamPort {
  /** Shard ids of a table's stream, oldest first. */
  readonly shards: (streamArn: string) => readonly string[];
  /** Records after a sequence number, or from the start (`undefined`), at most `limit`. Synchronous: it reads SQLite. */
  readonly read: (streamArn: string, shardId: string, afterSequenceNumber: string | undefined, limit: number) => readonly StreamRecord[];
  /** Sequence number of the newest record, or undefined on an empty stream: where `LATEST` starts. */
  readonly latest: (streamArn: string, shardId: string) => string | undefined;
  /** Called after each write that may have added records. */
  readonly onWrite: (streamArn: string, listener: () => void) => () => void;
}

/** Secrets Manager without HTTP: what the demo and the tests need to set a webhook secret. */
export interface SecretPort {
  /** By name or ARN. The former current value becomes AWSPREVIOUS. */
  readonly put: (secretId: string, value: string) => Promise<void>;
  /** Current value, or undefined where the secret is unknown or has none. */
  readonly current: (secretId: string) => string | undefined;
}

/** Replays of an archive without HTTP. */
export interface ReplayPort {
  /**
   * Gives all that a bus archived between two instants (both included) to the bus's rules once more; resolves with how many events those were,
   * once each has been given. A bus without an archive throws RangeError.
   */
  readonly replay: (busName: string, fromMs: number, toMs: number) => Promise<number>;
}

/** What `createServices(context)` of `local/services/index.ts` gives. Start parts in the listed order, stop them in reverse. */
export interface Services {
  /** Behind the gateway: dynamodb, sqs, events, secretsmanager. A resource they cannot play makes `createServices` throw its sentence. */
  readonly services: readonly Service[];
  /** Everything that starts and stops, services included (dynamodb first, then queues, events, pipes, scheduler). */
  readonly parts: readonly { readonly name: string; readonly start: () => Promise<void>; readonly stop: () => Promise<void> }[];
  readonly queues: QueuePort;
  readonly streams: StreamPort;
  readonly secrets: SecretPort;
  readonly replays: ReplayPort;
  /** Resolves once everything that was done to the queues, and by moves of the clock, is durable. */
  readonly committed: () => Promise<void>;
  /** The scheduler. While the clock runs by itself it also fires due schedules on its own; one due instant fires once. */
  readonly timed: readonly Timed[];
  /** Pipes behind their stream, asynchronous invocations under way or due, replays, messages that a listening queue still holds. */
  readonly busy: readonly Busy[];
  /** CloudFormation types that the services play or may ignore; what else a template holds is the runtime's to know or to refuse. */
  readonly resourceTypes: readonly string[];
}
