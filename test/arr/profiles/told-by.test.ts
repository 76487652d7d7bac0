import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { ask, itIs, leaving, plain, record, run, signed } from '../decided/told.ts';

/** What is told by another profile than that in force, and how an answer says what is not. */
const table = useDynamoDB();

beforeAll(() => {
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

const PREFIX = '/api/v1/';
const reading = Object.entries(arrRoutes).filter(([, { method }]) => method === 'GET');
const takesProfile = ([, route]: (typeof reading)[number]): boolean => 'query' in route && 'profile' in route.query.shape;

it('docs/profiles.md has a row for each route that takes a profile', () => {
  const [, section = ''] = readFileSync('docs/profiles.md', 'utf8').split('| asked with another `profile`');
  const rows = [...section.split('\n## ')[0]!.matchAll(/^\| `(arr\/[\w-]+)`/gm)].map(([, path]) => path);
  const paths = reading.filter(takesProfile).map(([, { path }]) => path.slice(PREFIX.length));
  expect(rows.sort()).toEqual([...new Set(paths)].sort());
});

describe('another profile than that in force', () => {
  beforeEach(async () => {
    await table.another();
    itIs('2026-07-15T12:00:00Z');
    await record(...leaving, ...signed, ...plain());
    await ask('makeArrProfileLedger', {}, { profile: 'stripe' });
    await run();
  });

  it('is refused by each route that tells nothing by it', async () => {
    const others = reading.filter((route) => !takesProfile(route));
    expect(others.length).toBeGreaterThan(12);
    for (const [operation, { path }] of others) {
      const params = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'unsigned']));
      const { status, text } = await ask(operation as keyof typeof arrRoutes, { query: { profile: 'stripe' } }, params);
      expect([operation, status, text.includes('is no parameter of this route')]).toEqual([operation, 400, true]);
    }
  });

  it('is said wherever a part of an answer is not by it', async () => {
    const profile = 'stripe';
    const asked = async (operation: keyof typeof arrRoutes, query: Record<string, string> = {}) =>
      (await ask<Record<string, unknown>>(operation, { query: { profile, ...query } })).json as never;
    expect(await asked('getArrWaterfall', { from: '2026-01-01', to: '2026-06-30', dimension: 'origin', value: 'landed' })).toMatchObject({
      type: '/problems/dimension-unknown',
    });
    expect(await asked('explainArr', { on: '2026-06-30', dimension: 'origin', value: 'landed' })).toMatchObject({
      type: '/problems/dimension-unknown',
    });
    expect(await asked('getArrMetrics', { metrics: 'renewal-rate' })).toMatchObject({
      profile,
      rows: [{ figures: [{ notDefined: { code: 'dues-missing', detail: expect.stringContaining('ask without profile') } }] }],
    });
    expect(await asked('getArrForecast')).toMatchObject({ profile, recorded: [], recordedNotTold: { code: 'not-recorded' } });
    expect(await asked('listArrChurnRisk')).toMatchObject({ profile, model: { knowsRenewals: false } });
    for (const operation of ['getArrCohorts', 'getArrRetentionChange'] as const)
      expect(await asked(operation, operation === 'getArrRetentionChange' ? { month: '2026-06' } : {})).toMatchObject({ profile });
    const inForce = (await ask<Record<string, unknown>>('getArrForecast')).json;
    expect(inForce).not.toHaveProperty('recordedNotTold');
  });
});
