import { expect, test } from 'vitest';
import { fateOf, looksWith, type PastLook } from '../../../functions/integrations/stripe/awaited.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const NOON = Date.parse('2026-10-28T12:00:00Z');
const ELEVEN = NOON - HOUR_MS;

/** A look that ended then, and looked back for so long. */
const lookAt = (atMs: number, backMs = 2 * HOUR_MS): PastLook => ({ sinceMs: atMs - backMs, untilMs: atMs - 15 * MINUTE_MS, atMs });
/** Looks of each half hour from noon on, each from 10:00 on. */
const looksUntil = (atMs: number): readonly PastLook[] =>
  Array.from({ length: (atMs - NOON) / (30 * MINUTE_MS) }, (_, i) => lookAt(NOON + i * 30 * MINUTE_MS, (2 + i / 2) * HOUR_MS));

test('an event that stays missing is put on the bus three times in six hours, and then no more [B17]', () => {
  const fates = Array.from({ length: 14 }, (_, i) => {
    const nowMs = NOON + i * 30 * MINUTE_MS;
    return fateOf(ELEVEN, looksUntil(nowMs), nowMs);
  });
  const [three, waits] = [Array.from({ length: 3 }, () => 'waits'), 'given-up'];
  // 12:00, then 14:00 and 16:00; from 18:00 on it is over.
  expect(fates).toEqual(['new', ...three, 'again', ...three, 'again', ...three, waits, waits]);
});

test('what no look has looked at before is new, by whole seconds as Stripe lists them [B17]', () => {
  const looks = [lookAt(NOON + 999)];
  // From 10:00:00.999 to 11:45:00.999, which Stripe is asked for as 10:00:00 to 11:45:00.
  const at = (ms: number) => fateOf(ms, looks, NOON + 30 * MINUTE_MS);
  expect([at(NOON - 2 * HOUR_MS - 1000), at(NOON - 2 * HOUR_MS)]).toEqual(['new', 'waits']);
  expect([at(NOON - 15 * MINUTE_MS), at(NOON - 15 * MINUTE_MS + 1000)]).toEqual(['waits', 'new']);
});

test('looks are remembered as long as something is awaited that they may have found, at most 24 [B17]', () => {
  const [first, second, ended] = [lookAt(NOON), lookAt(NOON + HOUR_MS), lookAt(NOON + 2 * HOUR_MS)];
  expect(looksWith([first, second], ended, ELEVEN)).toEqual([first, second, ended]);
  // The first one has looked up to 11:45.
  expect(looksWith([first, second], ended, NOON)).toEqual([second, ended]);
  // Six hours after the first one ended, what it found is parked.
  expect(looksWith([first, second], lookAt(NOON + 6 * HOUR_MS), ELEVEN)).toEqual([second, lookAt(NOON + 6 * HOUR_MS)]);
  const many = Array.from({ length: 24 }, (_, i) => lookAt(NOON + i));
  expect(looksWith(many, ended, ELEVEN)).toEqual([...many.slice(1), ended]);
});
