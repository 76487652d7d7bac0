import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONSUMED_OBJECTS } from '../../../functions/integrations/stripe/from-stripe.ts';
import { dueOf, LISTED } from '../../../functions/integrations/stripe/sync-plan.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const NOON = Date.parse('2026-10-28T12:00:00Z');

/** Types of the vendor's own list whose events show an object that is taken in. */
const typesOfVendor = (): readonly string[] => {
  const text = readFileSync('node_modules/stripe/esm/resources/Events.d.ts', 'utf8');
  const named = (name = ''): string => name.replace(/(?<!^)(?=[A-Z])/g, '_').toLowerCase();
  const aliases: Readonly<Record<string, string>> = { invoice_item: 'invoiceitem' };
  return [...text.matchAll(/type: '([^']+)';[\s\S]*?interface Data extends Event\.Data \{\s*object: ([\w.]+);/g)].flatMap(
    ([, type = '', object]) => {
      const name = named(object);
      return CONSUMED_OBJECTS.includes(aliases[name] ?? name) ? [type] : [];
    },
  );
};

test('what is listed is every event that shows an object which is taken in, but for invoices that are none yet; twenty at once [B17]', () => {
  const types = LISTED.flatMap((listing) => listing.types as readonly string[]);
  expect(types).toHaveLength(76); // 15 + 6 + 9 + 19 + 12 + 15
  expect([...types, 'invoice.upcoming'].sort()).toEqual([...typesOfVendor()].sort());
  for (const listing of LISTED) expect(listing.types.length).toBeLessThanOrEqual(20);
});

test('somebody is told where the events do not come from which ARR follows', () => {
  expect(LISTED.flatMap(({ group, isWatched }) => (isWatched ? [group] : []))).toEqual([
    'subscriptions',
    'customers',
    'catalogue',
    'invoices',
  ]);
});

test('what is due is the rest of a look, else what came since the last one, and never more than thirty days [B17]', () => {
  const run = { sinceMs: NOON - DAY_MS, untilMs: NOON - HOUR_MS, afterId: 'evt_1' };
  const untilMs = NOON - 15 * 60_000;
  expect(dueOf({ run, throughMs: NOON - DAY_MS }, NOON)).toEqual(run);
  expect(dueOf({}, NOON)).toEqual({ sinceMs: NOON - 30 * DAY_MS, untilMs });
  expect(dueOf({ throughMs: NOON - 2 * HOUR_MS }, NOON)).toEqual({ sinceMs: NOON - 3 * HOUR_MS, untilMs });
  expect(dueOf({ throughMs: NOON - 40 * DAY_MS }, NOON)).toEqual({ sinceMs: NOON - 30 * DAY_MS, untilMs });
  // Of what is awaited the oldest event is two days old, or an hour less than a look goes back anyway.
  const throughMs = NOON - 2 * HOUR_MS;
  expect(dueOf({ throughMs, missingSinceMs: NOON - 2 * DAY_MS }, NOON)).toEqual({ sinceMs: NOON - 2 * DAY_MS, untilMs });
  expect(dueOf({ throughMs, missingSinceMs: throughMs }, NOON)).toEqual({ sinceMs: NOON - 3 * HOUR_MS, untilMs });
  // The clock was set back by a day.
  expect(dueOf({ throughMs: NOON + DAY_MS }, NOON)).toEqual({ sinceMs: untilMs - HOUR_MS, untilMs });
});

test('what is asked for is at least what was due, so that its end leaves nothing out [B17]', () => {
  const untilMs = NOON - 15 * 60_000;
  expect(dueOf({ throughMs: NOON - HOUR_MS }, NOON, 7)).toEqual({ sinceMs: NOON - 7 * DAY_MS, untilMs, isAsked: true });
  expect(dueOf({ throughMs: NOON - 9 * DAY_MS }, NOON, 7)).toEqual({ sinceMs: NOON - 9 * DAY_MS - HOUR_MS, untilMs, isAsked: true });
  expect(dueOf({}, NOON, 7)).toEqual({ sinceMs: NOON - 30 * DAY_MS, untilMs, isAsked: true });
  // What the look before has found is awaited still.
  const missingSinceMs = NOON - 2 * HOUR_MS;
  const run = { sinceMs: NOON - 20 * DAY_MS, untilMs: NOON - HOUR_MS, afterId: 'evt_1', missingSinceMs };
  expect(dueOf({ run, throughMs: NOON - DAY_MS }, NOON, 7)).toEqual({
    sinceMs: NOON - 20 * DAY_MS,
    untilMs,
    isAsked: true,
    missingSinceMs,
  });
});
