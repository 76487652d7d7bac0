import type { LocalClock, Resource } from '../service.ts';
import type { BusEvent } from './event-envelope.ts';
import { type CompiledPattern, compilePattern } from './event-pattern.ts';
import { checkProperties, numberAt, requiredText, textAt } from './properties.ts';
import type { Store } from './store.ts';

export interface Archive {
  readonly arn: string;
  readonly name: string;
  readonly busArn: string;
  readonly pattern?: CompiledPattern;
  /** 0: kept for ever. */
  readonly retentionMs: number;
}

interface ArchivedEvent {
  readonly id: number;
  readonly timeMs: number;
  readonly json: string;
}

export interface Archives {
  readonly byArn: (arn: string) => Archive | undefined;
  readonly all: readonly Archive[];
  /**
   * Keeps the event in every archive of its bus that wants it, within the transaction of the turn. Gives a row that
   * holds it, so that its messages need not hold its text again.
   */
  readonly keep: (busArn: string, event: BusEvent) => number | undefined;
  /** Events of a span of time (both ends included) after a row, in the order in which they came. */
  readonly read: (archive: Archive, fromMs: number, toMs: number, afterId: number, limit: number) => readonly ArchivedEvent[];
  /** Of a span of time (both ends included), or of all. */
  readonly count: (archive: Archive, fromMs?: number, toMs?: number) => number;
  /** Drops what is older than each archive's retention. */
  readonly expire: () => void;
}

const DAY_MS = 86_400_000;
const readArchive = (resource: Resource): Archive => {
  checkProperties(resource, ['ArchiveName', 'SourceArn', 'EventPattern', 'RetentionDays'], ['Description', 'KmsKeyIdentifier']);
  const { properties } = resource;
  const pattern = properties['EventPattern'];
  return {
    arn: resource.arn,
    name: textAt(resource, properties, 'ArchiveName') ?? resource.ref,
    busArn: requiredText(resource, properties, 'SourceArn'),
    retentionMs: numberAt(resource, properties, 'RetentionDays', 0) * DAY_MS,
    ...(pattern === undefined ? {} : { pattern: compilePattern(pattern) }),
  };
};

/** Over the tables of `queue-messages.ts`: archived events and the messages that they became share one text. */
export const createArchives = (resources: readonly Resource[], store: Store, clock: LocalClock): Archives => {
  const all = resources.map(readArchive);
  const insert = store.prepare('INSERT INTO archived_events (archive, time_ms, event) VALUES (?, ?, ?)');
  const select = store.prepare(
    'SELECT id, time_ms AS timeMs, event AS json FROM archived_events WHERE archive = ? AND time_ms BETWEEN ? AND ? AND id > ? ORDER BY id LIMIT ?',
  );
  const expire = store.prepare(
    'DELETE FROM archived_events WHERE archive = ? AND time_ms < ? AND id NOT IN (SELECT archived_id FROM messages WHERE archived_id IS NOT NULL)',
  );
  const countBetween = store.prepare('SELECT count(*) AS n FROM archived_events WHERE archive = ? AND time_ms BETWEEN ? AND ?');
  return {
    all,
    byArn: (arn) => all.find((archive) => archive.arn === arn),
    keep: (busArn, event) => {
      let row: number | undefined;
      for (const { busArn: archived, pattern, name } of all) {
        if (archived !== busArn || (pattern !== undefined && !pattern.matches(event.parsed(pattern.needsNumberText)))) continue;
        row = Number(store.write(() => insert.run(name, event.timeMs, event.json)).lastInsertRowid);
      }
      return row;
    },
    read: ({ name }, fromMs, toMs, afterId, limit) => select.all(name, fromMs, toMs, afterId, limit) as unknown as readonly ArchivedEvent[],
    count: ({ name }, fromMs = 0, toMs = Number.MAX_SAFE_INTEGER) => (countBetween.get(name, fromMs, toMs) as { n: number }).n,
    expire: () => {
      for (const { name, retentionMs } of all) {
        // An event that a message still needs stays until the message is gone.
        if (retentionMs > 0) store.write(() => expire.run(name, clock.now() - retentionMs));
      }
    },
  };
};
