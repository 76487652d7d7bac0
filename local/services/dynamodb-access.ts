import type { AccessNeeded } from '../service.ts';
import { isObject, type JsonObject, listField, ServiceError } from './json-protocol.ts';

/**
 * What a DynamoDB request needs in IAM's words. A transaction needs the action of each of its items, a query on an
 * index needs the index (developer guide, "Using IAM with transactions", "Using IAM policy conditions").
 */
type TableArn = (nameOrArn: string) => string;

const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/** Operations of one table, by their own name. */
const OF_ONE_TABLE: ReadonlySet<string> = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'DescribeTable',
  'DescribeTimeToLive',
]);
const MAY_READ_INDEX: ReadonlySet<string> = new Set(['Query', 'Scan']);
const OF_MANY_TABLES: ReadonlySet<string> = new Set(['BatchGetItem', 'BatchWriteItem']);
const TRANSACTIONS: ReadonlySet<string> = new Set(['TransactWriteItems', 'TransactGetItems']);

const STATEMENTS = 'BatchExecuteStatement';

const tableOf = (input: unknown): string => {
  const name = isObject(input) ? input['TableName'] : undefined;
  if (typeof name === 'string' && name !== '') return name;
  throw new ServiceError('ValidationException', `TableName is required; received ${JSON.stringify(name) ?? 'nothing'}.`);
};

const ofTransaction = (input: JsonObject, tableArn: TableArn): readonly AccessNeeded[] => {
  const needed = new Map<string, AccessNeeded>();
  for (const item of listField(input, 'TransactItems')) {
    for (const [kind, part] of Object.entries(isObject(item) ? item : {})) {
      const action = TRANSACTION_ACTIONS[kind];
      if (action === undefined) throw new ServiceError('ValidationException', `A transaction does not know ${kind}.`);
      const resource = tableArn(tableOf(part));
      needed.set(`${action} ${resource}`, { action: `dynamodb:${action}`, resource });
    }
  }
  return [...needed.values()];
};

const INSERT = /^INSERT INTO "([\w.-]+)" VALUE \{/;

/** Of PartiQL only inserts are played: they need an action of their own. */
const ofStatements = (input: JsonObject, tableArn: TableArn): readonly AccessNeeded[] => {
  const tables = listField(input, 'Statements').map((element) => {
    const statement = isObject(element) ? element['Statement'] : undefined;
    const [, table] = (typeof statement === 'string' ? INSERT.exec(statement) : undefined) ?? [];
    if (table === undefined)
      throw new ServiceError('ValidationException', `Of PartiQL the local stack plays INSERT INTO "table" VALUE {…}, not ${statement}.`);
    return table;
  });
  return [...new Set(tables)].map((table) => ({ action: 'dynamodb:PartiQLInsert', resource: tableArn(table) }));
};

export const dynamoDbAccess = (operation: string, input: JsonObject, tableArn: TableArn): readonly AccessNeeded[] => {
  const action = `dynamodb:${operation}`;
  if (operation === 'ListTables') return [{ action, resource: '*' }];
  if (TRANSACTIONS.has(operation)) return ofTransaction(input, tableArn);
  if (operation === STATEMENTS) return ofStatements(input, tableArn);
  if (OF_MANY_TABLES.has(operation)) {
    const tables = isObject(input['RequestItems']) ? Object.keys(input['RequestItems']) : [];
    return tables.map((table) => ({ action, resource: tableArn(table) }));
  }
  if (MAY_READ_INDEX.has(operation)) {
    const index = input['IndexName'];
    const table = tableArn(tableOf(input));
    return [{ action, resource: typeof index === 'string' ? `${table}/index/${index}` : table }];
  }
  if (OF_ONE_TABLE.has(operation)) return [{ action, resource: tableArn(tableOf(input)) }];
  throw new ServiceError('UnknownOperationException', `The local stack does not play dynamodb:${operation}.`);
};

/** What is passed on to DynamoDB; tables are made from the template alone. */
export const isPlayed = (operation: string): boolean =>
  operation === 'ListTables' ||
  operation === STATEMENTS ||
  [OF_ONE_TABLE, MAY_READ_INDEX, OF_MANY_TABLES, TRANSACTIONS].some((operations) => operations.has(operation));

/** Operations after which the table's stream may hold more. */
export const isWrite = (operation: string): boolean =>
  operation === STATEMENTS || /^(Put|Update|Delete|BatchWrite|TransactWrite)Item/.test(operation);
