import { Entity } from 'electrodb';
import { addDays, toEpochDay } from '../../platform/calendar.ts';
import { commit, entityDefaults, primaryPk, primarySk, readAll, readPage, type Write } from '../../platform/table.ts';

/**
 * Which customers are to be looked at again on a day, because something lapses on it unless something has come in its place: written with the
 * recording that says so, and never taken back. Whether it is still so is decided from the facts when the day has come.
 */
const watches = new Entity(
  {
    model: { entity: 'arrWatch', version: '1', service: 'arr' },
    attributes: {
      day: { type: 'string', required: true },
      customerId: { type: 'string', required: true },
      expiresAt: { type: 'number', required: true },
    },
    indexes: {
      byDay: {
        pk: { ...primaryPk, composite: ['day'], template: 'WATCH#${day}' },
        sk: { ...primarySk, composite: ['customerId'], template: '${customerId}' },
      },
    },
  } as const,
  entityDefaults,
);

/** How far the days have been gone through. */
const marks = new Entity(
  {
    model: { entity: 'arrWatchMark', version: '1', service: 'arr' },
    attributes: {
      name: { type: 'string', required: true },
      /** All days before it are done, and of it the customers up to `after`. */
      day: { type: 'string', required: true },
      after: { type: 'string' },
    },
    indexes: {
      byName: {
        pk: { ...primaryPk, composite: ['name'], template: 'WATCHED#${name}' },
        sk: { ...primarySk, composite: [], template: 'MARK' },
      },
    },
  } as const,
  entityDefaults,
);

/** A list is kept this long after its day: so long may nobody go through the days. */
export const LISTED_DAYS = 180;
const DAY_SECONDS = 86_400;
const LAPSES = 'lapses';

/** Lists a customer under a day; the same again changes nothing. */
export const watchWrite = (customerId: string, day: string): Write => ({
  put: watches.put({ day, customerId, expiresAt: toEpochDay(addDays(day, LISTED_DAYS)) * DAY_SECONDS }).params(),
});

/** The next customers of a day, in the order of their ids, behind one of them. */
export const readWatched = async (day: string, after: string | undefined, limit: number): Promise<readonly string[]> => {
  const all = watches.query.byDay({ day });
  const { items } = await readPage(after === undefined ? all : all.gt({ customerId: after }), limit);
  return items.map(({ customerId }) => customerId);
};

/** How far the days have been gone through. */
export interface WatchMark {
  /** All days before it are done. */
  readonly day: string;
  /** And of it the customers up to this one. */
  readonly after?: string | undefined;
}

export const readMark = async (): Promise<WatchMark | undefined> => {
  const [mark] = await readAll(marks.query.byName({ name: LAPSES }), { consistent: true });
  return mark;
};

const written = async (write: Write): Promise<void> => {
  const result = await commit([write]);
  if (!result.ok) throw new Error(`what is to be looked at again could not be written: ${result.problem.detail}`);
};

export const saveMark = async ({ day, after }: WatchMark): Promise<void> =>
  written({ put: marks.put({ name: LAPSES, day, ...(after === undefined ? {} : { after }) }).params() });

/** Lists a customer again, under a later day. */
export const watchAgain = async (customerId: string, day: string): Promise<void> => written(watchWrite(customerId, day));
