import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Bug } from '../bug.ts';

/** Attempts of the SDK itself: network failures and throttled single operations, with its own backoff. */
const SDK_ATTEMPTS = 4;

/**
 * DynamoDB keeps 38 digits, a JavaScript number 53 bits. A number that survives the trip is a number, a larger integer
 * is a bigint, and anything else is a bug: decimals are stored as strings.
 */
export const exactNumber = (text: string): number | bigint => {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  if (/^-?\d+$/.test(text)) return BigInt(text);
  if (String(value) === text) return value;
  throw new Bug(`a stored number of ${text.length} characters cannot be read exactly; decimals are stored as strings`);
};

let client: DynamoDBDocumentClient | undefined;

/** Made at the first call, so that a function which never reads the table does not pay for it. */
export const dynamodb = (): DynamoDBDocumentClient => {
  client ??= DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: SDK_ATTEMPTS }), {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: exactNumber },
  });
  return client;
};

export const tableName = (): string => {
  const name = process.env['TABLE_NAME'];
  if (name === undefined || name === '')
    throw new Bug('the environment variable TABLE_NAME is missing: this function was wired without the table');
  return name;
};
