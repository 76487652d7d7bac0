import * as z from 'zod/mini';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { type ChangeSignal, openChangeEvent } from './change-event.ts';
import { recordId } from './record-id.ts';

/** A record that somebody says was changed. */
export interface ChangedRecord {
  /** API name of its object, e.g. `Contract`. */
  readonly entity: string;
  /** 18 characters. */
  readonly id: string;
}

/** What an event on a bus says was changed. */
export interface Signal {
  /** The same for every delivery of the event. */
  readonly key: string;
  readonly scope:
    | { readonly kind: 'records'; readonly records: readonly ChangedRecord[] }
    /** Any record of the object may have been changed. */
    | { readonly kind: 'object'; readonly entity: string };
  /** When the change was committed, by the org's clock, or when we were told of it; epoch milliseconds. */
  readonly toldAtMs: number;
  /** The change is not older than this. */
  readonly sinceMs: number;
  /** The name that the API client which made the change had given itself. */
  readonly client: string | undefined;
  /** AWS or a signature says that it came from the org; anybody could have sent any other. */
  readonly isSure: boolean;
}

export const MAX_RECORDS_TOLD = 200;
/** Salesforce repeats an outbound message for a day. */
const LONGEST_REPEATED_MS = 86_400_000;
const entity = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_]{0,79}$/));
const id = z.string().check(z.refine((text) => recordId(text)?.length === 18, { error: 'the id of a record has 15 or 18 characters' }));

/** Records by name, as callouts and our own signals tell them. */
export const toldRecords = z.array(z.object({ entity, id })).check(z.minLength(1), z.maxLength(MAX_RECORDS_TOLD));

/** Of what the second door, or a replay, puts on the source bus: its detail-type, and its detail. */
export const RECORDS_CHANGED = 'SalesforceRecordsChanged';
export const recordsChanged = z.object({
  key: z.string().check(z.minLength(1), z.maxLength(200)),
  records: toldRecords,
  receivedAtMs: z.int(),
  isSure: z.boolean(),
});
export type RecordsChanged = z.infer<typeof recordsChanged>;

/** The records with ids of 18 characters, each once. */
export const fullRecords = (records: readonly ChangedRecord[]): readonly ChangedRecord[] => {
  const byName = new Map<string, ChangedRecord>();
  for (const { entity: name, id: told } of records) {
    const full = recordId(told) ?? told;
    byName.set(`${name} ${full}`, { entity: name, id: full });
  }
  return [...byName.values()];
};

const fromChange = ({ key, entity: name, scope, committedAtMs, client }: ChangeSignal): Signal => ({
  key,
  scope:
    scope.kind === 'records'
      ? { kind: 'records', records: scope.ids.map((one) => ({ entity: name, id: one })) }
      : { kind: 'object', entity: name },
  toldAtMs: committedAtMs,
  // After an overflow, Salesforce asks for all of the object to be read again.
  sinceMs: scope.kind === 'everything' ? 0 : committedAtMs,
  client,
  isSure: true,
});

export type SignalProblem = Problem<'shape-unreadable' | 'type-not-consumed'>;

/**
 * Opens the detail of a bus event by its detail-type. Problems: `type-not-consumed` for what is no change event (a platform event, say),
 * `shape-unreadable` for one that cannot be read.
 */
export const openSignal = (detailType: string, detail: unknown): Result<Signal, SignalProblem> => {
  if (detailType === RECORDS_CHANGED) {
    const told = recordsChanged.safeParse(detail);
    if (!told.success) return fail('shape-unreadable', 'This is not a list of changed records as our own webhook writes it.', 'detail');
    const { key, records, receivedAtMs, isSure } = told.data;
    const scope = { kind: 'records', records: fullRecords(records) } as const;
    return ok({ key, scope, toldAtMs: receivedAtMs, sinceMs: receivedAtMs - LONGEST_REPEATED_MS, client: undefined, isSure });
  }
  const change = openChangeEvent(detail);
  if (change.ok) return ok(fromChange(change.value));
  if (detailType.endsWith('ChangeEvent')) return change;
  return fail(
    'type-not-consumed',
    `Events of the type "${detailType.slice(0, 80)}" are not consumed, only change events are: take it out of the relay's channel, or leave it here.`,
    'detail-type',
  );
};
