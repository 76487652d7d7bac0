import { randomUUID } from 'node:crypto';
import type { Busy, LocalClock, ReplayPort } from '../service.ts';
import type { Archive, Archives } from './archives.ts';
import type { EventBuses } from './event-buses.ts';
import { toReplayedEvent } from './event-envelope.ts';
import { isObject, type JsonObject, listField, ServiceError, textField } from './json-protocol.ts';
import { lastPart } from './properties.ts';
import type { Store } from './store.ts';

export interface Replays {
  readonly startReplay: (input: JsonObject) => JsonObject;
  readonly describeReplay: (input: JsonObject) => JsonObject;
  readonly port: ReplayPort;
  readonly start: () => void;
  readonly stop: () => void;
  readonly busy: Busy;
}

const CHUNK = 100;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS replays (
    name TEXT PRIMARY KEY, archive_arn TEXT NOT NULL, destination TEXT NOT NULL, rules TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
    state TEXT NOT NULL, last_id INTEGER NOT NULL DEFAULT 0, started_ms INTEGER NOT NULL, ended_ms INTEGER);
`;

type Row = {
  readonly name: string;
  readonly archive_arn: string;
  readonly destination: string;
  readonly rules: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly state: 'RUNNING' | 'COMPLETED';
  readonly last_id: number;
  readonly started_ms: number;
  readonly ended_ms: number | null;
};

/** The JSON protocol carries instants as seconds since the epoch. */
const instantField = (input: JsonObject, name: string): number => {
  const value = input[name];
  if (typeof value === 'number') return value * 1000;
  throw new ServiceError(
    'ValidationException',
    `${name} is an instant in seconds since the epoch; received ${JSON.stringify(value) ?? 'nothing'}.`,
  );
};

/** Replays of an archive: in chunks, each committed with its position, taken up again after a restart. */
export const createReplays = (store: Store, clock: LocalClock, archives: Archives, buses: EventBuses): Replays => {
  store.exec(SCHEMA);
  const select = store.prepare('SELECT * FROM replays WHERE name = ?');
  const running = store.prepare("SELECT * FROM replays WHERE state = 'RUNNING' ORDER BY started_ms LIMIT 1");
  const advance = store.prepare('UPDATE replays SET last_id = ? WHERE name = ?');
  const complete = store.prepare("UPDATE replays SET state = 'COMPLETED', ended_ms = ? WHERE name = ?");
  const insert = store.prepare(
    "INSERT INTO replays (name, archive_arn, destination, rules, from_ms, to_ms, state, started_ms) VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', ?)",
  );
  /** Who waits for the end of a replay, by its name. */
  const waiting = new Map<string, () => void>();
  let next: NodeJS.Immediate | undefined;
  let stopped = true;

  const step = (): void => {
    next = undefined;
    const row = running.get() as unknown as Row | undefined;
    if (row === undefined || stopped) return;
    const archive = archives.byArn(row.archive_arn);
    const events = archive === undefined ? [] : archives.read(archive, row.from_ms, row.to_ms, row.last_id, CHUNK);
    const rules = JSON.parse(row.rules) as readonly string[];
    store.write(() => {
      for (const event of events) buses.replay(row.destination, toReplayedEvent(event.json, event.timeMs, row.name), rules);
      const last = events.at(-1);
      if (last === undefined) complete.run(clock.now(), row.name);
      else advance.run(last.id, row.name);
    });
    if (events.length === 0) ended(row.name);
    next = setImmediate(step);
  };

  const ended = (name: string): void => {
    waiting.get(name)?.();
    waiting.delete(name);
  };

  const begin = (name: string, archive: Archive, rules: readonly unknown[], fromMs: number, toMs: number): void => {
    store.write(() => insert.run(name, archive.arn, archive.busArn, JSON.stringify(rules), fromMs, toMs, clock.now()));
    next ??= setImmediate(step);
  };

  const ofBus = (busName: string): Archive => {
    const named = archives.all.map((archive) => ({ archive, bus: lastPart(archive.busArn) }));
    const found = named.find(({ bus }) => bus === busName);
    if (found === undefined) throw new RangeError(`no bus ${busName} has an archive; there are: ${named.map(({ bus }) => bus).join(', ')}`);
    return found.archive;
  };

  return {
    port: {
      replay: async (busName, fromMs, toMs) => {
        const archive = ofBus(busName);
        if (fromMs > toMs) throw new RangeError('a replay ends at its beginning or later');
        const events = archives.count(archive, fromMs, toMs);
        const name = `operator-${randomUUID()}`;
        const end = new Promise<void>((resolve) => waiting.set(name, resolve));
        begin(name, archive, [], fromMs, toMs);
        await end;
        return events;
      },
    },
    startReplay: (input) => {
      const name = textField(input, 'ReplayName');
      const archiveArn = textField(input, 'EventSourceArn');
      const destination = isObject(input['Destination']) ? input['Destination'] : {};
      const busArn = textField(destination, 'Arn');
      const archive = archives.byArn(archiveArn);
      if (archive === undefined) throw new ServiceError('ResourceNotFoundException', `Archive ${archiveArn} does not exist.`);
      if (archive.busArn !== busArn)
        throw new ServiceError('ValidationException', `A replay goes to the bus of its archive, ${archive.busArn}; received ${busArn}.`);
      if (select.get(name) !== undefined) throw new ServiceError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
      const fromMs = instantField(input, 'EventStartTime');
      const toMs = instantField(input, 'EventEndTime');
      if (fromMs > toMs) throw new ServiceError('ValidationException', 'EventStartTime lies after EventEndTime.');
      begin(name, archive, listField(destination, 'FilterArns'), fromMs, toMs);
      return { ReplayArn: archiveArn.replace(/:archive\/.*$/, `:replay/${name}`), State: 'STARTING', ReplayStartTime: clock.now() / 1000 };
    },
    describeReplay: (input) => {
      const name = textField(input, 'ReplayName');
      const row = select.get(name) as unknown as Row | undefined;
      if (row === undefined) throw new ServiceError('ResourceNotFoundException', `Replay ${name} does not exist.`);
      return {
        ReplayName: name,
        State: row.state,
        EventSourceArn: row.archive_arn,
        Destination: { Arn: row.destination, FilterArns: JSON.parse(row.rules) as unknown },
        EventStartTime: row.from_ms / 1000,
        EventEndTime: row.to_ms / 1000,
        ReplayStartTime: row.started_ms / 1000,
        ...(row.ended_ms === null ? {} : { ReplayEndTime: row.ended_ms / 1000 }),
      };
    },
    start: () => {
      stopped = false;
      next ??= setImmediate(step);
    },
    stop: () => {
      stopped = true;
      clearImmediate(next);
    },
    busy: { name: 'replays', pending: () => (running.get() === undefined ? 0 : 1) },
  };
};
