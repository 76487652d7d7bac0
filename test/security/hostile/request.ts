import type { Operation } from '../operations.ts';
import type { Chance } from './chance.ts';

export interface HostileRequest {
  readonly kind: string;
  readonly operation: Operation;
  /** `refused`: only a 4xx will do. `answered`: strange and yet allowed, or harmless: whatever but a 5xx. */
  readonly must: 'refused' | 'answered';
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Buffer | string;
  /** Handed to the function as it is, as no API Gateway would: base64 that is none, a path that cannot be decoded. */
  readonly event?: Readonly<Record<string, unknown>>;
}

/** Makes a request of one kind for an operation; what it leaves out is as a friendly request has it. */
export type Make = (operation: Operation, chance: Chance) => Partial<HostileRequest> & Pick<HostileRequest, 'must'>;

/** Makers by the name of their kind, in the order in which they take turns. */
export type Makers = Readonly<Record<string, Make>>;

export const JSON_TYPE = [['content-type', 'application/json']] as const;
