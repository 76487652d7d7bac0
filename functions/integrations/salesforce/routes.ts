import * as z from 'zod/mini';
import { defineRoutes } from '../../platform/routes.ts';

/** Where an org without an event relay says that records were changed. */
export const salesforceWebhookRoutes = defineRoutes({
  receiveSalesforceChanges: {
    method: 'POST',
    path: '/webhooks/salesforce/{instance}',
    scope: 'public',
    summary: 'Takes an outbound message of Salesforce (SOAP, answered by its Ack), or a signed callout that names changed records',
    params: z.object({ instance: z.string().check(z.describe('Name of the org in the configuration, e.g. `main`')) }),
    response: z.object({ received: z.literal(true) }),
    problems: {
      'signature-missing': 400,
      'signature-malformed': 400,
      'signature-mismatch': 400,
      'signature-too-old': 400,
      'signature-in-future': 400,
      'event-unreadable': 400,
      'organization-mismatch': 400,
      'instance-unknown': 404,
      'body-too-large': 413,
      'not-stored': 503,
    },
  },
});
