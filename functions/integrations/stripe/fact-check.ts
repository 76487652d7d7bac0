import type { EventDeclaration } from '../../platform/events.ts';
import { customerRecorded, subscriptionRecorded, subscriptionScheduleRecorded, usageBilled } from '../events.ts';
import type { Mapping } from './from-stripe.ts';
import { parked, type Reading, read } from './outcomes.ts';

const DECLARATIONS = {
  subscription: subscriptionRecorded,
  schedule: subscriptionScheduleRecorded,
  customer: customerRecorded,
  usage: usageBilled,
} as const;

/** A fact that its own schema refuses (a price with more than twelve decimals, say) is parked here, before anything is written. */
export const checked = (mapping: Mapping): Reading<Mapping> => {
  const { told } = mapping;
  const [name, fact] = told.kind === 'document' ? (['usage', told.usage] as const) : ([told.kind, told.fact] as const);
  if (fact === undefined) return read(mapping);
  const schema: EventDeclaration['schema'] = DECLARATIONS[name].schema;
  const parsed = schema.safeParse(fact);
  if (parsed.success) return read(mapping);
  const field = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  return parked('shape-unreadable', `The ${name} says something at "${field}" that a fact cannot hold.`, field);
};
