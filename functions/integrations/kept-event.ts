import { gunzipSync, gzipSync } from 'node:zlib';

/** How an event is kept whole while it is parked: JSON, gzip, base64. */
type Json = Readonly<Record<string, unknown>>;

/** Of the compressed text, so that the item stays below DynamoDB's 400 KB. */
const MAX_KEPT_CHARACTERS = 300_000;
const MAX_INFLATED_BYTES = 8_000_000;

/** Key that our replay adds to an event: the id of its parked copy, which is closed when the event is taken in. No vendor has such a key. */
const REPLAY_MARK = 'ascent_replay';

/** Id of the parked copy that this event was replayed from. */
export const replayedFrom = (raw: Json): string | undefined => {
  const mark = raw[REPLAY_MARK];
  return typeof mark === 'string' && mark !== '' ? mark : undefined;
};

/** The event as it is put on the bus again. */
export const markedAsReplay = (event: Json, parkedId: string): Json => ({ ...event, [REPLAY_MARK]: parkedId });

/** The event as it is kept; `undefined` where even that is too large. */
export const keptEvent = (raw: Json): string | undefined => {
  const { [REPLAY_MARK]: _mark, ...event } = raw;
  const text = gzipSync(JSON.stringify(event)).toString('base64');
  return text.length <= MAX_KEPT_CHARACTERS ? text : undefined;
};

export const openKeptEvent = (text: string): Json =>
  JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as Json;
