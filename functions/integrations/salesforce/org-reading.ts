import { Bug } from '../../platform/bug.ts';
import { nowMs } from '../../platform/clock.ts';
import type { SalesforceInstance } from '../../platform/config.ts';
import { cachedSecret, refreshedSecret, secretIds } from '../secrets.ts';
import type { OrgReading } from './read-in.ts';
import { MOST_OF_ORG_LIMIT_PERCENT, salesforceReader } from './reader.ts';
import type { OrgMemory } from './session.ts';
import { type Credentials, credentialsSchema } from './token.ts';

/** Kept free at the end of an invocation, for writing. */
const RESERVE_MS = 10_000;

/** `undefined` for the empty secret that a deployment makes, and for what is no JSON: the sync says so until an operator mends it. */
const credentialsOf = (text: string): Credentials | undefined => {
  try {
    const read = credentialsSchema.safeParse(JSON.parse(text));
    return read.success && read.data.clientId !== '' ? read.data : undefined;
  } catch {
    // The parser's message would repeat the secret.
    return undefined;
  }
};

const secretIdOf = ({ instance }: SalesforceInstance): string => {
  const secretId = secretIds('SALESFORCE_CREDENTIALS_SECRET_IDS', process.env['SALESFORCE_CREDENTIALS_SECRET_IDS']).get(instance);
  if (secretId === undefined) throw new Bug(`SALESFORCE_CREDENTIALS_SECRET_IDS has no secret for the instance ${instance}`);
  return secretId;
};

const rereadCredentials = async (secretId: string): Promise<Credentials | undefined> => {
  const text = await refreshedSecret(secretId);
  return text === undefined ? undefined : credentialsOf(text);
};

/** Whether an operator has put in how to sign in. */
export const isConnected = async (instance: SalesforceInstance): Promise<boolean> => {
  const secretId = secretIdOf(instance);
  return (credentialsOf(await cachedSecret(secretId)) ?? (await rereadCredentials(secretId))) !== undefined;
};

/** By where it is and how we sign in: sign-ins are counted too, and a warm function has its token still. */
const memories = new Map<string, OrgMemory>();

const memoryOf = (key: string): OrgMemory => {
  const known = memories.get(key) ?? {};
  memories.set(key, known);
  return known;
};

/** Reads of an org for as long as the invocation lasts. */
export const openOrg = (instance: SalesforceInstance, remainingMs: () => number): OrgReading => {
  const secretId = secretIdOf(instance);
  const { instanceUrl, audience, apiVersion } = instance;
  const reader = salesforceReader({
    instanceUrl,
    audience,
    apiVersion,
    memory: memoryOf(`${instanceUrl} ${secretId}`),
    nowMs,
    credentials: async () => credentialsOf(await cachedSecret(secretId)),
    rereadCredentials: () => rereadCredentials(secretId),
    budgetMs: () => remainingMs() - RESERVE_MS,
    // The org checks a signed assertion by its own clock.
    wallSeconds: () => Math.floor(Date.now() / 1000),
  });
  return { instance, reader, mostPercent: MOST_OF_ORG_LIMIT_PERCENT };
};
