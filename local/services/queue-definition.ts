import type { Resource } from '../service.ts';
import { isObject } from './json-protocol.ts';
import { checkProperties, lastPart, numberAt, unsupported } from './properties.ts';

/** A queue of the template. Retention is not applied: a moved clock would drop what a real queue had delivered by then. */
export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly resource: Resource;
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly receiveWaitMs: number;
  readonly maximumMessageBytes: number;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
}

export const MAXIMUM_MESSAGE_BYTES = 1_048_576;

const PLAYED = ['QueueName', 'VisibilityTimeout', 'DelaySeconds', 'ReceiveMessageWaitTimeSeconds', 'MaximumMessageSize', 'RedrivePolicy'];
const IGNORED = [
  ...['MessageRetentionPeriod', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled', 'RedriveAllowPolicy', 'Tags'],
];

const readQueue = (resource: Resource): Queue => {
  checkProperties(resource, PLAYED, IGNORED);
  const { properties } = resource;
  const given = properties['RedrivePolicy'];
  const policy: unknown = typeof given === 'string' ? JSON.parse(given) : given;
  const base = {
    name: lastPart(resource.ref),
    arn: resource.arn,
    resource,
    visibilityMs: numberAt(resource, properties, 'VisibilityTimeout', 30) * 1000,
    delayMs: numberAt(resource, properties, 'DelaySeconds', 0) * 1000,
    receiveWaitMs: numberAt(resource, properties, 'ReceiveMessageWaitTimeSeconds', 0) * 1000,
    maximumMessageBytes: numberAt(resource, properties, 'MaximumMessageSize', MAXIMUM_MESSAGE_BYTES),
  };
  if (policy === undefined || policy === null) return base;
  if (!isObject(policy) || typeof policy['deadLetterTargetArn'] !== 'string') {
    throw unsupported(resource, 'RedrivePolicy lacks deadLetterTargetArn');
  }
  const redrive = { deadLetterArn: policy['deadLetterTargetArn'], maxReceiveCount: numberAt(resource, policy, 'maxReceiveCount', 10) };
  return { ...base, redrive };
};

/** Reads every queue; each dead-letter queue must be one of them. */
export const readQueues = (resources: readonly Resource[]): readonly Queue[] => {
  const all = resources.map(readQueue);
  const arns = new Set(all.map(({ arn }) => arn));
  for (const { redrive, resource } of all) {
    if (redrive !== undefined && !arns.has(redrive.deadLetterArn)) {
      throw unsupported(resource, `its dead-letter queue ${redrive.deadLetterArn} is not in the template`);
    }
  }
  return all;
};
