import { randomUUID } from 'node:crypto';
import { parseEvent } from './event-pattern.ts';

/** An event on a bus: as text for its targets, with the detail exactly as it was put, and parsed for the rules. */
export interface BusEvent {
  readonly id: string;
  readonly timeMs: number;
  readonly json: string;
  /** Numbers stay text where a rule of the bus compares them exactly. */
  readonly parsed: (withNumberText: boolean) => unknown;
}

interface EnvelopeFields {
  readonly source: string;
  readonly detailType: string;
  /** JSON text of an object, already checked. */
  readonly detail: string;
  readonly resources: readonly string[];
  readonly timeMs: number;
  readonly account: string;
  readonly region: string;
}

/** An event's time has whole seconds: `2026-11-22T09:00:00Z`. */
const isoSeconds = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 19)}Z`;

/** `detailParsed` spares a second parse where the caller has checked the detail already. */
export const toBusEvent = (fields: EnvelopeFields, detailParsed?: unknown): BusEvent => {
  const id = randomUUID();
  const head = {
    version: '0',
    id,
    'detail-type': fields.detailType,
    source: fields.source,
    account: fields.account,
    time: isoSeconds(fields.timeMs),
    region: fields.region,
    resources: fields.resources,
  };
  return {
    id,
    timeMs: fields.timeMs,
    json: `${JSON.stringify(head).slice(0, -1)},"detail":${fields.detail}}`,
    parsed: (withNumberText) => ({
      ...head,
      detail: withNumberText || detailParsed === undefined ? parseEvent(fields.detail, withNumberText) : detailParsed,
    }),
  };
};

/** An archived event as a replay puts it again: the same id, marked with the replay's name. */
export const toReplayedEvent = (json: string, timeMs: number, replayName: string): BusEvent => {
  const marked = `{"replay-name":${JSON.stringify(replayName)},${json.slice(1)}`;
  const { id } = JSON.parse(json) as { readonly id: string };
  return { id, timeMs, json: marked, parsed: (withNumberText) => parseEvent(marked, withNumberText) };
};
