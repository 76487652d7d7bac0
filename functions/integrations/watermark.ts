import { Entity } from 'electrodb';
import { commit, entityDefaults, primaryPk, primarySk } from '../platform/table.ts';

/**
 * How far an instance's events have been taken in. One small update a batch, spread over eight items so that no partition key takes more than
 * its 1,000 writes a second (8 × 1,000 × 10 events a batch). Counts are of deliveries, at least once: a batch that is delivered again counts again.
 */
const MARK_BUCKETS = 8;
const bucketName = (n: number): string => String(n).padStart(2, '0');

/** `incomplete`: it waits for a reading of the source. `dropped`: it says nothing that is taken in (of another object, say, or of our own write). */
export type Outcome = 'recorded' | 'duplicate' | 'parked' | 'incomplete' | 'dropped' | 'failed';
export const OUTCOMES: readonly Outcome[] = ['recorded', 'duplicate', 'parked', 'incomplete', 'dropped', 'failed'];

const marks = new Entity(
  {
    model: { entity: 'intake-mark', version: '1', service: 'integrations' },
    attributes: {
      system: { type: 'string', required: true },
      instance: { type: 'string', required: true },
      bucket: { type: 'string', required: true },
      lastEventId: { type: 'string' },
      lastEventType: { type: 'string' },
      /** Epoch seconds of the source. */
      lastObservedAt: { type: 'number' },
      lastRecordedAt: { type: 'string' },
      /** Greatest source time that the writing function has seen since it started. */
      throughAt: { type: 'number' },
      recorded: { type: 'number' },
      duplicate: { type: 'number' },
      parked: { type: 'number' },
      incomplete: { type: 'number' },
      dropped: { type: 'number' },
      failed: { type: 'number' },
    },
    indexes: {
      byInstance: {
        pk: { ...primaryPk, composite: ['system', 'instance', 'bucket'], template: 'MARK#${system}#${instance}#${bucket}' },
        sk: { ...primarySk, composite: [], template: 'MARK' },
      },
    },
  } as const,
  entityDefaults,
);

export interface Intake {
  readonly system: string;
  readonly instance: string;
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  /** The latest that was taken in of the batch, by the source's time. */
  readonly last: { readonly eventId: string; readonly eventType: string; readonly observedAt: number } | undefined;
  readonly recordedAt: string;
}

/** Only so that a bucket rarely falls behind the others: readers take the greatest of all buckets. */
const greatest = new Map<string, number>();

export const markIntake = async ({ system, instance, counts, last, recordedAt }: Intake): Promise<void> => {
  // Not business data: any of the buckets will do.
  const bucket = bucketName(Math.floor(Math.random() * MARK_BUCKETS));
  const key = `${system}/${instance}`;
  const throughAt = Math.max(greatest.get(key) ?? 0, last?.observedAt ?? 0);
  greatest.set(key, throughAt);
  const added = Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
  const seen =
    last === undefined
      ? {}
      : {
          lastEventId: last.eventId,
          lastEventType: last.eventType,
          lastObservedAt: last.observedAt,
          lastRecordedAt: recordedAt,
          throughAt,
        };
  const written = await commit([{ update: marks.update({ system, instance, bucket }).add(added).set(seen).params() }]);
  if (!written.ok) throw new Error(`the intake mark is ${written.problem.code}`);
};

export interface Watermark {
  readonly lastEvent:
    | {
        readonly eventId: string;
        readonly eventType: string;
        readonly observedAt: number;
        readonly recordedAt: string;
        readonly lagSeconds: number;
      }
    | undefined;
  /** Epoch seconds up to which the source has been heard. */
  readonly throughAt: number | undefined;
  readonly counts: Readonly<Record<Outcome, number>>;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const watermarkOf = async (system: string, instance: string): Promise<Watermark> => {
  const keys = Array.from({ length: MARK_BUCKETS }, (_, i) => ({ system, instance, bucket: bucketName(i) }));
  const { data: found, unprocessed } = await marks.get(keys).go();
  if (unprocessed.length > 0) throw new Error('not all intake marks were read: DynamoDB is throttling');
  const counts: Record<Outcome, number> = { recorded: 0, duplicate: 0, parked: 0, incomplete: 0, dropped: 0, failed: 0 };
  for (const mark of found) for (const outcome of OUTCOMES) counts[outcome] += mark[outcome] ?? 0;
  const through = found.map((mark) => mark.throughAt ?? 0).sort((a, b) => b - a)[0];
  const newest = [...found].sort(
    (a, b) =>
      compareText(b.lastRecordedAt ?? '', a.lastRecordedAt ?? '') ||
      (b.lastObservedAt ?? 0) - (a.lastObservedAt ?? 0) ||
      compareText(b.lastEventId ?? '', a.lastEventId ?? ''),
  )[0];
  if (newest?.lastEventId === undefined || newest.lastRecordedAt === undefined) return { lastEvent: undefined, throughAt: through, counts };
  const observedAt = newest.lastObservedAt ?? 0;
  const lastEvent = {
    eventId: newest.lastEventId,
    eventType: newest.lastEventType ?? '',
    observedAt,
    recordedAt: newest.lastRecordedAt,
    lagSeconds: Math.floor(Date.parse(newest.lastRecordedAt) / 1000) - observedAt,
  };
  return { lastEvent, throughAt: through, counts };
};
