import type { AccessNeeded, Service, ServiceContext } from '../service.ts';
import type { Archives } from './archives.ts';
import type { EventBuses } from './event-buses.ts';
import { toBusEvent } from './event-envelope.ts';
import { matchesPattern } from './event-pattern.ts';
import { accessOf, answerJson, isObject, type JsonObject, listField, parseBody, ServiceError, textField } from './json-protocol.ts';
import type { Replays } from './replays.ts';
import type { Store } from './store.ts';

const MAXIMUM_ENTRIES = 10;
export const MAXIMUM_REQUEST_BYTES = 1_048_576;
const MAXIMUM_DETAIL_TYPE_CHARACTERS = 128;
const TIME_BYTES = 14;

/** One entry of PutEvents, as far as it reached us. */
export interface EventEntry {
  readonly Source?: unknown;
  readonly DetailType?: unknown;
  readonly Detail?: unknown;
  readonly Resources?: unknown;
  readonly Time?: unknown;
}

export type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

export interface EventsService extends Service {
  /** Puts one entry on a bus within the transaction of the turn, with the checks of PutEvents. What a pipe uses. */
  readonly putEntry: (busArn: string, entry: EventEntry, from: 'customer' | 'partner') => EntryResult;
}

const textBytes = (value: unknown): number => (typeof value === 'string' ? Buffer.byteLength(value) : 0);

/** Size as the service counts it: 14 bytes for a given time, and the UTF-8 bytes of source, type, detail and resources. */
export const entryBytes = (entry: EventEntry): number => {
  const resources = Array.isArray(entry.Resources) ? entry.Resources : [];
  return (
    (entry.Time === undefined ? 0 : TIME_BYTES) +
    [entry.Source, entry.DetailType, entry.Detail, ...resources].reduce((sum: number, part) => sum + textBytes(part), 0)
  );
};

const isGiven = (value: unknown): value is string => typeof value === 'string' && value !== '';

const parseObject = (json: string): JsonObject | undefined => {
  try {
    const parsed: unknown = JSON.parse(json);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
};

const invalid = (field: string, reason: string): EntryResult => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${field} is not valid. Reason: ${reason}`,
});

export const createEvents = (
  context: ServiceContext,
  store: Store,
  buses: EventBuses,
  archives: Archives,
  replays: Replays,
): EventsService => {
  const { clock, region, accountId } = context;

  const putEntry: EventsService['putEntry'] = (busArn, entry, from) => {
    const { Source: source, DetailType: detailType, Detail: detail } = entry;
    if (!isGiven(source)) return invalid('Source', 'Source is a required argument.');
    if (!isGiven(detailType)) return invalid('DetailType', 'DetailType is a required argument.');
    if (detailType.length > MAXIMUM_DETAIL_TYPE_CHARACTERS)
      return invalid('DetailType', `DetailType has at most ${MAXIMUM_DETAIL_TYPE_CHARACTERS} characters.`);
    if (!isGiven(detail)) return invalid('Detail', 'Detail is a required argument.');
    if (from === 'customer' && source.startsWith('aws.'))
      return { ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'Not authorized for the source.' };
    const parsed = parseObject(detail);
    if (parsed === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const resources = Array.isArray(entry.Resources) ? entry.Resources.map(String) : [];
    const timeMs = typeof entry.Time === 'number' ? entry.Time * 1000 : clock.now();
    const event = toBusEvent({ source, detailType, detail, resources, timeMs, account: accountId, region }, parsed);
    store.write(() => buses.accept(busArn, event));
    return { EventId: event.id };
  };

  const putAll = (input: JsonObject, from: 'customer' | 'partner', busOf: (entry: JsonObject) => string): JsonObject => {
    const entries = listField(input, 'Entries').filter(isObject);
    if (entries.length === 0 || entries.length > MAXIMUM_ENTRIES) {
      throw new ServiceError(
        'ValidationException',
        `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MAXIMUM_ENTRIES}; received ${entries.length}.`,
      );
    }
    if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > MAXIMUM_REQUEST_BYTES)
      throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.');
    const results = entries.map((entry): EntryResult => {
      const name = busOf(entry);
      const bus = buses.find(name);
      // The cloud takes an event for a bus that does not exist and loses it; a laptop should say so.
      if (bus === undefined) return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${name} does not exist.` };
      return putEntry(bus.arn, entry, from);
    });
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  };

  const busName = (entry: JsonObject): string =>
    typeof entry['EventBusName'] === 'string' && entry['EventBusName'] !== '' ? entry['EventBusName'] : 'default';

  const testPattern = (input: JsonObject): JsonObject => {
    try {
      return { Result: matchesPattern(textField(input, 'EventPattern'), textField(input, 'Event')) };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw new ServiceError('InvalidEventPatternException', (error as Error).message);
    }
  };

  const describeArchive = (input: JsonObject): JsonObject => {
    const resource = context.resources.ofType('AWS::Events::Archive').find(({ ref }) => ref === textField(input, 'ArchiveName'));
    const archive = archives.byArn(resource?.arn ?? '');
    if (archive === undefined)
      throw new ServiceError('ResourceNotFoundException', `Archive ${String(input['ArchiveName'])} does not exist.`);
    return {
      ArchiveArn: archive.arn,
      ArchiveName: archive.name,
      EventSourceArn: archive.busArn,
      State: 'ENABLED',
      EventCount: archives.count(archive),
    };
  };

  const operations: Readonly<Record<string, (input: JsonObject) => JsonObject>> = {
    PutEvents: (input) => putAll(input, 'customer', busName),
    // A partner names its source, and the bus bears the source's name.
    PutPartnerEvents: (input) => putAll(input, 'partner', (entry) => String(entry['Source'] ?? '')),
    TestEventPattern: testPattern,
    DescribeArchive: describeArchive,
    StartReplay: replays.startReplay,
    DescribeReplay: replays.describeReplay,
  };

  const accessNeeded = (operation: string, action: string, input: JsonObject): readonly AccessNeeded[] => {
    if (operation === 'PutEvents') {
      const names = new Set(listField(input, 'Entries').filter(isObject).map(busName));
      return [...names].map((name) => ({
        action,
        resource: buses.find(name)?.arn ?? `arn:aws:events:${region}:${accountId}:event-bus/${name}`,
      }));
    }
    if (operation === 'StartReplay') return [{ action, resource: String(input['EventSourceArn']) }];
    return [{ action, resource: '*' }];
  };

  return {
    signingName: 'events',
    putEntry,
    start: async () => {
      archives.expire();
      replays.start();
    },
    stop: async () => replays.stop(),
    access: (request) => {
      const action = `events:${request.operation}`;
      return accessOf(request, action, (input) => accessNeeded(request.operation, action, input));
    },
    handle: (request) =>
      answerJson('1.1', async () => {
        const operation = operations[request.operation];
        if (operation === undefined)
          throw new ServiceError('UnknownOperationException', `The local stack does not play events:${request.operation}.`);
        const answer = operation(parseBody(request));
        await store.committed();
        return answer;
      }),
  };
};
