import type { Attribute, Attributes } from '../../functions/platform/clients/attributes.ts';
import { insertedItem } from './table.ts';

type Params = Readonly<Record<string, unknown>>;

const text = (attribute: Attribute | undefined): string => (attribute !== undefined && 'S' in attribute ? attribute.S : '');

/** Numbers that differ from run to run say nothing: of a rate set, and the time in the id of a reading of our own. */
const plain = (subject: string): string => subject.replace(/(COMPANY#FX#.*#)\d{8}/, '$1').replace(/\brefetch:([^:]*):\d+:/g, 'refetch:$1:');

const keyIn = (attributes: unknown): string => {
  const { pk, sk } = attributes as Attributes;
  return plain(`${text(pk)} ${text(sk)}`);
};

const queried = (input: Params): string =>
  Object.values(input['ExpressionAttributeValues'] as Attributes)
    .map(text)
    .join(' ');

const writeOf = (write: Readonly<Record<string, Params>>): string => {
  const [params = {}] = Object.values(write);
  return keyIn(params['Item'] ?? params['Key']);
};

/** What a detail on the source bus is about: an event of Stripe, or records that an org says were changed. */
export const labelOfDetail = ({ id, key = '' }: { readonly id?: string; readonly key?: string }): string => id ?? key;

/** A query without the times in it, which differ from run to run. */
export const labelOfQuery = (soql: string): string => soql.replace(/^SELECT .* FROM /, '').replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME');

/** What a message of our own asks for. */
export const labelOf = (body: string): string => {
  const { kind, object, id, ids, event, redecide } = JSON.parse(body) as {
    readonly kind?: string;
    readonly object?: string;
    readonly id?: string;
    readonly ids?: readonly string[];
    readonly event?: { readonly id: string };
    readonly redecide?: readonly string[];
  };
  return redecide === undefined ? [kind, object, id, ...(ids ?? []), event?.id].filter(Boolean).join(' ') : `redecide ${redecide.join()}`;
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
        .map(({ Detail: detail }) => labelOfDetail(JSON.parse(detail)))
        .join(', ');
    case 'SendMessage':
      return labelOf(String(input['MessageBody']));
    default:
      return '';
  }
};
