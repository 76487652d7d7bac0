import { domainEvent } from '../../platform/envelope.ts';
import type { DomainEvent, EventDeclaration } from '../../platform/events.ts';
import { carried } from '../../platform/outbox.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { Write } from '../../platform/table.ts';
import {
  contactRecorded,
  customerRecorded,
  integrationEvents,
  opportunityRecorded,
  subscriptionRecorded,
  userRecorded,
} from '../events.ts';
import { type NewestShowing, showingWrite } from '../store.ts';
import type { Told } from './told.ts';

const SYSTEM = 'salesforce';

const DECLARATIONS: Readonly<Record<Told['kind'], EventDeclaration>> = {
  subscription: subscriptionRecorded,
  customer: customerRecorded,
  opportunity: opportunityRecorded,
  contact: contactRecorded,
  user: userRecorded,
};

/** Whose fact it is: facts of one customer go out in order among themselves. */
const subjectOf = ({ kind, fact }: Told): string => {
  switch (kind) {
    case 'subscription':
    case 'customer':
      return fact.customerId;
    case 'opportunity':
      return fact.customerId ?? fact.opportunityId;
    case 'contact':
      return fact.customerId ?? fact.contactId;
    case 'user':
      return fact.userId;
  }
};

/** A fact that its own schema refuses is not recorded, and parked with the field. */
export const checkedFact = (told: Told): Result<Told, Problem<'shape-unreadable'>> => {
  const parsed = DECLARATIONS[told.kind].schema.safeParse(told.fact);
  if (parsed.success) return ok(told);
  const field = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return fail('shape-unreadable', `The ${told.kind} says something at "${field}" that a fact cannot hold.`, field);
};

/** `read:<id>:<milliseconds>:<hash>`, and between the two last `~<number>` where the same time was read with something else before. */
const READING = /^(read:\w+:\d+)(?:~(\d{4}))?:(\w+)$/;

const withEventId = (told: Told, eventId: string): Told =>
  ({ ...told, fact: { ...told.fact, provenance: { ...told.fact.provenance, eventId } } }) as Told;

/**
 * The fact as it is recorded behind the newest one of its object; `undefined` where that says the same of the same time, or where there is
 * nothing to take back. Salesforce keeps its times in seconds, and a record that was deleted for good, or another configuration, changes what is
 * read without any time: such a reading is numbered, so that it sorts right behind the one before and takes its place.
 */
export const placed = (told: Told, newest: NewestShowing | undefined): Told | undefined => {
  if (newest === undefined) return told.takesBack ? undefined : told;
  const own = READING.exec(told.fact.provenance.eventId);
  const before = READING.exec(newest.eventId);
  if (own === null || before === null || own[1] !== before[1]) return told;
  if (newest.fingerprint === told.fact.fingerprint) return undefined;
  const number = Number(before[2] ?? '0') + 1;
  return withEventId(told, `${own[1]}~${String(number).padStart(4, '0')}:${own[3]}`);
};

const published = (told: Told, recordedAt: string): DomainEvent => {
  const { instance, eventId } = told.fact.provenance;
  const fields = { id: `${SYSTEM}/${instance}/${eventId}`, recordedAt, subject: `${SYSTEM}/${instance}/${subjectOf(told)}` };
  return domainEvent(DECLARATIONS[told.kind], { ...fields, data: told.fact });
};

/** One item: the reading, which is also the "handled" marker, with the fact that goes out with it. */
export const factWrite = (told: Told, recordedAt: string): Write => {
  const { provenance, fingerprint } = told.fact;
  const { instance, eventId, eventType, observedAt } = provenance;
  return showingWrite(
    {
      system: SYSTEM,
      instance,
      objectId: told.objectId,
      observedAt,
      eventId,
      eventType,
      recordedAt,
      kind: told.kind,
      ...('customerId' in told.fact && told.fact.customerId !== undefined ? { customerId: told.fact.customerId } : {}),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(told.warnings.length === 0 ? {} : { warnings: told.warnings.join('; ') }),
    },
    carried(published(told, recordedAt), integrationEvents),
  );
};
