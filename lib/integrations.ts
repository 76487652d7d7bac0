import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { subscriptionTieFound } from '../functions/arr/events.ts';
import { integrationRoutes } from '../functions/integrations/routes.ts';
import { stripeWebhookRoutes } from '../functions/integrations/stripe/routes.ts';
import { CapabilityStack, type Platform } from './kit/capability-stack.ts';
import { Consumer } from './kit/consumer.ts';
import { eventsOf, fromSources } from './kit/event-bus.ts';
import { CapabilityFunction } from './kit/function.ts';
import { serveRoutes } from './kit/route.ts';

/** Stripe's events as our webhook wrapped them, and as Stripe itself puts them on a partner bus. */
export const stripeWebhookEvents = fromSources('ascent.stripe/');
export const stripePartnerEvents = fromSources('aws.partner/stripe.com/');
/** Read once more from Stripe: nothing in the events tells which state came first. */
export const stripeTies = eventsOf(subscriptionTieFound);

/** Stripe in: by webhook or partner bus to the same consumer; what a snapshot lacks is fetched, two at a time. */
export class IntegrationsStack extends CapabilityStack {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id, platform);
    const { sourceBus, stripePartnerBuses, stripeSecrets } = platform;
    const instances = Object.entries(stripeSecrets);

    const ingest = new CapabilityFunction(this, 'integrations/stripe/ingest', {
      purpose: 'Verifies a Stripe webhook on its raw bytes and puts it on the source bus',
      timeout: Duration.seconds(10),
      // It waits for the bus nearly all of its time.
      memoryMb: 256,
    })
      .putsEventsOn('SOURCE_BUS_NAME', sourceBus)
      .readsSecrets('STRIPE_WEBHOOK_SECRET_IDS', Object.fromEntries(instances.map(([instance, { signing }]) => [instance, signing])));
    serveRoutes(this, stripeWebhookRoutes, ingest);

    const onIncomplete = new CapabilityFunction(this, 'integrations/stripe/on-incomplete', {
      purpose: 'Fetches from Stripe what an event lacks, then records the facts',
      timeout: Duration.seconds(60),
      consumes: true,
    })
      .writesTable()
      .readsCompany()
      .readsSecrets('STRIPE_API_KEY_SECRET_IDS', Object.fromEntries(instances.map(([instance, { apiKey }]) => [instance, apiKey])));
    const incomplete = new Consumer(this, 'stripe-incomplete', {
      handler: onIncomplete,
      lateAfter: Duration.minutes(15),
      // Stripe's rate limit, which the company's other systems share.
      maxConcurrency: 2,
      subscriptions: [{ bus: platform.revenueBus, pattern: stripeTies, what: 'subscriptions whose two newest states share a second' }],
    });

    const onEvent = new CapabilityFunction(this, 'integrations/stripe/on-event', {
      purpose: 'Maps Stripe events to facts in our words and records them',
      consumes: true,
    })
      .writesTable()
      .readsCompany()
      .sendsTo('STRIPE_INCOMPLETE_QUEUE_URL', incomplete);
    new Consumer(this, 'stripe-events', {
      handler: onEvent,
      lateAfter: Duration.minutes(5),
      subscriptions: [
        { bus: sourceBus, pattern: stripeWebhookEvents, what: 'Stripe webhooks' },
        ...stripePartnerBuses.map((bus) => ({ bus, pattern: stripePartnerEvents, what: 'Stripe events of a partner bus' })),
      ],
    });

    const api = new CapabilityFunction(this, 'integrations/api', {
      purpose: 'Status of the integrations, parked events and their replay',
      timeout: Duration.seconds(29),
    })
      .writesTable()
      .readsCompany()
      .putsEventsOn('SOURCE_BUS_NAME', sourceBus);
    serveRoutes(this, integrationRoutes, api);
  }
}
