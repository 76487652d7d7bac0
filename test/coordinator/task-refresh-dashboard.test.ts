import { beforeEach, expect, test, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { handler } from '../../functions/coordinator/task-refresh-dashboard.ts';
import { mostSilent } from '../../functions/integrations/index.ts';
import { markIntake } from '../../functions/integrations/watermark.ts';
import { useDynamoDB } from '../support/dynamodb.ts';

const table = useDynamoDB();
const [main, ...others] = company.stripe;
const stripe = [main, { ...main, instance: 'second' }, { ...main, instance: 'third' }, ...others];
process.env['ASCENT_CONFIG'] = JSON.stringify({ ...company, stripe });

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
const NOW = 1_793_872_800;
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([BigInt(NOW) * 1000n, 0n]) });

let written: string[] = [];
beforeEach(async () => {
  await table.another();
  written = [];
  const keep = (text: unknown): true => {
    written.push(String(text));
    return true;
  };
  vi.spyOn(console, 'log').mockImplementation(keep);
  vi.spyOn(console, 'warn').mockImplementation(keep);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep as never);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep as never);
});

const heard = (instance: string, observedAt: number): Promise<void> => {
  const last = { eventId: `evt_${instance}`, eventType: 'customer.updated', observedAt };
  return markIntake({ system: 'stripe', instance, counts: { recorded: 1 }, last, recordedAt: '2026-11-05T09:59:55.000Z' });
};
const refresh = () => handler({}, { awsRequestId: 'r1', getRemainingTimeInMillis: () => 30_000 } as never);

test('a source that was never heard is not silent: nothing is told', async () => {
  expect(await mostSilent()).toBeUndefined();
  await refresh();
  expect(written.join('\n')).not.toContain('SilentSeconds');
});

test('the most silent source is told, and by name from a day on', async () => {
  await heard('main', NOW - 60);
  await heard('second', NOW - 86_399);
  expect(await mostSilent()).toEqual({ id: 'stripe-second', silentSeconds: 86_399 });
  await refresh();
  expect(written.join('\n')).toContain('"SilentSeconds":86399');
  expect(written.join('\n')).not.toContain('a source has been silent');
});

test('a day of silence is in the log, and a clock of the source that is ahead of ours is no silence', async () => {
  await heard('main', NOW + 3_600);
  expect(await mostSilent()).toEqual({ id: 'stripe-main', silentSeconds: 0 });
  await heard('third', NOW - 86_400);
  await refresh();
  expect(written.join('\n')).toContain('"SilentSeconds":86400');
  expect(written.join('\n')).toMatch(/a source has been silent for a day or longer.*"source":"stripe-third"/);
});
