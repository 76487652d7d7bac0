import * as z from 'zod/mini';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { recordId } from './record-id.ts';

/**
 * What a change event of Salesforce (Change Data Capture, as Event Relay delivers it) says: that something of some records has changed.
 * What is true of them is read from the org, so fields that the event carries, leaves out or cuts do not matter, nor does the order in which
 * events come, nor that a gap or overflow event carries none.
 */
export interface ChangeSignal {
  /** `<transaction>:<number within it>`: the same for every delivery of the event. */
  readonly key: string;
  /** API name of the object, e.g. `Contract`. */
  readonly entity: string;
  readonly scope: ChangeScope;
  /** Epoch milliseconds of the org's clock. */
  readonly committedAtMs: number;
  /** The name that the API client which made the change had given itself, so that our own writes are told apart. */
  readonly client: string | undefined;
}

export type ChangeScope =
  | { readonly kind: 'records'; readonly ids: readonly string[] }
  /** More than the event can name: all records of the object that were changed at that time. */
  | { readonly kind: 'changed-since' }
  /** An overflow: more changes than the org tells of, deletions among them. */
  | { readonly kind: 'everything' };

const text = z.string().check(z.minLength(1), z.maxLength(255));

const header = z.object({
  entityName: z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_]{0,79}$/)),
  recordIds: z.optional(z.array(text)),
  /** As one capture in the wild had it. */
  recordId: z.optional(text),
  changeType: z.enum([
    'CREATE',
    'UPDATE',
    'DELETE',
    'UNDELETE',
    'GAP_CREATE',
    'GAP_UPDATE',
    'GAP_DELETE',
    'GAP_UNDELETE',
    'GAP_OVERFLOW',
    'SNAPSHOT',
  ]),
  changeOrigin: z.optional(z.string()),
  transactionKey: text,
  sequenceNumber: z.int(),
  commitTimestamp: z.int(),
});

const detail = z.union([
  z.object({ payload: z.object({ ChangeEventHeader: header }) }),
  // Without the wrapping, as AppFlow delivers it.
  z.object({ ChangeEventHeader: header }),
]);

/** Opens the `detail` of a bus event. Problem: `shape-unreadable`, where it is not a change event as any version writes it. */
export const openChangeEvent = (raw: unknown): Result<ChangeSignal, Problem<'shape-unreadable'>> => {
  const read = detail.safeParse(raw);
  if (!read.success) return unreadable('it has no ChangeEventHeader with object, records, kind of change, transaction and time');
  const told = 'payload' in read.data ? read.data.payload.ChangeEventHeader : read.data.ChangeEventHeader;
  const scope = scopeOf(told);
  if (scope === undefined) return unreadable(`its record ids are ${(told.recordIds ?? []).slice(0, 3).join(', ') || 'missing'}`);
  return ok({
    key: `${told.transactionKey}:${told.sequenceNumber}`,
    entity: told.entityName,
    scope,
    committedAtMs: told.commitTimestamp,
    client: /;client=([^;/]+)/.exec(told.changeOrigin ?? '')?.[1],
  });
};

/** `undefined` where what stands for the records is neither ids nor a wildcard. */
const scopeOf = ({ changeType, recordIds, recordId: single }: z.infer<typeof header>): ChangeScope | undefined => {
  if (changeType === 'GAP_OVERFLOW') return { kind: 'everything' };
  const told = recordIds ?? (single === undefined ? [] : [single]);
  if (told.some((id) => id.endsWith('*'))) return { kind: 'changed-since' };
  const ids = told.map(recordId);
  return ids.length === 0 || ids.includes(undefined) ? undefined : { kind: 'records', ids: ids as string[] };
};

const unreadable = (why: string) => fail('shape-unreadable', `This is not a change event of Salesforce: ${why}.`, 'detail');
