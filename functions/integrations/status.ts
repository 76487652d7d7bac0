import { nowMs } from '../platform/clock.ts';
import { companyConfig, type SalesforceInstance, type StripeInstance } from '../platform/config.ts';
import { openParkedEvents } from './parked-store.ts';
import { syncStatus as salesforceSync } from './salesforce/sync-status.ts';
import { syncStatus as stripeSync } from './stripe/sync-status.ts';
import type { SyncStatus } from './sync-status.ts';
import { type Watermark, watermarkOf } from './watermark.ts';

/** One configured source system as people know it; its id is the vendor and the configured instance, e.g. `stripe-main`. */
export type Source = { readonly id: string; readonly instance: string } & (
  | { readonly system: 'stripe'; readonly config: StripeInstance }
  | { readonly system: 'salesforce'; readonly config: SalesforceInstance }
);

/** All that are configured, in the order of the configuration. */
export const sources = (): readonly Source[] => {
  const { stripe, salesforce } = companyConfig();
  return [
    ...stripe.map((config): Source => ({ system: 'stripe', id: `stripe-${config.instance}`, instance: config.instance, config })),
    ...salesforce.map(
      (config): Source => ({ system: 'salesforce', id: `salesforce-${config.instance}`, instance: config.instance, config }),
    ),
  ];
};

/** A source with how far it has been heard. */
export interface Integration {
  readonly source: Source;
  readonly watermark: Watermark;
  /** Epoch seconds up to which it has been heard, and nothing that was found missing is not known to be taken in; absent before that. */
  readonly throughAt?: number;
  /** Seconds by which all that has been heard of it lies behind now; absent before its first event. */
  readonly silentSeconds?: number;
  /** How far it has been asked by itself. */
  readonly sync: SyncStatus;
}

/** ISO instant of epoch seconds. */
export const instant = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

/** A source's test clock may be ahead of ours: then it is not silent. */
const heardUntil = (heardAt: number, heldAt = heardAt): Pick<Integration, 'throughAt' | 'silentSeconds'> =>
  heardAt === 0 ? {} : { throughAt: Math.min(heardAt, heldAt), silentSeconds: Math.max(0, Math.floor(nowMs() / 1000) - heardAt) };

const integrationOf = async (source: Source): Promise<Integration> => {
  const [watermark, sync] = await Promise.all([
    watermarkOf(source.system, source.instance),
    source.system === 'salesforce' ? salesforceSync(source.config) : stripeSync(source.config),
  ]);
  return {
    source,
    watermark,
    ...heardUntil(Math.max(watermark.throughAt ?? 0, sync.throughAt ?? 0), sync.heldAt),
    sync,
  };
};

export const integrations = (): Promise<readonly Integration[]> => Promise.all(sources().map(integrationOf));

/** Of the sources that have been heard, the one that has been silent for longest; undefined where none has been heard yet. */
export const mostSilent = async (): Promise<{ readonly id: string; readonly silentSeconds: number } | undefined> =>
  (await integrations())
    .flatMap(({ source: { id }, silentSeconds }) => (silentSeconds === undefined ? [] : [{ id, silentSeconds }]))
    .sort((one, other) => other.silentSeconds - one.silentSeconds)[0];

/** Most parked events that are counted; beyond, the number means "at least". */
const MAX_COUNTED = 500;

/** Parked events that wait, at most 500. */
export const parkedCount = async ({ system, instance }: Source): Promise<number> =>
  (await openParkedEvents(system, instance, MAX_COUNTED)).items.length;

export interface IntegrationSummary {
  readonly id: string;
  /** ISO instant of the source's clock up to which it has been heard. */
  readonly throughAt?: string;
  /** Parked events that wait, at most 500. */
  readonly parked: number;
}

const throughOf = ({ throughAt }: Integration): { readonly throughAt?: string } =>
  throughAt === undefined ? {} : { throughAt: instant(throughAt) };

/** How far each source has been heard and how many of its events wait: what a figure's reader has to know. */
export const readIntegrations = async (): Promise<readonly IntegrationSummary[]> =>
  Promise.all(
    (await integrations()).map(async (integration) => ({
      id: integration.source.id,
      ...throughOf(integration),
      parked: await parkedCount(integration.source),
    })),
  );

/** How far one source has been heard: what stands at the head of a figure. */
export interface DataThrough {
  readonly id: string;
  /** ISO instant of the source's clock up to which it has been heard. */
  readonly throughAt?: string;
  /** The event taken in last: when, by the platform's clock, and how long after the source showed it. */
  readonly lastEvent?: { readonly eventId: string; readonly recordedAt: string; readonly lagSeconds: number };
}

/** Three small reads a source. */
export const dataThrough = async (): Promise<readonly DataThrough[]> =>
  (await integrations()).map((integration) => {
    const { source, watermark } = integration;
    const last = watermark.lastEvent === undefined ? {} : { lastEvent: shortened(watermark.lastEvent) };
    return { id: source.id, ...throughOf(integration), ...last };
  });

const shortened = ({ eventId, recordedAt, lagSeconds }: NonNullable<Watermark['lastEvent']>): NonNullable<DataThrough['lastEvent']> => ({
  eventId,
  recordedAt,
  lagSeconds,
});

/**
 * `waiting`: nothing has been heard yet. `failing`: the last that was asked of it failed. What it sends in vain is seen at its own end, and as
 * what the sync finds here.
 */
export type IntegrationStatus = 'waiting' | 'ok' | 'failing';

export const statusOf = ({ watermark: { lastEvent }, throughAt, sync }: Integration): IntegrationStatus => {
  const read = Math.max(Date.parse(lastEvent?.recordedAt ?? '') || 0, sync.listedMs ?? 0);
  const { at = '', kind, mendedAt } = sync.problem ?? {};
  // What is refused to be read is mended by nothing but its reading.
  const isOver = kind === undefined ? !(Date.parse(at) >= read) : mendedAt !== undefined;
  if (!isOver) return 'failing';
  return throughAt === undefined && read === 0 ? 'waiting' : 'ok';
};
