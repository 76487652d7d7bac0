import { expect, test } from 'vitest';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingOn } from '../../../functions/arr/movements/decide.ts';
import { mapEvent } from '../../../functions/integrations/stripe/from-stripe.ts';
import { openSourceEvent } from '../../../functions/integrations/stripe/source-event.ts';
import type { SubscriptionFact } from '../../../functions/integrations/stripe/subscriptions.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { testContext } from '../../arr/facts.ts';
import { catalogue, context, sample } from '../samples.ts';

const factOf = (name: string): SubscriptionFact => {
  const event = openSourceEvent(sample(`events/${name}.json`));
  const reading = event.ok ? mapEvent(event.value, catalogue, context) : undefined;
  if (reading?.kind !== 'read' || reading.value.told.kind !== 'subscription') throw new Error(JSON.stringify(reading));
  return reading.value.told.fact;
};

/** Created in a trial, active with 10 seats, then 15 seats. */
const [created, active, more] = [
  factOf('09.customer.subscription.created'),
  factOf('13.customer.subscription.updated'),
  factOf('22.customer.subscription.updated'),
];

test.each([
  [[created, active, more]],
  [[created, more, active]],
  [[active, created, more]],
  [[active, more, created]],
  [[more, created, active]],
  [[more, active, created]],
])('a subscription ends in the same state in whatever order its events arrive: %# [B6]', (order) => {
  const account = openAccount(testContext);
  for (const data of order) recordFact(account, { kind: 'subscription', data }, testContext);
  const { lines } = closingOn(account.book, toEpochDay('2026-10-26'), testContext);
  // 15 × 5,000 × 12 = 900,000; less 20% = 720,000
  expect(lines.filter(({ planMinor }) => planMinor !== 0n).map(({ planMinor }) => planMinor)).toEqual([720_000n]);
  // 10 × 5,000 × 12 × 0.8 = 480,000 when the trial ended, 240,000 for five seats more, and 900,000 × 0.2 = 180,000 when the discount ends
  const moved = new Map<string, bigint>();
  for (const { day, cause, lines: parts } of account.recorded)
    for (const { planDeltaMinor } of parts) moved.set(`${day} ${cause}`, (moved.get(`${day} ${cause}`) ?? 0n) + planDeltaMinor);
  expect(Object.fromEntries([...moved].filter(([, amount]) => amount !== 0n))).toEqual({
    [`${toEpochDay('2026-10-15')} new`]: 480_000n,
    [`${toEpochDay('2026-10-25')} expansion`]: 240_000n,
    [`${toEpochDay('2027-01-15')} expansion`]: 180_000n,
  });
});
