import { beforeAll, expect, test, vi } from 'vitest';
import type { z } from 'zod/mini';
import { company } from '../../ascent.config.ts';
import { handler } from '../../functions/coordinator/api.ts';
import { coordinatorRoutes } from '../../functions/coordinator/routes.ts';
import { refreshSnapshot } from '../../functions/coordinator/snapshot.ts';
import { markIntake } from '../../functions/integrations/watermark.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { call } from '../support/http.ts';

useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

const dashboard = () =>
  call<z.infer<typeof coordinatorRoutes.getExecutiveDashboard.response>>(handler, 'GET', '/api/v1/dashboard/executive', {
    scopes: ['dashboard/read'],
  });

test('the dashboard says of its figures what they are, as of when, and how far the sources were heard', async () => {
  expect((await dashboard()).status).toBe(404);
  const last = { eventId: 'evt_1', eventType: 'customer.updated', observedAt: 1_793_872_790 };
  await markIntake({ system: 'stripe', instance: 'main', counts: { recorded: 1 }, last, recordedAt: '2026-11-05T09:59:55.000Z' });
  await refreshSnapshot();
  const { json } = await dashboard();
  expect(coordinatorRoutes.getExecutiveDashboard.response.safeParse(json)).toMatchObject({ success: true });
  expect(json.arr).toMatchObject({
    profile: 'enterprise',
    planCurrency: 'USD',
    formula: expect.stringMatching(/^ARR = Σ /),
    dataThrough: [
      {
        id: 'stripe-main',
        throughAt: '2026-11-05T09:59:50.000Z', // 1,793,872,790
        lastEvent: { eventId: 'evt_1', recordedAt: '2026-11-05T09:59:55.000Z', lagSeconds: 5 },
      },
      // Configured, and not heard yet.
      { id: 'salesforce-main' },
    ],
    arrMinor: '0',
  });
});
