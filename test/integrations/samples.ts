import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Catalogue, catalogueOf, type Learnt } from '../../functions/integrations/stripe/catalogue.ts';
import type { MappingContext } from '../../functions/integrations/stripe/context.ts';
import { NOTHING_HEARD } from '../../functions/integrations/stripe/customer-history.ts';
import { couponSnapshot, discountSnapshot, priceSnapshot } from '../../functions/integrations/stripe/snapshots.ts';
import { dayOfInstant } from '../../functions/platform/calendar.ts';
import type { StripeInstance } from '../../functions/platform/config.ts';

const FOLDER = join(import.meta.dirname, '..', 'contracts', 'stripe');

export type Json = Readonly<Record<string, unknown>>;

export const textOf = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');
export const sample = <T = Json>(path: string): T => JSON.parse(textOf(path)) as T;

/** All samples of a folder, by file name, in order. */
export const samples = (folder: string): readonly { readonly name: string; readonly text: string; readonly json: Json }[] =>
  globSync('*.json', { cwd: join(FOLDER, folder) })
    .sort()
    .map((path) => ({ name: basename(path, '.json'), text: textOf(`${folder}/${path}`), json: sample(`${folder}/${path}`) }));

export const instance: StripeInstance = {
  instance: 'main',
  legalEntity: 'acme-inc',
  livemode: false,
  partnerEventSource: 'aws.partner/stripe.com/ed_test_61SmplDestination0001',
  apiBase: 'http://127.0.0.1:9',
  metadata: { customer: { attributes: {} }, subscription: { agreementId: 'opportunity_id' } },
};

export const context: MappingContext = {
  instance,
  dayOf: (seconds) => dayOfInstant(seconds, 'UTC'),
  legalEntities: ['acme-inc', 'acme-gmbh'],
};

const price = (name: string): Learnt => {
  const snapshot = priceSnapshot.parse(sample(`objects/price.${name}.json`));
  return { kind: 'price', id: snapshot.id, snapshot };
};

const coupon = (name: string): Learnt => {
  const snapshot = couponSnapshot.parse(sample(`objects/coupon.${name}.json`));
  return { kind: 'coupon', id: snapshot.id, snapshot };
};

const launchDiscount = discountSnapshot.parse({
  ...sample<Json>('objects/discount.on_subscription.expanded.json'),
  source: { coupon: 'SMPL20' },
});

/** What the samples' instance has learnt: the metered price, both tiered ones, both coupons, the one discount. */
export const learnt: readonly Learnt[] = [
  price('metered'),
  price('tiered_graduated.expanded_tiers'),
  price('tiered_volume.expanded_tiers'),
  coupon('20pct_repeating_3m'),
  coupon('amount_off_forever'),
  { kind: 'discount', id: launchDiscount.id, snapshot: launchDiscount },
];

/** None of the samples' customers has a discount. */
const customer: Catalogue['customer'] = () => NOTHING_HEARD;

export const catalogue: Catalogue = { ...catalogueOf(learnt), customer };
export const emptyCatalogue: Catalogue = { ...catalogueOf([]), customer };
