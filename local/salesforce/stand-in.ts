import { loadAssembly } from '../assembly/load.ts';
import { putPartnerEvents } from '../partner-bus.ts';
import type { LocalStack } from '../stack.ts';
import type { CustomFields } from './schema.ts';
import { type SalesforceOptions, type SalesforceServer, startSalesforce } from './server.ts';

/**
 * The orgs of the configuration, played on this machine: each is started with its own name, fields and currency, the functions are told where it
 * is and how to sign in, and what its relay has to tell goes to its partner bus, where one is configured.
 */
export interface StandIns {
  /** By the name of the instance. */
  readonly orgs: ReadonlyMap<string, SalesforceServer>;
  /** The company configuration of the functions, with the stand-ins in the orgs' places: an override of `ASCENT_CONFIG`. */
  readonly config: (json: string) => string;
  /** Values of the orgs' credentials, by the secrets' names. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** Puts what the relays have to tell up to now on the partner buses. */
  readonly relay: (stack: LocalStack) => Promise<void>;
  /** The same from now on by itself: every second, and at each change's own time as the test clock is moved. Returns its end. */
  readonly relayAlways: (stack: LocalStack) => () => void;
  readonly stop: () => Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

/** What of an org's configuration matters here, as the functions get it. */
interface ConfiguredOrg {
  readonly instance: string;
  readonly instanceUrl: string;
  readonly organizationId?: string;
  readonly partnerEventSource?: string;
  readonly currency?: string;
  readonly fields: {
    readonly account: Fields & { readonly attributes: Fields };
    readonly contract: Fields;
    readonly product: Fields;
    readonly order: Fields;
  };
}

/** The company configuration, as the template gives it to the functions; `undefined` where none gets it. */
const configOf = (assemblyDir: string): string | undefined => {
  for (const { template } of loadAssembly(assemblyDir))
    for (const { Type, Properties } of Object.values(template.Resources ?? {})) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const { Variables } = (Properties?.['Environment'] ?? {}) as { readonly Variables?: Readonly<Record<string, unknown>> };
      const json = Variables?.['ASCENT_CONFIG'];
      if (typeof json === 'string') return json;
    }
  return undefined;
};

const orgsIn = (json: string | undefined): readonly ConfiguredOrg[] =>
  json === undefined ? [] : ((JSON.parse(json) as { readonly salesforce?: readonly ConfiguredOrg[] }).salesforce ?? []);

type CustomType = 'string' | 'id' | 'date';

/** Fields of the company's own among those that are configured; anything else is text. */
const custom = (fields: Fields, types: Readonly<Record<string, CustomType>> = {}): Readonly<Record<string, CustomType>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      typeof field === 'string' && field.endsWith('__c') ? [[field, types[name] ?? 'string'] as const] : [],
    ),
  );

const customFieldsOf = ({ fields: { account, contract, product, order } }: ConfiguredOrg): CustomFields => ({
  Account: { ...custom(account.attributes), ...custom(account) },
  Contract: custom(contract, { renewalOf: 'id', terminatedOn: 'date' }),
  Product2: custom(product),
  Order: custom(order, { signedOn: 'date' }),
});

/** `aws.partner/salesforce.com/<organization>/<channel>` */
const optionsOf = (org: ConfiguredOrg): SalesforceOptions => {
  const [, , orgId = org.organizationId, channelId] = org.partnerEventSource?.split('/') ?? [];
  return {
    customFields: customFieldsOf(org),
    ...(orgId === undefined ? {} : { orgId }),
    ...(channelId === undefined ? {} : { channelId }),
    ...(org.currency === undefined ? {} : { currency: org.currency }),
  };
};

const RELAY_EVERY_MS = 1_000;

/** Starts the orgs that the assembly's configuration names. `now`: the test clock's time. */
export const startOrgs = async (assemblyDir: string, now: () => number): Promise<StandIns> => {
  const configured = orgsIn(configOf(assemblyDir));
  const orgs = new Map<string, SalesforceServer>();
  for (const org of configured) orgs.set(org.instance, await startSalesforce({ ...optionsOf(org), now }));
  const relayed = configured.flatMap(({ instance, partnerEventSource }) =>
    partnerEventSource === undefined ? [] : (orgs.get(instance) ?? []),
  );

  const relay = async (stack: LocalStack): Promise<void> => {
    for (const { relay: one } of relayed) await putPartnerEvents(stack, one.take());
  };
  return {
    orgs,
    config: (json) => {
      const config = JSON.parse(json) as { readonly salesforce?: readonly ConfiguredOrg[] };
      const salesforce = config.salesforce?.map((org) => ({ ...org, instanceUrl: orgs.get(org.instance)?.url ?? org.instanceUrl }));
      return JSON.stringify({ ...config, salesforce });
    },
    secrets: Object.fromEntries(
      [...orgs].map(([instance, { clientId, clientSecret }]) => [`ascent/salesforce/${instance}/credentials`, { clientId, clientSecret }]),
    ),
    relay,
    relayAlways: (stack) => {
      let last: Promise<void> = Promise.resolve();
      // One after another: two at once would put the events of a transaction in any order.
      const next = (): Promise<void> => {
        const put = (): Promise<void> => relay(stack);
        last = last.then(put, put);
        return last;
      };
      const timer = setInterval(() => void next().catch((error: unknown) => console.error(String(error))), RELAY_EVERY_MS).unref();
      stack.clock.addTimed({
        name: 'changes in Salesforce',
        plan: (fromMs, toMs) => {
          const times = relayed.flatMap(({ org }) => org.commits.map(({ at }) => at)).filter((at) => at > fromMs && at <= toMs);
          return [...new Set(times)].sort((one, other) => one - other).map((atMs) => ({ atMs, fire: next }));
        },
      });
      return () => clearInterval(timer);
    },
    stop: async () => {
      for (const org of orgs.values()) await org.stop();
    },
  };
};
