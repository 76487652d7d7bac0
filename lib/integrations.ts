import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { subscriptionTieFound } from '../functions/arr/events.ts';
import { integrationRoutes } from '../functions/integrations/routes.ts';
import { salesforceWebhookRoutes } from '../functions/integrations/salesforce/routes.ts';
import { stripeWebhookRoutes } from '../functions/integrations/stripe/routes.ts';
import { alarmWhen } from './kit/alarm.ts';
import { CapabilityStack, type Platform } from './kit/capability-stack.ts';
import { Consumer } from './kit/consumer.ts';
import { eventsOf, fromSources } from './kit/event-bus.ts';
import { CapabilityFunction } from './kit/function.ts';
import { serveRoutes } from './kit/route.ts';
import { Schedule } from './kit/schedule.ts';

/** Stripe's events as our webhook wrapped them, and as Stripe itself puts them on a partner bus. */
export const stripeWebhookEvents = fromSources('ascent.stripe/');
export const stripePartnerEvents = fromSources('aws.partner/stripe.com/');
/** What Salesforce's second door, and a replay, put on the source bus; and an org's own event relay. */
export const salesforceSignals = fromSources('ascent.salesforce/');
export const salesforcePartnerEvents = fromSources('aws.partner/salesforce.com/');
/** Read once more from Stripe: nothing in the events tells which state came first. */
export const stripeTies = eventsOf(subscriptionTieFound);

/**
 * Stripe in: by webhook or partner bus to the same consumer; what a snapshot lacks is fetched, two at a time; what never came, the sync finds in
 * Stripe's list. Salesforce in: what an org tells says which records to read; what it does not tell, its sync finds.
 */
export class IntegrationsStack extends CapabilityStack {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id, platform);
    this.#stripe(platform);
    // A company without Salesforce has none of it.
    if (platform.company.salesforce.length > 0) this.#salesforce(platform);

    const api = new CapabilityFunction(this, 'integrations/api', {
      purpose: 'Status of the integrations, parked events and their replay',
      timeout: Duration.seconds(29),
    })
      .writesTable()
      .readsCompany()
      .putsEventsOn('SOURCE_BUS_NAME', platform.sourceBus);
    serveRoutes(this, integrationRoutes, api);
  }

  #stripe(platform: Platform): void {
    const { sourceBus, stripePartnerBuses, stripeSecrets, revenueBus } = platform;
    const instances = Object.entries(stripeSecrets);
    const apiKeys = Object.fromEntries(instances.map(([instance, { apiKey }]) => [instance, apiKey]));

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
      .readsSecrets('STRIPE_API_KEY_SECRET_IDS', apiKeys);
    const incomplete = new Consumer(this, 'stripe-incomplete', {
      handler: onIncomplete,
      lateAfter: Duration.minutes(15),
      // Stripe's rate limit, which the company's other systems share.
      maxConcurrency: 2,
      subscriptions: [{ bus: revenueBus, pattern: stripeTies, what: 'subscriptions whose two newest states share a second' }],
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
    this.#stripeSync(platform, apiKeys);
  }

  /** What Stripe has sent and nobody received, or could not send. */
  #stripeSync(platform: Platform, apiKeys: Readonly<Record<string, Secret>>): void {
    const sync = new CapabilityFunction(this, 'integrations/stripe/task-sync', {
      purpose: 'Looks through what Stripe lists of its events and takes in those that have not come',
      // Less than the half hour until the next run.
      timeout: Duration.minutes(15),
      // It fails once an account could not be looked through for three hours.
      seldom: true,
    })
      .writesTable()
      .readsCompany()
      .readsSecrets('STRIPE_API_KEY_SECRET_IDS', apiKeys)
      .putsEventsOn('SOURCE_BUS_NAME', platform.sourceBus);
    new Schedule(this, 'stripe-sync', {
      expression: 'rate(30 minutes)',
      why: 'What Stripe sends in vain is taken in within the hour',
      handler: sync,
    });
    alarmWhen(this, 'StripeEventsMissed', platform, {
      name: 'stripe-events-missed',
      meaning:
        'Events of Stripe from which ARR follows do not come by themselves, for three hours in a row. The sync takes them in, half an hour late.',
      runbook: 'stuck-source',
      metric: new Metric({
        namespace: 'Ascent',
        metricName: 'Missed',
        dimensionsMap: { service: 'integrations' },
        statistic: 'Sum',
        period: Duration.hours(1),
      }),
      atLeast: 1,
      periods: 3,
    });
  }

  #salesforce({ sourceBus, salesforcePartnerBuses, salesforceSecrets }: Platform): void {
    const orgs = Object.entries(salesforceSecrets);
    const signing = Object.fromEntries(orgs.map(([instance, secrets]) => [instance, secrets.signing]));
    const credentials = Object.fromEntries(orgs.map(([instance, secrets]) => [instance, secrets.credentials]));

    const ingest = new CapabilityFunction(this, 'integrations/salesforce/ingest', {
      purpose: 'Takes what an org says was changed, by outbound message or signed callout, and puts it on the source bus',
      timeout: Duration.seconds(10),
      memoryMb: 256,
    })
      .readsCompany()
      .putsEventsOn('SOURCE_BUS_NAME', sourceBus)
      .readsSecrets('SALESFORCE_WEBHOOK_SECRET_IDS', signing);
    serveRoutes(this, salesforceWebhookRoutes, ingest);

    const reader = (entry: string, purpose: string, timeout: Duration): CapabilityFunction =>
      new CapabilityFunction(this, entry, { purpose, timeout, consumes: true })
        .writesTable()
        .readsCompany()
        .readsSecrets('SALESFORCE_CREDENTIALS_SECRET_IDS', credentials);

    new Consumer(this, 'salesforce-changes', {
      handler: reader(
        'integrations/salesforce/on-change',
        'Reads from Salesforce what was changed there and records the facts',
        Duration.seconds(120),
      ),
      lateAfter: Duration.minutes(15),
      // Events that name the same agreement are one reading, and a query reads two hundred.
      batchSize: 100,
      batchingWindow: Duration.seconds(5),
      // The org's limits, which the company's other systems share.
      maxConcurrency: 2,
      subscriptions: [
        { bus: sourceBus, pattern: salesforceSignals, what: 'what Salesforce says was changed' },
        ...salesforcePartnerBuses.map((bus) => ({ bus, pattern: salesforcePartnerEvents, what: "change events of an org's relay" })),
      ],
    });
    const found = new Consumer(this, 'salesforce-sync', {
      handler: reader(
        'integrations/salesforce/on-sync',
        'Reads from Salesforce the records that the sync found and records what is new',
        Duration.seconds(300),
      ),
      // A whole book of agreements is read in one night of a week.
      lateAfter: Duration.hours(4),
      maxConcurrency: 2,
    });

    const sync = new CapabilityFunction(this, 'integrations/salesforce/task-sync', {
      purpose: 'Lists what an org does not tell, what is known to be unread, and once a night all that was changed',
      // Less than the five minutes until the next run.
      timeout: Duration.seconds(270),
    })
      .writesTable()
      .readsCompany()
      .readsSecrets('SALESFORCE_CREDENTIALS_SECRET_IDS', credentials)
      .sendsTo('SALESFORCE_SYNC_QUEUE_URL', found);
    new Schedule(this, 'salesforce-sync', {
      expression: 'rate(5 minutes)',
      why: 'What Salesforce does not tell by events is read within minutes, and what events lost within a night',
      handler: sync,
    });
  }
}
