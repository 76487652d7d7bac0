import { createHash } from 'node:crypto';

/** What a type's identity is made of: its physical name and where the stack pretends to run. */
export interface Identity {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** Base of queue URLs: the internal port. */
  readonly endpoint: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface ResourceType {
  /** Property that holds the physical name, where the template may choose it. */
  readonly nameProperty?: string;
  /** Properties that the local stack acts on, or that change nothing on one machine. Any other property stops the start. */
  readonly properties: readonly string[];
  readonly ref: (identity: Identity) => string;
  readonly arn?: (identity: Identity) => string;
  /** Further attributes of `Fn::GetAtt`. */
  readonly attributes?: Readonly<Record<string, (identity: Identity) => string>>;
}

export const digest = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** Names of properties, one after the other. */
export const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const arnOf =
  (service: string, resource: (identity: Identity) => string) =>
  (identity: Identity): string =>
    `arn:aws:${service}:${identity.region}:${identity.accountId}:${resource(identity)}`;

export const name = (identity: Identity): string => identity.name;
/** A property that takes part in a name; empty where it is not given. */
export const own = (identity: Identity, property: string): string => String(identity.properties[property] ?? '');
