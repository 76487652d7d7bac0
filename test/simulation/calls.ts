import type { Attribute, Attributes } from '../../functions/platform/clients/attributes.ts';
import { insertedItem } from './table.ts';

type Params = Readonly<Record<string, unknown>>;

const text = (attribute: Attribute | undefined): string => (attribute !== undefined && 'S' in attribute ? attribute.S : '');
const keyIn = (attributes: unknown): string => {
  const { pk, sk } = attributes as Attributes;
  return `${text(pk)} ${text(sk)}`;
};

const queried = (input: Params): string =>
  Object.values(input['ExpressionAttributeValues'] as Attributes)
    .map(text)
    .join(' ');

const writeOf = (write: Readonly<Record<string, Params>>): string => {
  const [params = {}] = Object.values(write);
  return keyIn(params['Item'] ?? params['Key']);
};

/** What a call is about, by which it is known again when a part of the history is left out. */
export const subjectOf = (operation: string, input: Params): string => {
  switch (operation) {
    case 'PutItem':
      return keyIn(input['Item']);
    case 'GetItem':
    case 'UpdateItem':
      return keyIn(input['Key']);
    case 'Query':
      return queried(input);
    case 'BatchGetItem':
      return Object.values(input['RequestItems'] as Record<string, { readonly Keys: readonly unknown[] }>)
        .flatMap(({ Keys: keys }) => keys.map(keyIn))
        .join(', ');
    case 'TransactWriteItems':
      return (input['TransactItems'] as readonly Readonly<Record<string, Params>>[]).map(writeOf).join(', ');
    case 'BatchExecuteStatement':
      return (input['Statements'] as readonly { readonly Statement: string; readonly Parameters: readonly Attribute[] }[])
        .map((one) => keyIn(insertedItem(one.Statement, one.Parameters)))
        .join(', ');
    case 'PutEvents':
      return (input['Entries'] as readonly { readonly Detail: string }[])
        .map(({ Detail: detail }) => (JSON.parse(detail) as { readonly id: string }).id)
        .join(', ');
    default:
      return '';
  }
};
