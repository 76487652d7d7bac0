import * as z from 'zod/mini';
import { defineRoutes } from '../../platform/routes.ts';

const answer = z.object({ received: z.literal(true) });
const problems = {
  'signature-missing': 400,
  'signature-malformed': 400,
  'signature-mismatch': 400,
  'signature-too-old': 400,
  'signature-in-future': 400,
  'event-unreadable': 400,
  'instance-unknown': 404,
  'body-too-large': 413,
  'not-stored': 503,
} as const;

/** Where Stripe's webhook endpoints point. Without an instance it is the first one of the configuration. */
export const stripeWebhookRoutes = defineRoutes({
  receiveStripeEvent: {
    method: 'POST',
    path: '/webhooks/stripe',
    scope: 'public',
    summary: 'Takes a signed Stripe event of the first instance',
    response: answer,
    problems,
  },
  receiveStripeEventOfInstance: {
    method: 'POST',
    path: '/webhooks/stripe/{instance}',
    scope: 'public',
    summary: 'Takes a signed Stripe event of one instance',
    params: z.object({ instance: z.string().check(z.describe('Name of the Stripe account in the configuration, e.g. `main`')) }),
    response: answer,
    problems,
  },
});
