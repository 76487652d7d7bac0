import { vi } from 'vitest';
import { company } from '../../ascent.config.ts';

/**
 * The functions as they are deployed, with two seams: what they send to AWS passes the gate, and they wait on the simulated clock. Nothing of
 * theirs is changed or known here.
 */
vi.mock('../../functions/platform/clients/transport.ts', async (original) => ({
  ...(await original<object>()),
  signedPost: (await import('./gate.ts')).signedPost,
}));
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./gate.ts')).setTimeout }));

export const SIGNING_SECRET = 'whsec_simulation_00000000000000000000';

Object.assign(process.env, {
  ASCENT_CONFIG: JSON.stringify(company),
  AWS_REGION: 'eu-central-1',
  SOURCE_BUS_NAME: 'sources',
  STRIPE_INCOMPLETE_QUEUE_URL: 'https://sqs/stripe-incomplete',
  POWERTOOLS_SERVICE_NAME: 'simulation',
  POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
  POWERTOOLS_METRICS_DISABLED: 'true',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

// Imported here, behind the mocks, and by nobody else of the simulation before.
const [transport, books, totals, ingest, onEvent, onFact, onCommit] = await Promise.all([
  import('../../functions/platform/clients/transport.ts'),
  import('../../functions/arr/records/store.ts'),
  import('../../functions/arr/totals/store.ts'),
  import('../../functions/integrations/stripe/ingest.ts'),
  import('../../functions/integrations/stripe/on-event.ts'),
  import('../../functions/arr/on-fact.ts'),
  import('../../functions/coordinator/on-commit.ts'),
]);

export const functions: Readonly<Record<'ingest' | 'on-event' | 'on-fact' | 'on-commit', Handler>> = {
  ingest: ingest.handler as Handler,
  'on-event': onEvent.handler as Handler,
  'on-fact': onFact.handler as Handler,
  'on-commit': onCommit.handler as Handler,
};
/** Detail types that ARR's rule on the revenue bus lets through. */
export const facts: ReadonlySet<string> = new Set(onFact.consumed.map(({ name }) => name));
export const { ServiceError } = transport;
export const { readHistory } = books;
export const { readTotals } = totals;
