import type { EventDeclaration } from '../../platform/events.ts';
import { customerRecorded, subscriptionRecorded, subscriptionScheduleRecorded } from '../events.ts';
import type { Mapping } from './from-stripe.ts';
import { parked, type Reading, read } from './outcomes.ts';

const DECLARATIONS = { subscription: subscriptionRecorded, schedule: subscriptionScheduleRecorded, customer: customerRecorded } as const;

/** A fact that its own schema refuses (a price with more than twelve decimals, say) is parked here, before anything is written. */
export const checked = (mapping: Mapping): Reading<Mapping> => {
  const { told } = mapping;
  if (told.kind === 'document') return read(mapping);
  const schema: EventDeclaration['schema'] = DECLARATIONS[told.kind].schema;
  const parsed = schema.safeParse(told.fact);
  if (parsed.success) return read(mapping);
  const field = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return parked('shape-unreadable', `The ${told.kind} says something at "${field}" that a fact cannot hold.`, field);
};
