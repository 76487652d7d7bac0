import type { AccessNeeded, ServiceRequest, ServiceResponse } from '../service.ts';

/** What a service answers with a 4xx: code and sentence as the real one words them, so that SDK clients map them. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

// The gateway asks for the access needed before the service handles the request: both read the body, one parses it.
const parsedBodies = new WeakMap<ServiceRequest, JsonObject>();

export const parseBody = (request: ServiceRequest): JsonObject => {
  const known = parsedBodies.get(request);
  if (known !== undefined) return known;
  if (request.body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(request.body.toString('utf8'));
    if (isObject(parsed)) {
      parsedBodies.set(request, parsed);
      return parsed;
    }
  } catch {
    // Falls through: malformed and non-object bodies get the same answer, as from the service.
  }
  throw new ServiceError('SerializationException', `The body of ${request.operation} is not a JSON object.`);
};

/**
 * What a request needs. One that cannot be read needs its action on everything: a role of a template is refused, and
 * whoever may do all hears from the service what is wrong with it.
 */
export const accessOf = (
  request: ServiceRequest,
  action: string,
  read: (input: JsonObject) => readonly AccessNeeded[],
): readonly AccessNeeded[] => {
  try {
    return read(parseBody(request));
  } catch (error) {
    if (error instanceof ServiceError) return [{ action, resource: '*' }];
    throw error;
  }
};

/** Answers an operation of an AWS JSON protocol; a `ServiceError` becomes its answer, anything else is a bug and a 500. */
export const answerJson = async (
  version: '1.0' | '1.1',
  work: () => unknown,
  errorHeaders: (error: ServiceError) => Readonly<Record<string, string>> = () => ({}),
): Promise<ServiceResponse> => {
  const contentType = { 'content-type': `application/x-amz-json-${version}` };
  try {
    return { status: 200, headers: contentType, body: JSON.stringify((await work()) ?? {}) };
  } catch (error) {
    if (error instanceof ServiceError) {
      const body = JSON.stringify({ __type: error.code, message: error.message });
      return { status: error.status, headers: { ...contentType, 'x-amzn-errortype': error.code, ...errorHeaders(error) }, body };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { status: 500, headers: contentType, body: JSON.stringify({ __type: 'InternalFailure', message }) };
  }
};

export const textField = (input: JsonObject, name: string): string => {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new ServiceError(
    'ValidationException',
    `${name} is required and is a non-empty string; received ${JSON.stringify(value) ?? 'nothing'}.`,
  );
};

export const optionalText = (input: JsonObject, name: string): string | undefined => {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new ServiceError('ValidationException', `${name} is a string; received ${JSON.stringify(value)}.`);
};

/** A whole number within its limits, or the default where the field is absent. */
export const wholeNumber = (input: JsonObject, name: string, fallback: number, min: number, max: number): number => {
  const value = input[name];
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new ServiceError(
    'InvalidParameterValue',
    `Value ${JSON.stringify(value)} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
  );
};

export const listField = (input: JsonObject, name: string): readonly unknown[] => {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new ServiceError('ValidationException', `${name} is a list; received ${JSON.stringify(value)}.`);
};
