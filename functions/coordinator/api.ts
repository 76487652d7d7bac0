import openapi from '../../docs/reference/openapi.json' with { type: 'json' };
import { apiHandler, rawBody } from '../platform/http.ts';
import type { OpenApiDocument } from '../platform/openapi.ts';
import { renderApiPage } from '../platform/openapi-page.ts';
import { fail, ok } from '../platform/result.ts';
import { healthOf } from './health.ts';
import { coordinatorRoutes } from './routes.ts';
import { readSnapshot } from './snapshot.ts';

export const handler = apiHandler('coordinator-api', coordinatorRoutes, {
  getExecutiveDashboard: async () => {
    const snapshot = await readSnapshot();
    return snapshot === undefined
      ? fail('snapshot-missing', 'No snapshot has been taken yet: nothing was recorded, or the first refresh is due within five minutes.')
      : ok(snapshot);
  },
  getHealth: async () => {
    const health = await healthOf();
    return health.status === 'ok'
      ? ok({ ...health })
      : fail(
          'unhealthy',
          `Failing: ${health.checks
            .filter((check) => !check.ok)
            .map((check) => check.name)
            .join(', ')}.`,
        );
  },
  getOpenApi: async () => ok(openapi as Record<string, unknown>),
  getApiPage: async () =>
    ok(rawBody('text/html; charset=utf-8', renderApiPage(openapi as unknown as OpenApiDocument), 'public, max-age=300')),
});
