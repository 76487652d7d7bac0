import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../../functions/integrations/stripe/catalogue.ts';
import { mapSighting } from '../../../functions/integrations/stripe/from-stripe.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useFakeAws } from '../fake-aws.ts';
import { catalogue, context, emptyCatalogue, type Json, sample } from '../samples.ts';
import { eventOf, published, useCompany, useIntake } from './intake.ts';
import { itemsWith } from './table.ts';

const aws = useFakeAws();
useDynamoDB();
const running = useCompany(aws);
const { take, fetchMissing } = useIntake(aws);

/** The November invoice: two prorations and 15 seats of December, billed in advance, and API calls of 15 October to 15 November for $240. */
const november = (sample('events/30.invoice.payment_failed.json')['data'] as { object: Json }).object;
const lines = (november['lines'] as { data: readonly Json[] }).data;
const calls = lines[3] as Json;
const invoice = (change: Json = {}, all: readonly Json[] = lines): Json => ({
  ...november,
  status: 'open',
  lines: { object: 'list', has_more: false, data: all },
  ...change,
});

const reading = (object: Json, eventType = 'invoice.finalized', known: Catalogue = catalogue) =>
  mapSighting({ eventId: 'evt_1', eventType, observedAt: 1_794_740_000, object, refetched: false }, known, context);
const usage = (object: Json, eventType?: string) => {
  const mapping = reading(object, eventType);
  if (mapping.kind !== 'read' || mapping.value.told.kind !== 'document') throw new Error(JSON.stringify(mapping));
  return mapping.value.told.usage;
};

describe('usage that an invoice bills', () => {
  test('is told by its metered lines alone, each with the period that was used', () => {
    expect(usage(invoice())).toEqual({
      provenance: { system: 'stripe', instance: 'main', eventId: 'evt_1', eventType: 'invoice.finalized', observedAt: 1_794_740_000 },
      invoiceId: 'in_SmplNov',
      customerId: 'cus_SmplAcme',
      legalEntity: 'acme-inc',
      currency: 'USD',
      status: 'open',
      observedOn: '2026-11-15',
      lines: [
        {
          lineId: 'si_SmplApi',
          subscriptionId: 'sub_SmplAcme',
          productId: 'prod_SmplApi',
          priceId: 'price_SmplApiMetered',
          startsOn: '2026-10-15',
          endsOn: '2026-11-15',
          amountMinor: '19200', // 24,000 − 20%
        },
      ],
    });
  });

  test('is one amount for all tiers of a price', () => {
    const more = { ...calls, id: 'il_more', amount: 1_000, discount_amounts: [] };
    expect(usage(invoice({}, [calls, more]))?.lines).toMatchObject([{ lineId: 'si_SmplApi', amountMinor: '20200' }]); // 19,200 + 1,000
  });

  test('is told when the invoice is final, paid or void, and by no other event', () => {
    const statuses = ['invoice.finalized', 'invoice.paid', 'v1.invoice.paid'].map((type) => usage(invoice(), type)?.status);
    expect(statuses).toEqual(['open', 'open', 'open']);
    expect(usage(invoice({ status: 'void' }), 'invoice.voided')?.status).toBe('void');
    expect(usage(invoice({ status: 'draft' }), 'invoice.finalized')).toBeUndefined();
    for (const type of ['invoice.created', 'invoice.updated', 'invoice.sent', 'invoice.payment_succeeded', 'invoice.upcoming'])
      expect([type, usage(invoice(), type)]).toEqual([type, undefined]);
  });

  test('is none where nothing was used, and nothing licensed is taken for it, though billed afterwards', () => {
    const priced = (price: string): Json => ({ ...calls, pricing: { type: 'price_details', price_details: { price, product: 'prod_1' } } });
    expect(usage(invoice({}, [{ ...calls, amount: 0 }]))).toBeUndefined();
    expect(usage(invoice({}, [priced('price_SmplVolume')]))).toBeUndefined();
    expect(usage(invoice({}, lines.slice(0, 3)))).toBeUndefined();
  });

  test('asks for a price only where a line may be metered', () => {
    expect(reading(invoice(), 'invoice.paid', emptyCatalogue)).toEqual({
      kind: 'incomplete',
      needs: [{ kind: 'price', id: 'price_SmplApiMetered' }],
    });
    expect(reading(invoice({}, lines.slice(0, 3)), 'invoice.paid', emptyCatalogue).kind).toBe('read');
  });
});

describe('an invoice with usage', () => {
  test('asks Stripe for its price once, and is one item with the document and the fact', async () => {
    running.stripe.put(sample('objects/price.metered.json'));
    const first = eventOf(invoice({ id: 'in_first' }), { type: 'invoice.finalized' });
    expect(await take(first)).toEqual([]);
    expect(aws.messages).toHaveLength(1);
    expect(await fetchMissing()).toEqual([]);
    const second = eventOf(invoice({ id: 'in_second' }), { type: 'invoice.finalized' });
    expect(await take(second)).toEqual([]);
    expect(aws.messages).toHaveLength(0);
    for (const [event, invoiceId] of [
      [first, 'in_first'],
      [second, 'in_second'],
    ] as const) {
      expect(await published(String(event['id']))).toMatchObject({ invoiceId, lines: [{ amountMinor: '19200' }] });
      const items = await itemsWith(`SRC#stripe#main#${invoiceId}`);
      expect(items.map(({ kind }) => kind)).toEqual(['invoice']);
    }
  });
});
