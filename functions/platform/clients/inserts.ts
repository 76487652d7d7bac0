import { assert } from '../bug.ts';
import { dynamodb, isBusy, tableName } from './dynamodb.ts';

type Params = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, unknown>>;

/** What became of one item: stored, refused because its key is taken, or neither (a throttle, an item too large): to be written by itself. */
export type Inserted = 'stored' | 'taken' | 'open';

/** DynamoDB's limit of the statements of one request. */
const MAX_STATEMENTS = 25;

/** ElectroDB's `create` names both keys, our own conditions name one; an item has either both or none. */
const ONLY_IF_NEW = /^attribute_not_exists\(#?pk\)( AND attribute_not_exists\(#?sk\))?$/;

/** The item of a put that has the one condition that its key is not taken. */
export const newItemOf = ({ Item: item, ConditionExpression: condition }: Params): Item | undefined =>
  typeof condition === 'string' && ONLY_IF_NEW.test(condition) ? (item as Item) : undefined;

const statementOf = (item: Item): Params => {
  const attributes = Object.entries(item).filter(([, value]) => value !== undefined);
  const tuple = attributes.map(([name]) => {
    assert(/^\w+$/.test(name), 'attributes of an item have plain names');
    return `'${name}':?`;
  });
  return { Statement: `INSERT INTO "${tableName()}" VALUE {${tuple.join(',')}}`, Parameters: attributes.map(([, value]) => value) };
};

/** Codes of a statement's error (Amazon DynamoDB API Reference, BatchStatementError) that say that the key is taken. */
const TAKEN: ReadonlySet<unknown> = new Set(['DuplicateItem', 'ConditionalCheckFailed']);

type StatementAnswer = { readonly Error?: { readonly Code?: string } };

/** What became of each statement, or that the service takes no such request now. */
const execute = async (items: readonly Item[]): Promise<readonly StatementAnswer[] | 'busy'> => {
  try {
    const { Responses: answers } = await dynamodb('BatchExecuteStatement', { Statements: items.map(statementOf) });
    return answers as readonly StatementAnswer[];
  } catch (error) {
    if (isBusy(error)) return 'busy';
    throw error;
  }
};

const insertSome = async (items: readonly Item[]): Promise<readonly Inserted[]> => {
  const answers = await execute(items);
  if (answers === 'busy') return items.map(() => 'open');
  return items.map((_item, i) => {
    const { Error: error } = answers[i] ?? {};
    if (error === undefined) return 'stored';
    return TAKEN.has(error.Code) ? 'taken' : 'open';
  });
};

/**
 * Stores items of different keys where their keys are free, each by itself: as many plain conditional puts, at the same price, in a request for
 * every 25 (BatchExecuteStatement; of PartiQL only INSERT is used, with every value as a parameter). Answers in the order of the items.
 */
export const insertItems = async (items: readonly Item[]): Promise<readonly Inserted[]> => {
  const requests: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += MAX_STATEMENTS) requests.push(items.slice(from, from + MAX_STATEMENTS));
  return (await Promise.all(requests.map(insertSome))).flat();
};
