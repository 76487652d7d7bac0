import { isDate } from '../../platform/calendar.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { MappingContext } from './context.ts';
import type { ReadObject } from './fields.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import { recordId } from './record-id.ts';
import { dateTimeOf, type Read } from './snapshots.ts';

/** What the fields say that the configuration names: a company's own, so anything may stand there. */
const MAX_CHARACTERS = 255;

type Named = Pick<Read<unknown>, 'raw'>;

/** Text, or a number or checkbox as text (`yes`, `no`); `undefined` where no field is configured, or nothing stands in it. */
export const configuredText = ({ raw }: Named, field: string | undefined): string | undefined => {
  const value = field === undefined ? undefined : raw[field];
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return String(value).trim().slice(0, MAX_CHARACTERS) || undefined;
};

/** A date, or the company's day of a date-time. What is neither is a problem: dates like these decide what is signed, and until when. */
export const configuredDate = (
  { raw }: Named,
  field: string | undefined,
  object: ReadObject,
  { dayOf }: MappingContext,
): Result<string | undefined, MappingProblem> => {
  const value = field === undefined ? undefined : raw[field];
  if (value === undefined || value === null || value === '') return ok(undefined);
  if (typeof value === 'string') {
    if (isDate(value)) return ok(value);
    const atMs = dateTimeOf(value);
    if (atMs !== undefined) return ok(dayOf(Math.floor(atMs / 1000)));
  }
  return unmapped('shape-unreadable', `${object}.${field} is configured as a date, and holds something else.`, `${object}.${field}`);
};

/** A record's id, with 18 characters; a text that is none is left out with a warning. */
export const configuredId = (record: Named, field: string | undefined, warnings: string[]): string | undefined => {
  const text = configuredText(record, field);
  if (text === undefined) return undefined;
  const id = recordId(text);
  if (id === undefined) warnings.push(`${field} is no record id of 15 or 18 characters: left out`);
  return id;
};

/** Ids of objects of Stripe with this prefix, separated by commas, semicolons or blanks; other words are left out with a warning. */
export const stripeIds = (record: Named, field: string | undefined, prefix: string, warnings: string[]): readonly string[] => {
  const words = (configuredText(record, field) ?? '').split(/[\s,;]+/).filter((word) => word !== '');
  const ids = words.filter((word) => new RegExp(`^${prefix}_\\w{1,80}$`).test(word));
  if (ids.length < words.length) warnings.push(`${field} holds something else than ids of the form ${prefix}_…: left out`);
  return ids;
};
