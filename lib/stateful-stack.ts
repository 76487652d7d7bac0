import { HttpApi, HttpAuthorizer, HttpAuthorizerType, type IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnOutput, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CompanyConfig } from '../functions/platform/config.ts';
import type { Bundles } from './bundles.ts';
import { frontDoor } from './front-door.ts';
import { type Platform, pascal, type SalesforceSecrets, type StripeSecrets } from './kit/capability-stack.ts';
import { dataKey } from './kit/data-key.ts';
import { busWithArchive } from './kit/event-bus.ts';
import { acknowledge } from './kit/nag.ts';
import { OutboxPipe } from './kit/outbox-pipe.ts';
import { type SignIn, signIn, signInUrl } from './sign-in.ts';
import { INDEX_KEYS, TABLE_INDEX, TABLE_KEYS, TTL_ATTRIBUTE } from './table.ts';

export interface StatefulStackProps {
  readonly prefix: string;
  readonly company: CompanyConfig;
  readonly bundles: Bundles;
  /** Scopes that the capabilities' routes name, by resource server. */
  readonly scopes: ReadonlyMap<string, readonly string[]>;
}

interface PartnerInstance {
  readonly instance: string;
  readonly partnerEventSource?: string | undefined;
}

interface EmptySecret {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly empty: string;
  readonly encryptionKey: Key;
  readonly whyNotRotated: string;
}

/** A year, so that a year's close can be replayed from what really arrived. */
const ARCHIVE_DAYS = 400;

/**
 * What must not be lost, and the doors that everything goes through: table, buses with archives, key, secrets, user pool, HTTP API.
 * The capabilities stand on it and it knows none of them. Whatever holds data outlives the stack.
 */
export class StatefulStack extends Stack {
  readonly platform: Platform;

  constructor(scope: Construct, id: string, { prefix, company, bundles, scopes }: StatefulStackProps) {
    super(scope, id, {
      description: 'Ascent: table, buses, keys, secrets, people, the HTTP API and its front door',
      terminationProtection: true,
    });
    const key = dataKey(this, prefix);
    const alarmTopic = this.#alarmTopic(prefix, key);

    const table = new Table(this, 'Table', {
      tableName: prefix,
      partitionKey: { name: TABLE_KEYS.partition, type: AttributeType.STRING },
      sortKey: { name: TABLE_KEYS.sort, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: TTL_ATTRIBUTE,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    table.addGlobalSecondaryIndex({
      indexName: TABLE_INDEX,
      partitionKey: { name: INDEX_KEYS.partition, type: AttributeType.STRING },
      sortKey: { name: INDEX_KEYS.sort, type: AttributeType.STRING },
      // Lists are read by key from here and then from the table: an index of whole items would cost as many write units again.
      projectionType: ProjectionType.KEYS_ONLY,
    });

    const sourceBus = busWithArchive(this, 'SourceBus', {
      name: `${prefix}-sources`,
      description: 'verified webhooks, as the vendors sent them',
      archiveDays: ARCHIVE_DAYS,
    });
    const revenueBus = busWithArchive(this, 'RevenueBus', {
      name: `${prefix}-revenue`,
      description: 'domain events of Ascent',
      archiveDays: ARCHIVE_DAYS,
    });
    const stripePartnerBuses = this.#partnerBuses(prefix, 'stripe', company.stripe);
    const salesforcePartnerBuses = this.#partnerBuses(prefix, 'salesforce', company.salesforce);

    new OutboxPipe(this, 'Outbox', { prefix, table, bus: revenueBus, alarmTopic });

    const httpApi = new HttpApi(this, 'Api', {
      apiName: prefix,
      description: 'Ascent: webhooks and the API under /api/v1',
      // The stage names each route's throttle, so it comes after the routes: operations-stack.ts.
      createDefaultStage: false,
    });
    const stripeSecrets = Object.fromEntries(company.stripe.map(({ instance }) => [instance, this.#stripeSecrets(prefix, instance, key)]));
    const salesforceSecrets = Object.fromEntries(
      company.salesforce.map(({ instance }) => [instance, this.#salesforceSecrets(prefix, instance, key)]),
    );
    const door = frontDoor(this, { prefix, httpApi, signInUrl: signInUrl(this, prefix) });
    const people = signIn(this, { prefix, bundles, alarmTopic }, scopes, door.url);
    const authorizer = this.#authorizer(httpApi, people);

    this.platform = {
      prefix,
      company,
      bundles,
      table,
      sourceBus,
      stripePartnerBuses,
      salesforcePartnerBuses,
      revenueBus,
      httpApi,
      authorizer,
      alarmTopic,
      stripeSecrets,
      salesforceSecrets,
      web: { files: door.files, signInUrl: signInUrl(this, prefix), clientId: people.browserClientId },
    };
    new CfnOutput(this, 'WebUrl', { value: door.url, description: 'The web application; the API is at <this>/api/v1' });
    new CfnOutput(this, 'ApiUrl', { value: httpApi.apiEndpoint, description: 'Stripe webhooks: POST to <this>/webhooks/stripe' });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarmTopic.topicArn, description: 'Subscribe those who are on call' });
  }

  /** Its policy replaces the service's own, which would let alarms of this account publish, so that is said again here. */
  #alarmTopic(prefix: string, masterKey: Key): Topic {
    const topic = new Topic(this, 'Alarms', { topicName: `${prefix}-alarms`, masterKey, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    return topic;
  }

  /** One bus for each account of a vendor that puts its events there itself; its name must be the source's. */
  #partnerBuses(prefix: string, vendor: string, instances: readonly PartnerInstance[]): EventBus[] {
    return instances.flatMap(({ instance, partnerEventSource }) => {
      if (partnerEventSource === undefined) return [];
      return [
        busWithArchive(this, `${pascal(vendor)}${pascal(instance)}Bus`, {
          name: `${prefix}-${vendor}-${instance}`,
          description: `${pascal(vendor)} account ${instance}`,
          archiveDays: ARCHIVE_DAYS,
          partnerEventSource,
        }),
      ];
    });
  }

  /** Made without a usable value: an operator puts it in, and nothing here overwrites it. */
  #secret({ id, name, description, empty, encryptionKey, whyNotRotated }: EmptySecret): Secret {
    const made = new Secret(this, id, {
      secretName: name,
      description,
      encryptionKey,
      secretStringValue: SecretValue.unsafePlainText(empty),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(made, 'AwsSolutions-SMG4', whyNotRotated);
    return made;
  }

  /** With no secret every webhook is refused. */
  #stripeSecrets(prefix: string, instance: string, encryptionKey: Key): StripeSecrets {
    const common = {
      encryptionKey,
      whyNotRotated: 'Stripe issues this value and cannot be asked for a new one by API; signing secrets overlap during a roll by design.',
    };
    return {
      signing: this.#secret({
        ...common,
        id: `Stripe${pascal(instance)}Signing`,
        name: `${prefix}/stripe/${instance}/webhook-signing`,
        description: `Stripe ${instance}: webhook signing secrets`,
        empty: '{"webhookSecrets":[]}',
      }),
      apiKey: this.#secret({
        ...common,
        id: `Stripe${pascal(instance)}ApiKey`,
        name: `${prefix}/stripe/${instance}/api-key`,
        description: `Stripe ${instance}: restricted API key that reads`,
        empty: '{"apiKey":""}',
      }),
    };
  }

  /** Without credentials nothing is read, and the status of the integration says so. */
  #salesforceSecrets(prefix: string, instance: string, encryptionKey: Key): SalesforceSecrets {
    return {
      signing: this.#secret({
        encryptionKey,
        whyNotRotated: 'The same value stands in the org, which cannot be given another by API; two are live during a rotation by design.',
        id: `Salesforce${pascal(instance)}Signing`,
        name: `${prefix}/salesforce/${instance}/webhook-signing`,
        description: `Salesforce ${instance}: secrets that sign its callouts`,
        empty: '{"webhookSecrets":[]}',
      }),
      credentials: this.#secret({
        encryptionKey,
        whyNotRotated: "The org's administrators issue it; whoever replaces it puts it in here, and functions read it anew at once.",
        id: `Salesforce${pascal(instance)}Credentials`,
        name: `${prefix}/salesforce/${instance}/credentials`,
        description: `Salesforce ${instance}: sign-in of the integration user, who only reads`,
        empty: '{"clientId":"","clientSecret":""}',
      }),
    };
  }

  #authorizer(httpApi: HttpApi, { issuer, audience }: SignIn): IHttpRouteAuthorizer {
    const { authorizerId } = new HttpAuthorizer(this, 'Tokens', {
      httpApi,
      type: HttpAuthorizerType.JWT,
      identitySource: ['$request.header.Authorization'],
      jwtIssuer: issuer,
      jwtAudience: [...audience],
    });
    return HttpAuthorizer.fromHttpAuthorizerAttributes(this, 'TokensOfRoutes', { authorizerId, authorizerType: 'JWT' });
  }
}
