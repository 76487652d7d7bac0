import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { Bug } from './bug.ts';

/**
 * Structured JSON logs. A log line is a constant sentence and fields from this list; a field that is not listed, a value
 * that is not a short scalar, or that looks like an address or a credential, never reaches the log. So no body, header,
 * token, name or email can, not even by mistake. Logs keep wall time, not the test clock's.
 */
export interface LogFields {
  readonly attempt?: number;
  readonly busEventId?: string;
  readonly caller?: string;
  readonly code?: string;
  readonly count?: number;
  readonly customerId?: string;
  readonly detailType?: string;
  readonly durationMs?: number;
  readonly errorMessage?: string;
  readonly errorName?: string;
  readonly errorStack?: string;
  readonly eventId?: string;
  readonly eventType?: string;
  readonly failed?: number;
  readonly field?: string;
  readonly handled?: number;
  readonly instance?: string;
  readonly messageId?: string;
  readonly operation?: string;
  readonly parked?: number;
  readonly reason?: string;
  readonly receiveCount?: number;
  readonly requestId?: string;
  readonly source?: string;
  readonly status?: number;
  readonly subscriptionId?: string;
  readonly version?: number;
}

const ALLOWED: ReadonlySet<string> = new Set<keyof LogFields>([
  'attempt',
  'busEventId',
  'caller',
  'code',
  'count',
  'customerId',
  'detailType',
  'durationMs',
  'errorMessage',
  'errorName',
  'errorStack',
  'eventId',
  'eventType',
  'failed',
  'field',
  'handled',
  'instance',
  'messageId',
  'operation',
  'parked',
  'reason',
  'receiveCount',
  'requestId',
  'source',
  'status',
  'subscriptionId',
  'version',
]);

const MAX_VALUE_CHARACTERS = 300;
const MAX_STACK_CHARACTERS = 2_000;
/** Email addresses, bearer tokens, JWTs, and the secret prefixes of Stripe and AWS. */
const SENSITIVE = /@[\w-]+\.|bearer\s|\beyJ[\w-]{8}|\b(?:sk|rk|whsec)_\w|\b(?:AKIA|ASIA)[A-Z0-9]{12}/i;

const safeValue = (key: string, value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  if (SENSITIVE.test(value)) return '[redacted]';
  return value.slice(0, key === 'errorStack' ? MAX_STACK_CHARACTERS : MAX_VALUE_CHARACTERS);
};

/** What may be logged of these fields. Exported for the test that proves it. */
export const safeFields = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => ALLOWED.has(key))
      .map(([key, value]) => [key, safeValue(key, value)])
      .filter(([, value]) => value !== undefined),
  );

const logger = new Logger();

export const log = {
  debug: (sentence: string, fields: LogFields = {}): void => logger.debug(sentence, safeFields({ ...fields })),
  info: (sentence: string, fields: LogFields = {}): void => logger.info(sentence, safeFields({ ...fields })),
  warn: (sentence: string, fields: LogFields = {}): void => logger.warn(sentence, safeFields({ ...fields })),
  error: (sentence: string, fields: LogFields = {}): void => logger.error(sentence, safeFields({ ...fields })),
};

/**
 * What may be said of a thrown error: its class and the places in the code. Its message only where it is ours (`Bug`):
 * the messages of parsers and services repeat what they were given.
 */
export const errorFields = (error: unknown): LogFields => {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const fields = { errorName: error.name, errorStack: frames.join('\n') };
  return error instanceof Bug ? { ...fields, errorMessage: error.message } : fields;
};

/** Binds the lines that follow to one invocation: its request id, and the id that ties it to what caused it. */
export const bindInvocation = (context: Context, correlationId?: string): void => {
  logger.resetKeys();
  logger.addContext(context);
  if (correlationId !== undefined) correlateWith(correlationId);
};

/** From here on the lines of this invocation carry this id: that of the source's event, once it is known. */
export const correlateWith = (id: string): void => logger.setCorrelationId(String(safeValue('eventId', id)));
