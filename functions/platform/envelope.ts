import { Bug } from './bug.ts';
import type { DomainEvent, EventData, EventDeclaration } from './events.ts';
import { fail, ok, type Problem, type Result } from './result.ts';

/** What an event bus delivers, whichever way it came: the bus's own id may change when a partner sends again. */
export interface BusEnvelope {
  readonly busEventId: string;
  readonly detailType: string;
  readonly source: string;
  /** ISO instant in UTC, the bus's time. */
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export type EnvelopeProblem = Problem<'envelope-malformed' | 'event-unknown' | 'event-invalid'>;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (detail: string, field?: string) => fail('envelope-malformed', detail, field);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // `undefined` is never the value of a JSON text; the parser's own message would repeat the text, which may be personal.
    return undefined;
  }
};

/** Opens an EventBridge event in the body of a queue's message. */
export const openEnvelope = (body: string): Result<BusEnvelope, EnvelopeProblem> => {
  const event = parseJson(body);
  if (!isRecord(event)) return malformed('the message is not the JSON of a bus event');
  const { id, source, time, detail } = event;
  const detailType = event['detail-type'];
  for (const [field, value] of Object.entries({ id, source, time, 'detail-type': detailType })) {
    if (typeof value !== 'string' || value === '') return malformed(`the bus event has no ${field}`, field);
  }
  if (!isRecord(detail)) return malformed('the detail of the bus event is not an object', 'detail');
  return ok({ busEventId: String(id), detailType: String(detailType), source: String(source), time: String(time), detail });
};

/** Any of the declared events, its data typed by its declaration. */
export type DeclaredEvent<D extends EventDeclaration> = D extends EventDeclaration ? DomainEvent<D> : never;

/** A domain event of this declaration; pure. Its data is checked when an item takes it up. */
export const domainEvent = <D extends EventDeclaration>(
  declaration: D,
  fields: { readonly id: string; readonly recordedAt: string; readonly subject: string; readonly data: EventData<D> },
): DomainEvent<D> => ({ type: declaration.name, version: declaration.version, source: declaration.source, ...fields });

/** The declaration of an event's type and version. */
export const declarationOf = <D extends EventDeclaration>(type: string, version: number, declarations: readonly D[]): D | undefined =>
  declarations.find((declaration) => declaration.name === type && declaration.version === version);

/** Path of the first field that a schema refuses, for a problem's `field`; never its value. */
const firstField = (issues: readonly { readonly path: readonly PropertyKey[] }[]): string => {
  const path = issues[0]?.path ?? [];
  return ['data', ...path.map(String)].join('.');
};

const stringOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The flat fields that the `event` of an item and the detail on the bus share: all strings, `data` the event's data as JSON text. */
const openFlat = <D extends EventDeclaration>(
  flat: Readonly<Record<string, unknown>>,
  source: string | undefined,
  declarations: readonly D[],
): Result<DeclaredEvent<D>, EnvelopeProblem> => {
  const id = stringOf(flat['id']);
  const type = stringOf(flat['type']);
  const recordedAt = stringOf(flat['recordedAt']);
  const subject = stringOf(flat['subject']);
  const text = stringOf(flat['data']);
  const version = Number(flat['version']);
  if (!id || !type || !source || !recordedAt || !subject || !text || !Number.isInteger(version)) {
    return malformed('the event lacks one of id, type, version, source, recordedAt, subject, data');
  }
  const declaration = declarationOf(type, version, declarations);
  if (declaration === undefined || declaration.source !== source) {
    return fail(
      'event-unknown',
      `${type} version ${version} from ${source} is not one of ${declarations.map((d) => `${d.name} version ${d.version}`).join(', ')}`,
    );
  }
  const parsed = declaration.schema.safeParse(parseJson(text));
  if (!parsed.success)
    return fail('event-invalid', `the data of ${type} version ${version} does not fit its schema`, firstField(parsed.error.issues));
  const event = { id, type, version, source, recordedAt, subject, data: parsed.data };
  return ok(event as unknown as DeclaredEvent<D>);
};

/** Opens one of our own events from the revenue bus: its data is JSON text, checked by the schema of its type and version. */
export const openDomainEvent = <D extends EventDeclaration>(
  envelope: BusEnvelope,
  declarations: readonly D[],
): Result<DeclaredEvent<D>, EnvelopeProblem> =>
  envelope.detailType === envelope.detail['type']
    ? openFlat(envelope.detail, envelope.source, declarations)
    : malformed(`the bus says ${envelope.detailType}, the event itself another type`, 'detail.type');

/** An attribute of a stream record's image. */
export interface ImageAttribute {
  readonly S?: string | undefined;
  readonly M?: Readonly<Record<string, ImageAttribute>> | undefined;
}
export type Image = Readonly<Record<string, ImageAttribute>>;

/** Type of the event that an item carries, seen in its new image; `undefined` for an item without one. */
export const carriedTypeOf = (image: Image | undefined): string | undefined => image?.['event']?.M?.['type']?.S;

/** Opens the event that an item carries, from its new image in the table's stream, as the projector reads it. */
export const fromImage = <D extends EventDeclaration>(
  image: Image,
  declarations: readonly D[],
): Result<DeclaredEvent<D>, EnvelopeProblem> => {
  const event = image['event']?.M;
  if (event === undefined) throw new Bug('the item carries no event');
  const flat = Object.fromEntries(Object.entries(event).map(([name, attribute]) => [name, attribute.S]));
  return openFlat(flat, flat['source'], declarations);
};
