import { domainEvent } from '../../platform/envelope.ts';
import type { DomainEvent, EventData } from '../../platform/events.ts';
import { idOf } from '../../platform/ids.ts';
import { alertCleared, alertRaised } from '../events.ts';
import { clearsAtBps, type RuleHead } from './alert.ts';
import { type Judged, sentenceOf } from './engine.ts';

export type AlertData = EventData<typeof alertRaised>;
export type AlertEvent = DomainEvent<typeof alertRaised> | DomainEvent<typeof alertCleared>;

/** What every alert carries of its moment: the plan in force, and how far the sources had been heard. */
export interface Moment {
  /** Instant of the platform's clock. */
  readonly at: string;
  readonly planVersion: number;
  readonly dataThrough: AlertData['dataThrough'];
}

/** Of a figure's head. */
export const momentOf = (
  { planVersion, dataThrough }: { readonly planVersion: number; readonly dataThrough: AlertData['dataThrough'] },
  at: string,
): Moment => ({
  at,
  planVersion,
  dataThrough: dataThrough.map(({ id, throughAt }) => (throughAt === undefined ? { id } : { id, throughAt })),
});

/** One time that a rule is raised on a subject. */
export const alertIdOf = (rule: Pick<RuleHead, 'id'>, subject: string, times: number): string =>
  idOf('alert', rule.id, subject, String(times));

const headOf = ({ id, severity, ownerRole, formula }: RuleHead) => ({ rule: id, severity, ownerRole, formula });

/** The event that something happened which a rule tells once. */
export const onceEvent = (
  rule: RuleHead,
  { at, ...moment }: Moment,
  said: Omit<AlertData, 'alertId' | 'rule' | 'severity' | 'ownerRole' | 'formula' | 'unit' | keyof Omit<Moment, 'at'>>,
): AlertEvent => {
  const alertId = alertIdOf(rule, said.subject, 1);
  return domainEvent(alertRaised, {
    id: `${alertId}:raised`,
    recordedAt: at,
    subject: `alert:${rule.id}`,
    data: { alertId, ...headOf(rule), ...moment, unit: 'minor', ...said },
  });
};

/** The event of a level that was raised or cleared just now; undefined where nothing changed. */
export const changeEvent = (judged: Judged, on: string, { at, ...moment }: Moment): AlertEvent | undefined => {
  const { rule, reading, change, figureBps, times, wasRaised } = judged;
  if (change === undefined || figureBps === undefined || reading.given.ratio === undefined) return undefined;
  const alertId = alertIdOf(rule, reading.subject, times);
  const data: AlertData = {
    alertId,
    ...headOf(rule),
    ...moment,
    subject: reading.subject,
    sentence: sentenceOf(judged),
    on,
    unit: 'bps',
    figure: String(figureBps),
    threshold: String(reading.thresholdBps),
    clearsAt: String(clearsAtBps(rule.side, reading)),
    explain: reading.given.explain,
  };
  const fields = { id: `${alertId}:${change}`, recordedAt: at, subject: `alert:${rule.id}` };
  return wasRaised === undefined
    ? domainEvent(alertRaised, { ...fields, data })
    : domainEvent(alertCleared, { ...fields, data: { ...data, raisedAt: wasRaised.at, raisedOn: wasRaised.on } });
};
