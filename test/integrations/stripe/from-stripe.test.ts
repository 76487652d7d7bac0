import { describe, expect, test } from 'vitest';
import { mapEvent } from '../../../functions/integrations/stripe/from-stripe.ts';
import type { ScheduleFact } from '../../../functions/integrations/stripe/schedules.ts';
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

  test('an event of an unknown version is parked, not misread [C2]', () => {
    expect(read(event('22.customer.subscription.updated', { api_version: '2027-03-31.fuchsia' }))).toMatchObject({
      kind: 'parked',
      problem: { code: 'version-unknown' },
    });
  });
});

describe('which events are taken in', () => {
  test('one of the other mode is parked, whatever its type [A10]', () => {
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

  test('a discount leads to readings of what it reduces: its subscription, or all of its customer’s; one of an invoice to none', () => {
    const consequences = (change: Json) => {
      const object = { ...(event('56.customer.discount.created')['data'] as { object: Json }).object, ...change };
      const { followUps, forgotten } = told(event('56.customer.discount.created', { data: { object } }));
      return { followUps, forgotten };
    };
    const followUps = [{ kind: 'object', object: 'customer', id: 'cus_SmplAcme' }];
    expect(consequences({ subscription: null })).toEqual({ followUps, forgotten: [{ kind: 'customer', id: 'cus_SmplAcme' }] });
    expect(consequences({ subscription: null, subscription_item: 'si_1' })).toEqual({ followUps, forgotten: [] });
    expect(consequences({ subscription: null, invoice: 'in_1' })).toEqual({ followUps: [], forgotten: [] });
    expect(consequences({})).toEqual({ followUps: [{ kind: 'object', object: 'subscription', id: 'sub_SmplAcme' }], forgotten: [] });
  });

  test('refuses a discount on nothing that can be read', () => {
    const object = {
      ...(event('56.customer.discount.created')['data'] as { object: Json }).object,
      subscription: null,
      customer: null,
    };
    expect(read(event('56.customer.discount.created', { data: { object } }))).toMatchObject({
      kind: 'parked',
      problem: { code: 'customer-missing' },
    });
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

describe('fingerprints of customers', () => {
  const shown = (metadata: Json, previous?: Json, change: Json = {}) => {
    const object = { id: 'cus_1', object: 'customer', name: 'Kyoto KK', metadata, ...change };
    const mapped = told(event('02.customer.updated', { data: { object, ...(previous ? { previous_attributes: previous } : {}) } })).told;
    if (mapped.kind !== 'customer') throw new Error(mapped.kind);
    return mapped.fact;
  };

  test('chain updates: each says which state it came right after', () => {
    const first = shown({ segment: 'Starter' });
    // A key that was added had been null; a name in previous_attributes is the former one.
    const second = shown({ segment: 'Enterprise', region: 'APAC' }, { metadata: { segment: 'Starter', region: null } });
    const third = shown({ segment: 'Enterprise', region: 'APAC' }, { name: 'Kyoto KK' }, { name: 'Kyoto Holdings' });
    expect([second.previousFingerprint, third.previousFingerprint]).toEqual([first.fingerprint, second.fingerprint]);
    expect(new Set([first, second, third].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  test('do not change with what Ascent does not keep, nor with the order of metadata', () => {
    const [one, other] = [shown({ segment: 'Starter', region: 'EMEA' }), shown({ region: 'EMEA', other: 'x', segment: 'Starter' })];
    expect(other.fingerprint).toBe(one.fingerprint);
    const email = shown({ segment: 'Starter', region: 'EMEA' }, { email: 'a@b.example' }, { email: 'c@d.example' });
    expect([email.fingerprint, email.previousFingerprint]).toEqual([one.fingerprint, one.fingerprint]);
  });

  test('tell a deletion from the state before it, and facts say which showing they are', () => {
    const created = told(event('01.customer.created')).told;
    const deleted = told(event('03.customer.deleted')).told;
    expect([created, deleted]).toMatchObject([{ fact: { lifecycle: 'created' } }, { fact: { lifecycle: 'deleted' } }]);
    expect(told(event('02.customer.updated')).told).toMatchObject({
      fact: { lifecycle: 'changed', previousFingerprint: expect.any(String) },
    });
    expect(created).not.toHaveProperty('fact.previousFingerprint');
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
    expect(told(event('59.subscription_schedule.created')).told).toMatchObject({ fact: { status: 'not-started', lifecycle: 'created' } });
  });

  test('tell the state that they were in before, in the words of the event that showed it', () => {
    const { previousFingerprint, lifecycle } = (told(event('60.subscription_schedule.updated')).told as { fact: ScheduleFact }).fact;
    const shown = event('60.subscription_schedule.updated');
    const data = shown['data'] as { object: object; previous_attributes: object };
    const before = { ...shown, id: 'evt_before', data: { object: { ...data.object, ...data.previous_attributes } } };
    expect(lifecycle).toBe('changed');
    expect(told(before).told).toMatchObject({ fact: { fingerprint: previousFingerprint } });
  });
});
