import { expect, test } from 'vitest';
import { missingAmong } from '../../../functions/integrations/stripe/missing.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import { sample, samples } from '../samples.ts';
import { useCompany, useIntake } from './intake.ts';

const aws = useFakeAws();
useDynamoDB();
const running = useCompany(aws);
const { take, fetchMissing } = useIntake(aws);

test('every sample of an event is known once it came, whatever became of it: recorded, completed or parked [B17]', async () => {
  const events = samples('events').map(({ json }) => json);
  running.stripe.put(
    { ...sample('objects/subscription.past_due.json'), discounts: [sample('objects/discount.on_subscription.expanded.json')] },
    sample('objects/invoice.paid.json'),
    sample('objects/coupon.20pct_repeating_3m.json'),
    sample('objects/price.metered.json'),
    sample('objects/price.tiered_graduated.expanded_tiers.json'),
    sample('objects/price.tiered_volume.expanded_tiers.json'),
  );
  expect(await missingAmong('main', events)).toEqual(events);
  for (let from = 0; from < events.length; from += 10) expect(await take(...events.slice(from, from + 10))).toEqual([]);
  expect(await fetchMissing()).toEqual([]);
  expect((await missingAmong('main', events)).map(({ id, type }) => [id, type])).toEqual([]);
});
