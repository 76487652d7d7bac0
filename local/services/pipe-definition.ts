import type { Resource, ServiceContext, StreamRecord } from '../service.ts';
import type { EventBuses } from './event-buses.ts';
import { compilePattern } from './event-pattern.ts';
import type { EventEntry } from './events.ts';
import { compilePath, compileTemplate, type Render } from './input-template.ts';
import { checkProperties, listAt, numberAt, objectAt, objectsAt, requiredText, textAt, unsupported } from './properties.ts';

const STREAM = 'SourceParameters.DynamoDBStreamParameters';
const BUS = 'TargetParameters.EventBridgeEventBusParameters';
const PLAYED = [
  ...[
    'Name',
    'RoleArn',
    'Source',
    'Target',
    'DesiredState',
    'SourceParameters.FilterCriteria.Filters.*.Pattern',
    'TargetParameters.InputTemplate',
  ],
  ...['StartingPosition', 'MaximumRetryAttempts', 'DeadLetterConfig.Arn'].map((name) => `${STREAM}.${name}`),
  ...['DetailType', 'Source', 'Resources', 'Time'].map((name) => `${BUS}.${name}`),
];
// How the cloud cuts a stream into batches changes nothing of what arrives. One process needs no second reader.
const IGNORED = ['Description', 'Tags', 'LogConfiguration', 'KmsKeyIdentifier'].concat(
  ['BatchSize', 'MaximumBatchingWindowInSeconds', 'MaximumRecordAgeInSeconds', 'OnPartialBatchItemFailure', 'ParallelizationFactor'].map(
    (name) => `${STREAM}.${name}`,
  ),
);
const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator'];

export interface Pipe {
  readonly resource: Resource;
  readonly name: string;
  readonly streamArn: string;
  readonly fromLatest: boolean;
  readonly wanted: (record: StreamRecord) => boolean;
  readonly toEntry: (record: StreamRecord) => EventEntry;
  readonly busArn: string;
  /** Attempts beyond the first; infinite where the template says -1 or nothing. */
  readonly retries: number;
  readonly deadLetterArn?: string;
}

/** A parameter of the target: a constant, or `$.path` into the record. */
const parameter = (text: string | undefined): ((record: StreamRecord) => unknown) =>
  text?.startsWith('$') === true ? compilePath(text) : () => text;

const readEntry = (resource: Resource): Pipe['toEntry'] => {
  const target = objectAt(resource, resource.properties, 'TargetParameters') ?? {};
  const bus = objectAt(resource, target, 'EventBridgeEventBusParameters') ?? {};
  const name = requiredText(resource, resource.properties, 'Name');
  const template = textAt(resource, target, 'InputTemplate');
  const variables: Parameters<typeof compileTemplate>[1] = {
    'aws.pipes.pipe-name': () => name,
    'aws.pipes.pipe-arn': () => resource.arn,
    'aws.pipes.source-arn': () => resource.properties['Source'],
    'aws.pipes.target-arn': () => resource.properties['Target'],
    'aws.pipes.event': (event) => event,
    'aws.pipes.event.json': (event) => event,
  };
  try {
    const detail: Render = template === undefined ? (record) => JSON.stringify(record) : compileTemplate(template, variables);
    const source = parameter(textAt(resource, bus, 'Source') ?? `Pipe ${name}`);
    const detailType = parameter(textAt(resource, bus, 'DetailType') ?? 'Event from aws:dynamodb');
    const time = parameter(textAt(resource, bus, 'Time'));
    const resources = listAt(resource, bus, 'Resources').map((item) => parameter(String(item)));
    return (record) => {
      const instant = time(record);
      return {
        Source: source(record),
        DetailType: detailType(record),
        Detail: detail(record),
        Resources: resources.map((item) => item(record)),
        ...(instant === undefined ? {} : { Time: Date.parse(String(instant)) / 1000 }),
      };
    };
  } catch (error) {
    throw unsupported(resource, (error as Error).message);
  }
};

/** Refuses, by name, whatever the local stack does not play or the pipe's role does not allow. */
export const readPipe = (resource: Resource, context: ServiceContext, buses: EventBuses): Pipe => {
  checkProperties(resource, PLAYED, IGNORED);
  const { properties } = resource;
  const streamArn = requiredText(resource, properties, 'Source');
  const busArn = requiredText(resource, properties, 'Target');
  const roleArn = requiredText(resource, properties, 'RoleArn');
  const source = objectAt(resource, properties, 'SourceParameters') ?? {};
  const stream = objectAt(resource, source, 'DynamoDBStreamParameters');
  if (stream === undefined) throw unsupported(resource, `its source ${streamArn} is not a table's stream; the local stack plays no other`);
  if (buses.find(busArn) === undefined)
    throw unsupported(resource, `its target ${busArn} is not an event bus of the template; the local stack plays no other`);
  const needed = [
    ...STREAM_ACTIONS.map((action) => ({ action: `dynamodb:${action}`, resource: streamArn })),
    { action: 'events:PutEvents', resource: busArn },
  ];
  for (const each of needed)
    if (!context.allowed(roleArn, each)) throw unsupported(resource, `its role does not allow ${each.action} on ${each.resource}`);
  const criteria = objectAt(resource, source, 'FilterCriteria') ?? {};
  const filters = objectsAt(resource, criteria, 'Filters').map((filter) => {
    try {
      return compilePattern(requiredText(resource, filter, 'Pattern'));
    } catch (error) {
      throw unsupported(resource, (error as Error).message);
    }
  });
  // Stream records carry numbers as text, so an exact number in a filter could only mean the record's own few fields.
  if (filters.some(({ needsNumberText }) => needsNumberText))
    throw unsupported(resource, 'a filter compares an exact number; numbers of a table are text in its stream');
  const deadLetter = objectAt(resource, stream, 'DeadLetterConfig');
  const retries = numberAt(resource, stream, 'MaximumRetryAttempts', -1);
  return {
    resource,
    name: requiredText(resource, properties, 'Name'),
    streamArn,
    fromLatest: stream['StartingPosition'] === 'LATEST',
    wanted: (record) => filters.length === 0 || filters.some(({ matches }) => matches(record)),
    toEntry: readEntry(resource),
    busArn,
    retries: retries < 0 ? Number.POSITIVE_INFINITY : retries,
    ...(deadLetter === undefined ? {} : { deadLetterArn: requiredText(resource, deadLetter, 'Arn') }),
  };
};
