import { describe, expect, test } from 'vitest';
import { mapEvent } from '../../../functions/integrations/stripe/from-stripe.ts';
import { openSourceEvent } from '../../../functions/integrations/stripe/source-event.ts';
import { shapeOf } from '../../../functions/integrations/stripe/versions.ts';
import { catalogue, context, type Json, sample } from '../samples.ts';

const read = (raw: Json) => {
  const event = openSourceEvent(raw);
  if (!event.ok) throw new Error(event.problem.detail);
  return mapEvent(event.value, catalogue, context);
};
const told = (raw: Json) => {
  const reading = read(raw);
  if (reading.kind !== 'read') throw new Error(JSON.stringify(reading));
  return reading.value;
};
const event = (name: string, change: Json = {}): Json => ({ ...sample(`events/${name}.json`), ...change });

describe('API versions', () => {
  test.each([
    ['2020-08-27', 'A'],
    ['2022-11-15', 'A'],
    ['2024-06-20', 'A'],
    ['2024-12-18.acacia', 'A'],
    ['2025-02-24.acacia', 'A'],
    ['2025-03-31.basil', 'B'],
    ['2025-09-30.clover', 'B'],
    ['2026-03-25.dahlia', 'B'],
    ['2026-10-28.endive', 'B'],
    // A month of a known family that did not exist when this was written
    ['2027-01-27.endive', 'B'],
  ])('%s has shape %s', (version, shape) => expect(shapeOf(version)).toEqual({ ok: true, value: shape }));

  test.each([
    ['2027-03-31.fuchsia', 'version-unknown'],
    ['2025-03-31.preview', 'version-unknown'],
    ['2025-06-30', 'version-unknown'],
    ['2019-12-03', 'version-too-old'],
    ['', 'version-unknown'],
    [null, 'version-unknown'],
    ['latest', 'version-unknown'],
  ])('refuses %s as %s, and says what to do', (version, code) => {
    const shape = shapeOf(version);
    expect(shape.ok ? '' : shape.problem.code).toBe(code);
    expect(shape.ok ? '' : shape.problem.detail).toContain('then replay');
  });

  test('an event of an unknown version is parked, not misread', () => {
    expect(read(event('22.customer.subscription.updated', { api_version: '2027-03-31.fuchsia' }))).toMatchObject({
      kind: 'parked',
      problem: { code: 'version-unknown' },
    });
  });
});

describe('which events are taken in', () => {
  test('one of the other mode is parked, whatever its type', () => {
    expect(read(event('63.payout.created', { livemode: true }))).toMatchObject({ kind: 'parked', problem: { code: 'livemode-mismatch' } });
  });

  test('an unknown type about a known object is read by its object', () => {
    expect(told(event('20.invoice.paid', { type: 'invoice.something_new' })).told.kind).toBe('document');
  });

  test('a thin event asks for its object, of the account that it names', () => {
    expect(read(sample('thin/v1.customer.subscription.updated.with_context.json'))).toEqual({
      kind: 'incomplete',
      needs: [{ kind: 'object', object: 'subscription', id: 'sub_SmplAcme', account: 'acct_1SmplConnected' }],
    });
  });

  test('a discount of the customer is parked with its reason; one of an invoice changes no subscription', () => {
    const discount = (change: Json) => ({
      object: { ...(event('56.customer.discount.created')['data'] as { object: Json }).object, ...change },
    });
    expect(read(event('56.customer.discount.created', { data: discount({ subscription: null }) }))).toMatchObject({
      kind: 'parked',
      problem: { code: 'customer-level-discount' },
    });
    expect(told(event('56.customer.discount.created', { data: discount({ subscription: null, invoice: 'in_1' }) })).followUps).toEqual([]);
    expect(told(event('56.customer.discount.created')).followUps).toEqual([{ kind: 'object', object: 'subscription', id: 'sub_SmplAcme' }]);
  });
});

describe('customers', () => {
  test('have a name, levels and attributes; the configuration renames keys', () => {
    const data = {
      object: {
        id: 'cus_1',
        object: 'customer',
        name: 'Kyoto KK',
        email: 'x@y.example',
        metadata: { segment: 'Enterprise', region: 'APAC', parent: 'cus_0', bill_to: 'cus_2', other: 'x', channel: '' },
      },
    };
    expect(told(event('01.customer.created', { data })).told).toMatchObject({
      kind: 'customer',
      fact: {
        customerId: 'cus_1',
        name: 'Kyoto KK',
        parentId: 'cus_0',
        billToId: 'cus_2',
        attributes: { segment: 'Enterprise', region: 'APAC' },
        deleted: false,
        observedOn: '2026-10-01',
      },
    });
    const renamed = {
      ...context,
      instance: {
        ...context.instance,
        metadata: { ...context.instance.metadata, customer: { attributes: { segment: 'tier' }, parentId: 'owner' } },
      },
    };
    const opened = openSourceEvent(
      event('01.customer.created', { data: { object: { ...data.object, metadata: { tier: 'Strategic', owner: 'cus_9' } } } }),
    );
    const reading = opened.ok ? mapEvent(opened.value, catalogue, renamed) : undefined;
    expect(reading).toMatchObject({ kind: 'read', value: { told: { fact: { attributes: { segment: 'Strategic' }, parentId: 'cus_9' } } } });
  });

  test('that were deleted say so, as an event and as the mark that the API answers', () => {
    expect(told(event('03.customer.deleted')).told).toMatchObject({ fact: { customerId: 'cus_SmplGone', deleted: true } });
    expect(told(event('02.customer.updated', { data: { object: sample('objects/customer.deleted.json') } })).told).toMatchObject({
      fact: { name: '', deleted: true },
    });
  });
});

describe('schedules', () => {
  test('are contracted steps on their own dates', () => {
    expect(told(event('60.subscription_schedule.updated')).told).toMatchObject({
      kind: 'schedule',
      fact: {
        scheduleId: 'sub_sched_SmplRamp',
        subscriptionId: 'sub_SmplRamp',
        customerId: 'cus_SmplRamp',
        status: 'active',
        phases: [
          { startsOn: '2026-11-01', endsOn: '2027-11-01', items: [{ priceId: 'price_SmplSeatAnnual', quantity: '50' }] },
          { startsOn: '2027-11-01', endsOn: '2028-11-01', items: [{ priceId: 'price_SmplSeatAnnual', quantity: '80' }] },
        ],
      },
    });
    expect(told(event('59.subscription_schedule.created')).told).toMatchObject({ fact: { status: 'not-started' } });
  });
});
