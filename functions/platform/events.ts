import type { z } from 'zod/mini';

/**
 * An event is declared once; producers, consumers, rules, documentation and samples all import that declaration.
 * Within a version only optional additions are allowed.
 */
export interface EventDeclaration<Schema extends z.ZodMiniType = z.ZodMiniType> {
  /** Past tense, e.g. `SubscriptionRecorded`. It is the bus's detail-type. */
  readonly name: string;
  readonly version: number;
  /** The bus's source, `ascent.<capability>`. */
  readonly source: string;
  /** One line for the catalogue. */
  readonly meaning: string;
  readonly schema: Schema;
}

export const declareEvent = <Schema extends z.ZodMiniType>(declaration: EventDeclaration<Schema>): EventDeclaration<Schema> => declaration;

export type EventData<D extends EventDeclaration> = z.infer<D['schema']>;

/** An event of ours, before an item takes it up and after it was read from the revenue bus. */
export interface DomainEvent<D extends EventDeclaration = EventDeclaration> {
  /** Unique, deterministic for its cause, at most 128 characters: the same decision taken twice gives the same id. */
  readonly id: string;
  readonly type: D['name'];
  readonly version: number;
  readonly source: string;
  /** When it was recorded, ISO instant in UTC, from the platform's clock. */
  readonly recordedAt: string;
  /** What it is about, e.g. a customer. Order is kept between events that items of one partition key carry. */
  readonly subject: string;
  readonly data: EventData<D>;
}
