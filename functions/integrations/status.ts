import { companyConfig, type StripeInstance } from '../platform/config.ts';
import { openParkedEvents } from './store.ts';
import { type Watermark, watermarkOf } from './watermark.ts';

/** One configured source system as people know it. */
export interface Integration {
  /** `stripe-main`: the vendor and the configured instance. */
  readonly id: string;
  readonly config: StripeInstance;
  readonly watermark: Watermark;
}

export const integrationId = ({ instance }: StripeInstance): string => `stripe-${instance}`;

/** ISO instant of epoch seconds. */
export const instant = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

export const integrations = (): Promise<readonly Integration[]> =>
  Promise.all(
    companyConfig().stripe.map(async (config) => ({
      id: integrationId(config),
      config,
      watermark: await watermarkOf('stripe', config.instance),
    })),
  );

/** Most parked events that are counted; beyond, the number means "at least". */
const MAX_COUNTED = 500;

export interface IntegrationSummary {
  readonly id: string;
  /** ISO instant of the source's clock up to which it has been heard. */
  readonly throughAt?: string;
  /** Parked events that wait, at most 500. */
  readonly parked: number;
}

/** How far each source has been heard and how many of its events wait: what a figure's reader has to know. */
export const readIntegrations = async (): Promise<readonly IntegrationSummary[]> =>
  Promise.all(
    (await integrations()).map(async ({ id, config, watermark: { throughAt } }) => {
      const { items } = await openParkedEvents('stripe', config.instance, MAX_COUNTED);
      return { id, ...(throughAt === undefined || throughAt === 0 ? {} : { throughAt: instant(throughAt) }), parked: items.length };
    }),
  );

/** How far one source has been heard: what stands at the head of a figure. */
export interface DataThrough {
  readonly id: string;
  /** ISO instant of the source's clock up to which it has been heard. */
  readonly throughAt?: string;
  /** The event taken in last: when, by the platform's clock, and how long after the source showed it. */
  readonly lastEvent?: { readonly eventId: string; readonly recordedAt: string; readonly lagSeconds: number };
}

/** One small read a source. */
export const dataThrough = async (): Promise<readonly DataThrough[]> =>
  (await integrations()).map(({ id, watermark: { throughAt, lastEvent } }) => ({
    id,
    ...(throughAt === undefined || throughAt === 0 ? {} : { throughAt: instant(throughAt) }),
    ...(lastEvent === undefined ? {} : { lastEvent: shortened(lastEvent) }),
  }));

const shortened = ({ eventId, recordedAt, lagSeconds }: NonNullable<Watermark['lastEvent']>): NonNullable<DataThrough['lastEvent']> => ({
  eventId,
  recordedAt,
  lagSeconds,
});
