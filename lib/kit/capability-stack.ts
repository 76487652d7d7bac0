import type { HttpApi, IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CompanyConfig } from '../../functions/platform/config.ts';
import type { Bundles } from '../bundles.ts';

/** What all functions of one Stripe account may need, each in a secret of its own so that each is granted alone. */
export interface StripeSecrets {
  /** `{"webhookSecrets":["whsec_…"]}`: several while a secret is being rotated. */
  readonly signing: Secret;
  /** `{"apiKey":"rk_…"}`: a restricted key that only reads. */
  readonly apiKey: Secret;
}

/** What functions of one Salesforce org may need. */
export interface SalesforceSecrets {
  /** `{"webhookSecrets":["…"]}`: what the org signs its callouts with, several while one is being rotated. */
  readonly signing: Secret;
  /** `{"clientId":"…","clientSecret":"…"}`, or with `username` and `privateKey` for a signed assertion. */
  readonly credentials: Secret;
}

/** What every capability stands on, made by the stateful stack. */
export interface Platform {
  /** Begins every physical name, so that two stages may share an account. */
  readonly prefix: string;
  readonly company: CompanyConfig;
  readonly bundles: Bundles;
  readonly table: Table;
  /** Events of the outside world, as verified webhooks. */
  readonly sourceBus: EventBus;
  /** Events of the outside world that a vendor puts straight on a bus of ours; none without configuration. */
  readonly stripePartnerBuses: readonly EventBus[];
  readonly salesforcePartnerBuses: readonly EventBus[];
  /** Our own domain events. */
  readonly revenueBus: EventBus;
  readonly httpApi: HttpApi;
  readonly authorizer: IHttpRouteAuthorizer;
  readonly alarmTopic: Topic;
  readonly stripeSecrets: Readonly<Record<string, StripeSecrets>>;
  readonly salesforceSecrets: Readonly<Record<string, SalesforceSecrets>>;
  /** Where the web application's files go, and how it signs people in. */
  readonly web: { readonly files: IBucket; readonly signInUrl: string; readonly clientId: string };
}

/** Requests per second that a route accepts; more are answered 429 before any function runs. */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * What a capability put up, by name, for the dashboard and the API's stage, which come after all capabilities. Names and no references:
 * a reference would be an export that CloudFormation refuses to remove together with the function.
 */
export interface Installed {
  readonly functions: string[];
  readonly queues: string[];
  readonly routes: { readonly routeKey: string; readonly throttle: Throttle }[];
}

/** One capability's stack; its file says how the capability is wired and nothing else. */
export class CapabilityStack extends Stack {
  readonly platform: Platform;
  readonly installed: Installed = { functions: [], queues: [], routes: [] };

  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id, { description: `Ascent: ${id}` });
    this.platform = platform;
  }
}

/** `arr/on-fact` → `ArrOnFact`, for construct ids. */
export const pascal = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
