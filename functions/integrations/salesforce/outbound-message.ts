import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { recordId } from './record-id.ts';
import type { ChangedRecord } from './signal.ts';

/**
 * Salesforce's outbound message: SOAP 1.1, up to 100 notifications of records that were changed. Nobody signs it, so all that is taken of it is
 * whose org it says it is and which records: what is true of them is read from the org. This reads the one shape that Salesforce sends and is
 * no general XML parser: no document type, no entities but XML's own five, no processing instructions, comments or CDATA.
 */
export interface OutboundMessage {
  /** 18 characters. */
  readonly organizationId: string;
  /** Each once, in the order of the message. */
  readonly records: readonly ChangedRecord[];
}

/** Salesforce's own limit. */
export const MAX_NOTIFICATIONS = 100;
const NAMESPACE = 'http://soap.sforce.com/2005/09/outbound';
const PLACE_OF_NOTIFICATION = 'Envelope/Body/notifications/Notification';
/** A notification of the largest page layout has a few hundred fields. */
const MAX_TAGS = 200_000;
/** Envelope, Body, notifications, Notification, sObject, field. */
const MAX_DEPTH = 6;

const NAME = String.raw`[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?`;
const ATTRIBUTE = String.raw`\s+${NAME}\s*=\s*(?:"[^"<&]*"|'[^'<&]*')`;
const TAG = new RegExp(String.raw`<(?<close>/?)(?<name>${NAME})(?<attributes>(?:${ATTRIBUTE})*)\s*(?<empty>/?)>`, 'y');
const TEXT = /[^<]*/y;
const DECLARATION = /^\uFEFF?<\?xml\s[^<>?]*\?>/;
/** An ampersand begins one of XML's own five entities, or names a character by its number. */
const STRANGE_ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)/;

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

const attributeOf = (attributes: string, name: string): string | undefined =>
  new RegExp(String.raw`\s${name}\s*=\s*(?:"([^"]*)"|'([^']*)')`)
    .exec(attributes)
    ?.slice(1)
    .find((value) => value !== undefined);

const unreadable = (why: string) => fail('event-unreadable', `This is not an outbound message of Salesforce: ${why}.`, 'body');

/** What was seen so far. */
interface Seen {
  organizationId?: string;
  hasNamespace: boolean;
  notifications: number;
  records: Map<string, ChangedRecord>;
  /** Of the notification that is being read. */
  entity?: string;
  recordId?: string;
}

/** A tag that opens. Answers what is wrong with it. */
const opened = (place: string, attributes: string, seen: Seen): string | undefined => {
  if (place === 'Envelope/Body/notifications') {
    if (attributeOf(attributes, 'xmlns') !== NAMESPACE) return `notifications are not of ${NAMESPACE}`;
    seen.hasNamespace = true;
  }
  if (place === PLACE_OF_NOTIFICATION) {
    seen.notifications += 1;
    if (seen.notifications > MAX_NOTIFICATIONS) return `it has more than ${MAX_NOTIFICATIONS} notifications`;
    delete seen.entity;
    delete seen.recordId;
  }
  if (place === `${PLACE_OF_NOTIFICATION}/sObject`) {
    const entity = localName(attributeOf(attributes, 'xsi:type') ?? '');
    if (!/^[A-Za-z][A-Za-z0-9_]{0,79}$/.test(entity)) return 'an sObject says no type';
    seen.entity = entity;
  }
  return undefined;
};

/** The text between two tags of one element, which has nothing else in it. */
const told = (place: string, text: string, seen: Seen): string | undefined => {
  if (place === 'Envelope/Body/notifications/OrganizationId') {
    const id = recordId(text.trim());
    if (id === undefined) return 'its OrganizationId is no id';
    seen.organizationId = id;
  }
  if (place === `${PLACE_OF_NOTIFICATION}/sObject/Id`) {
    const id = recordId(text.trim());
    if (id === undefined) return 'the Id of an sObject is none';
    seen.recordId = id;
  }
  return undefined;
};

/** The end of a notification: what it told of is complete, or is not. */
const closed = (place: string, seen: Seen): string | undefined => {
  if (place !== PLACE_OF_NOTIFICATION) return undefined;
  const { entity, recordId: id } = seen;
  if (entity === undefined || id === undefined) return 'a notification names no record';
  seen.records.set(`${entity} ${id}`, { entity, id });
  return undefined;
};

interface Tag {
  readonly closes: boolean;
  readonly isEmpty: boolean;
  readonly name: string;
  readonly attributes: string;
}

/** Walks from tag to tag; `visit` gets the text before each. Answers what is wrong with the form. */
const walk = (xml: string, from: number, visit: (before: string, tag: Tag) => string | undefined): string | undefined => {
  let at = from;
  for (let tags = 0; at < xml.length; tags += 1) {
    if (tags === MAX_TAGS) return 'it has too many tags';
    TEXT.lastIndex = at;
    const text = TEXT.exec(xml)?.[0] ?? '';
    at += text.length;
    if (STRANGE_ENTITY.test(text)) return 'it has an entity that is not one of XML’s own';
    if (at === xml.length) return text.trim() === '' ? undefined : 'it has text outside of all tags';
    TAG.lastIndex = at;
    const groups = TAG.exec(xml)?.groups;
    if (groups === undefined) return 'it has something other than tags and text';
    at = TAG.lastIndex;
    const { close, name = '', attributes = '', empty } = groups;
    const problem = visit(text, { closes: close === '/', isEmpty: empty === '/', name, attributes });
    if (problem !== undefined) return problem;
  }
  return undefined;
};

/** Reads the body of a request. Problem: `event-unreadable`, for anything that is not exactly such a message. */
export const openOutboundMessage = (body: Buffer): Result<OutboundMessage, Problem<'event-unreadable'>> => {
  const xml = body.toString('utf8');
  const seen: Seen = { hasNamespace: false, notifications: 0, records: new Map() };
  const open: string[] = [];
  /** Whether the tag before opened the element that is closed now: only then is the text before it the element's own. */
  let isLeaf = false;
  const placeNow = (): string => open.map(localName).join('/');

  const close = (before: string, name: string): string | undefined => {
    if (open.at(-1) !== name) return 'its tags do not close each other';
    if (!isLeaf && before.trim() !== '') return 'it has text between tags';
    const place = placeNow();
    const problem = (isLeaf ? told(place, before, seen) : undefined) ?? closed(place, seen);
    isLeaf = false;
    open.pop();
    return problem;
  };
  const problem = walk(xml, DECLARATION.exec(xml)?.[0].length ?? 0, (before, { closes, isEmpty, name, attributes }) => {
    if (closes) return isEmpty || attributes !== '' ? 'a closing tag has more than a name' : close(before, name);
    if (open.length === 0 && seen.hasNamespace) return 'it has more than one envelope';
    if (before.trim() !== '') return 'it has text between tags';
    open.push(name);
    if (open.length > MAX_DEPTH) return 'it is nested too deeply';
    const wrong = opened(placeNow(), attributes, seen);
    isLeaf = true;
    return wrong ?? (isEmpty ? close('', name) : undefined);
  });
  if (problem !== undefined) return unreadable(problem);
  if (open.length > 0 || !seen.hasNamespace) return unreadable('it ends too early');
  if (seen.organizationId === undefined) return unreadable('it names no organization');
  if (seen.records.size === 0) return unreadable('it has no notification');
  return ok({ organizationId: seen.organizationId, records: [...seen.records.values()] });
};
