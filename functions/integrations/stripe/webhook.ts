import { fail, ok, type Problem, type Result } from '../../platform/result.ts';

/** Largest body that is taken, bytes. Stripe's largest events (invoices with hundreds of lines) stay below 1 MB. */
export const MAX_BODY_BYTES = 4_000_000;
/** Of the whole entry, bytes: the bus and the queue behind it take 1 MB, their own envelopes included. */
export const MAX_DETAIL_BYTES = 900_000;

export interface Accepted {
  readonly id: string;
  readonly type: string;
  /** JSON text for the bus. */
  readonly detail: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body's value with its JSON text, without Stripe's indentation. */
const parse = (raw: Buffer): { readonly event?: unknown; readonly whole: string } => {
  try {
    const event: unknown = JSON.parse(raw.toString('utf8'));
    return { event, whole: JSON.stringify(event) };
  } catch {
    // The parser's message would repeat the body. And what is nested too deeply to be written again is no event.
    return { whole: '' };
  }
};

/** What stands in for an event that is too large for the bus: enough to fetch it. */
const reference = (event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const data = isObject(event['data']) && isObject(event['data']['object']) ? event['data']['object'] : {};
  const { id, object, type, api_version, created, livemode } = event;
  return {
    id,
    object,
    type,
    api_version,
    created,
    livemode,
    data: { object: { id: data['id'], object: data['object'] } },
    oversized: true,
  };
};

/** What goes to the bus of a body whose signature holds: the event without Stripe's indentation, or a reference to it. */
export const acceptedOf = (raw: Buffer): Result<Accepted, Problem<'event-unreadable'>> => {
  const { event, whole } = parse(raw);
  if (!isObject(event)) return fail('event-unreadable', 'The body is not a JSON object.', 'body');
  const { id, type, object } = event;
  if (typeof id !== 'string' || !/^evt_[A-Za-z0-9_]{1,90}$/.test(id))
    return fail('event-unreadable', 'The event has no id of the form evt_….', 'id');
  if (typeof type !== 'string' || type === '' || type.length > 128)
    return fail('event-unreadable', 'The event has no type of 1 to 128 characters.', 'type');
  if (object !== 'event' && object !== 'v2.core.event')
    return fail('event-unreadable', 'The body is neither an event nor a v2.core.event.', 'object');
  const detail = Buffer.byteLength(whole) > MAX_DETAIL_BYTES ? JSON.stringify(reference(event)) : whole;
  return ok({ id, type, detail });
};
