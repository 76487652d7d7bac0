import * as z from 'zod/mini';
import { alertStanding, arrStatus } from '../arr/routes.ts';
import { defineRoutes } from '../platform/routes.ts';

export const executiveSnapshot = z.object({
  /** ISO instant of the platform's clock at which the snapshot was made. */
  takenAt: z.string(),
  /** Grows with each refresh. */
  version: z.int(),
  arr: arrStatus,
  alerts: z.object({
    open: z.array(alertStanding),
    unknown: z.int().check(z.describe('How many alerts there are whose figure cannot be told: `arr/alerts?state=unknown` says why')),
  }),
  integrations: z.array(
    z.object({
      id: z.string(),
      /** ISO instant of the source's clock up to which it has been heard. */
      throughAt: z.optional(z.string()),
      parked: z.int(),
    }),
  ),
});

export const coordinatorRoutes = defineRoutes({
  getExecutiveDashboard: {
    method: 'GET',
    path: '/api/v1/dashboard/executive',
    scope: 'dashboard/read',
    summary:
      'The executive snapshot: refreshed every five minutes and after changes; it says when it was taken and how far the sources were heard',
    response: executiveSnapshot,
    problems: { 'snapshot-missing': 404 },
  },
  getHealth: {
    method: 'GET',
    path: '/health',
    scope: 'public',
    summary: 'Whether the system answers and reaches its table',
    response: z.object({
      status: z.enum(['ok', 'failing']),
      time: z.string(),
      checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
    }),
    problems: { unhealthy: 503 },
  },
  getOpenApi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    scope: 'public',
    summary: 'This API as an OpenAPI 3.1 document',
    response: z.record(z.string(), z.unknown()),
  },
  getApiPage: {
    method: 'GET',
    path: '/api/v1/docs',
    scope: 'public',
    summary: 'This API as a page for people',
    response: z.string(),
    mediaType: 'text/html',
  },
});
