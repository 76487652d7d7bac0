import type { Resource } from '../service.ts';
import { isObject, type JsonObject } from './json-protocol.ts';
import { checkProperties, objectAt, objectsAt, textAt, unsupported } from './properties.ts';

/** Sends one operation to DynamoDB and gives its answer, or throws with its code as `name`. */
export type DynamoDbCall = (target: string, input: JsonObject) => Promise<JsonObject>;

export interface Table {
  readonly name: string;
  readonly arn: string;
  readonly streamViewType?: string;
  readonly create: JsonObject;
  readonly ttlAttribute?: string;
}

export const TABLE_TYPES: readonly string[] = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'];

const INDEX = ['IndexName', 'KeySchema', 'Projection'];
const PLAYED = [
  ...['TableName', 'KeySchema', 'AttributeDefinitions', 'BillingMode', 'StreamSpecification.StreamViewType', 'TimeToLiveSpecification'],
  ...['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'].flatMap((list) => INDEX.map((field) => `${list}.*.${field}`)),
];
// Protection, encryption, recovery and capacity change nothing of what a request answers.
const IGNORED = [
  ...[
    'PointInTimeRecoverySpecification',
    'SSESpecification',
    'DeletionProtectionEnabled',
    'TableClass',
    'ContributorInsightsSpecification',
  ],
  ...[
    'OnDemandThroughput',
    'WarmThroughput',
    'Tags',
    'Replicas',
    'WriteOnDemandThroughputSettings',
    'StreamSpecification.ResourcePolicy',
    'ResourcePolicy',
  ],
  ...['OnDemandThroughput', 'WarmThroughput', 'WriteOnDemandThroughputSettings', 'ContributorInsightsSpecification'].map(
    (field) => `GlobalSecondaryIndexes.*.${field}`,
  ),
];

const indexes = (resource: Resource, name: string): JsonObject => {
  const list = objectsAt(resource, resource.properties, name).map((index) =>
    Object.fromEntries(INDEX.map((field) => [field, index[field]])),
  );
  return list.length === 0 ? {} : { [name]: list };
};

export const readTable = (resource: Resource): Table => {
  checkProperties(resource, PLAYED, IGNORED);
  const { properties } = resource;
  if (properties['BillingMode'] !== 'PAY_PER_REQUEST')
    throw unsupported(resource, `BillingMode is PAY_PER_REQUEST; received ${JSON.stringify(properties['BillingMode']) ?? 'nothing'}`);
  const stream = objectAt(resource, properties, 'StreamSpecification');
  const streamViewType = stream === undefined ? undefined : textAt(resource, stream, 'StreamViewType');
  const ttl = objectAt(resource, properties, 'TimeToLiveSpecification');
  const ttlAttribute = ttl?.['Enabled'] === true || ttl?.['Enabled'] === 'true' ? textAt(resource, ttl, 'AttributeName') : undefined;
  return {
    name: resource.ref,
    arn: resource.arn,
    create: {
      TableName: resource.ref,
      KeySchema: properties['KeySchema'],
      AttributeDefinitions: properties['AttributeDefinitions'],
      BillingMode: 'PAY_PER_REQUEST',
      ...indexes(resource, 'GlobalSecondaryIndexes'),
      ...indexes(resource, 'LocalSecondaryIndexes'),
      ...(streamViewType === undefined ? {} : { StreamSpecification: { StreamEnabled: true, StreamViewType: streamViewType } }),
    },
    ...(streamViewType === undefined ? {} : { streamViewType }),
    ...(ttlAttribute === undefined ? {} : { ttlAttribute }),
  };
};

/** The parts of a table that cannot change without a new table, in one order, to compare what is with what is wanted. */
const shapeOf = (description: JsonObject): string => {
  const keys = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter(isObject).map((key) => `${String(key['KeyType'])} ${String(key['AttributeName'])}`) : [];
  const listed = ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'].flatMap((name) => {
    const list = description[name];
    return Array.isArray(list)
      ? list.filter(isObject).map((index) => `${name} ${String(index['IndexName'])} ${keys(index['KeySchema']).join(', ')}`)
      : [];
  });
  const stream = isObject(description['StreamSpecification']) ? String(description['StreamSpecification']['StreamViewType']) : 'none';
  return [`table ${keys(description['KeySchema']).join(', ')}`, ...listed.sort(), `stream ${stream}`].join('; ');
};

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name.endsWith(name);

/** Apart from the creation: a kill may have come between the two. */
const ensureTimeToLive = async (call: DynamoDbCall, TableName: string, AttributeName: string): Promise<void> => {
  const { TimeToLiveDescription: description } = await call('DescribeTimeToLive', { TableName });
  if (isObject(description) && String(description['TimeToLiveStatus']).startsWith('ENABL')) return;
  await call('UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName, Enabled: true } });
};

/** Creates the table where it does not exist; refuses a data folder whose table has another shape. */
export const ensureTable = async (call: DynamoDbCall, table: Table, construct: string): Promise<void> => {
  let existing: JsonObject | undefined;
  try {
    const { Table: description } = await call('DescribeTable', { TableName: table.name });
    existing = isObject(description) ? description : undefined;
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error;
  }
  const [has, wants] = [shapeOf(existing ?? table.create), shapeOf(table.create)];
  if (has !== wants)
    throw new Error(
      `${construct}: the data folder holds a table with another shape (${has}) than the template asks for (${wants}). Start with --fresh to begin anew.`,
    );
  if (existing === undefined) await call('CreateTable', table.create);
  if (table.ttlAttribute !== undefined) await ensureTimeToLive(call, table.name, table.ttlAttribute);
};
