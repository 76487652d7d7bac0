import { describe, expect, test } from 'vitest';
import { type BillingDocument, currentDocument, type InvoiceDocument } from '../../../functions/integrations/index.ts';
import { mapEvent, mapSighting } from '../../../functions/integrations/stripe/from-stripe.ts';
import { openSourceEvent } from '../../../functions/integrations/stripe/source-event.ts';
import { catalogue, context, type Json, sample, samples } from '../samples.ts';

const documentOf = (raw: Json): BillingDocument => {
  const event = openSourceEvent(raw);
  if (!event.ok) throw new Error(event.problem.detail);
  const reading = mapEvent(event.value, catalogue, context);
  if (reading.kind !== 'read' || reading.value.told.kind !== 'document') throw new Error(JSON.stringify(reading));
  return reading.value.told.document;
};
const fromObject = (file: string): BillingDocument => {
  const reading = mapSighting(
    { eventId: 'evt_x', eventType: 'x', observedAt: 1, object: sample(file), refetched: false },
    catalogue,
    context,
  );
  if (reading.kind !== 'read' || reading.value.told.kind !== 'document') throw new Error(JSON.stringify(reading));
  return reading.value.told.document;
};
const eventNamed = (name: string): Json => sample(`events/${name}.json`);

describe('invoices', () => {
  test('a paid one, with its lines’ own periods [C4]', () => {
    const { status, customerId, currency, body } = documentOf(eventNamed('20.invoice.paid'));
    expect({ status, customerId, currency }).toEqual({ status: 'paid', customerId: 'cus_SmplAcme', currency: 'USD' });
    // 10 × 5,000 = 50,000; −20% = 10,000; 8.25% tax on 40,000 = 3,300; 50,000 − 10,000 + 3,300 = 43,300
    expect(body).toMatchObject({
      kind: 'invoice',
      number: 'SMPL001-0002',
      subscriptionId: 'sub_SmplAcme',
      subtotalMinor: '50000',
      discountMinor: '10000',
      taxMinor: '3300',
      totalMinor: '43300',
      dueMinor: '43300',
      paidMinor: '43300',
      remainingMinor: '0',
      paidAt: 1_792_062_303,
    });
    // The invoice's own period looks back, 1790849100 to 1792058700: a document has none.
    expect(Object.keys(body).filter((key) => /^period/i.test(key))).toEqual([]);
    expect((body as InvoiceDocument).lines).toEqual([
      {
        lineId: 'il_SmplOctSeat',
        amountMinor: '50000',
        discountMinor: '10000',
        taxMinor: '3300',
        quantity: '10',
        priceId: 'price_SmplSeatMonthly',
        productId: 'prod_SmplPlatform',
        subscriptionId: 'sub_SmplAcme',
        subscriptionItemId: 'si_SmplSeat',
        proration: false,
        periodFrom: 1_792_058_700,
        periodUntil: 1_794_737_100,
      },
      {
        lineId: 'il_SmplOctApi',
        amountMinor: '0',
        discountMinor: '0',
        taxMinor: '0',
        quantity: '0',
        priceId: 'price_SmplApiMetered',
        productId: 'prod_SmplApi',
        subscriptionId: 'sub_SmplAcme',
        subscriptionItemId: 'si_SmplApi',
        proration: false,
        periodFrom: 1_790_849_100,
        periodUntil: 1_792_058_700,
      },
    ]);
  });

  test('the same one in the shape before basil gives the same document, except for the line that it left out', () => {
    const [modern, legacy] = [
      documentOf(eventNamed('20.invoice.paid')),
      documentOf(sample('legacy-api-versions/2024-12-18.acacia.invoice.paid.json')),
    ];
    const body = modern.body as InvoiceDocument;
    expect(legacy.body).toEqual({ ...body, lines: body.lines.slice(0, 1) });
  });

  const all = samples('events').filter(
    ({ json }) => String((json['data'] as Json)['object'] && ((json['data'] as Json)['object'] as Json)['object']) === 'invoice',
  );
  test('among them are lines below zero, of a proration', () => {
    const { lines } = documentOf(eventNamed('30.invoice.payment_failed')).body as InvoiceDocument;
    expect(lines.map((line) => [line.amountMinor, line.proration])).toEqual([
      ['-33944', true],
      ['50916', true],
      ['75000', false],
      ['24000', false],
    ]);
  });

  test.each(all)('$name: lines − discounts + tax = total [C11]', ({ json }) => {
    const body = documentOf(json).body as InvoiceDocument;
    const sum = (amounts: readonly string[]): bigint => amounts.reduce((total, amount) => total + BigInt(amount), 0n);
    const lines = sum(body.lines.map((line) => line.amountMinor));
    expect(lines).toBe(BigInt(body.subtotalMinor));
    expect(lines - sum(body.lines.map((line) => line.discountMinor)) + sum(body.lines.map((line) => line.taxMinor))).toBe(
      BigInt(body.totalMinor),
    );
  });

  test('a manual one has no parent, a trial’s is zero, yen have no decimals [C3, C5]', () => {
    expect(fromObject('objects/invoice.manual.no_parent.json').body).not.toHaveProperty('subscriptionId');
    expect(fromObject('objects/invoice.trial_zero.paid.json')).toMatchObject({ status: 'paid', body: { totalMinor: '0' } });
    expect(fromObject('objects/invoice.jpy.overdue.json').currency).toBe('JPY');
  });

  test('what is announced is a preview, and what was deleted says so', () => {
    expect(documentOf(eventNamed('26.invoice.upcoming')).status).toBe('preview');
    expect(documentOf(eventNamed('41.invoice.deleted')).status).toBe('deleted');
  });

  test('lines that go on elsewhere are asked for', () => {
    const event = eventNamed('20.invoice.paid') as { data: { object: Json } };
    const object = { ...event.data.object, lines: { ...(event.data.object['lines'] as Json), has_more: true } };
    const opened = openSourceEvent({ ...event, data: { object } });
    expect(opened.ok && mapEvent(opened.value, catalogue, context)).toEqual({
      kind: 'incomplete',
      needs: [{ kind: 'lines', id: 'in_SmplOct', of: 'invoice' }],
    });
  });
});

describe('the state of a document from all its showings', () => {
  const paid = documentOf(eventNamed('20.invoice.paid'));
  const created = documentOf(eventNamed('14.invoice.created'));
  const finalised = documentOf(eventNamed('15.invoice.finalized'));

  test('is paid, although its creation arrives afterwards [B7]', () => {
    expect(currentDocument([paid, created, finalised])).toBe(paid);
    expect(currentDocument([created, finalised, paid])).toBe(paid);
  });

  test('of two showings within one second is the more final one', () => {
    const open = { ...finalised, observedAt: paid.observedAt };
    expect(currentDocument([open, paid])).toBe(paid);
    expect(currentDocument([paid, open])).toBe(paid);
  });

  test('of nothing is nothing', () => expect(currentDocument([])).toBeUndefined());
});

describe('other documents', () => {
  test.each([
    [
      '45.credit_note.created',
      {
        status: 'issued',
        body: {
          kind: 'credit-note',
          invoiceId: 'in_SmplOct',
          subtotalMinor: '10000',
          taxMinor: '825',
          totalMinor: '10825',
          afterPaymentMinor: '10825',
          refundIds: ['re_SmplOct'],
        },
      },
    ],
    ['46.credit_note.voided', { status: 'void' }],
    [
      '44.refund.created',
      { status: 'succeeded', body: { kind: 'refund', amountMinor: '10825', chargeId: 'ch_SmplOct', paymentId: 'pi_SmplOct' } },
    ],
    ['76.refund.failed', { status: 'failed', body: { failureReason: 'expired_or_canceled_card' } }],
    // −32,475 and a fee of 1,500: −33,975
    [
      '47.charge.dispute.created',
      { status: 'needs-response', body: { kind: 'dispute', amountMinor: '32475', netMinor: '-33975', feeMinor: '1500' } },
    ],
    // Won: the amount comes back, the fee does not: −33,975 + 32,475 = −1,500
    ['49.charge.dispute.closed', { status: 'won', body: { netMinor: '-1500' } }],
    ['18.charge.succeeded', { status: 'succeeded', body: { kind: 'charge', amountMinor: '43300', receivedMinor: '43300' } }],
    ['29.charge.failed', { status: 'failed', body: { receivedMinor: '0' } }],
    ['43.charge.refunded', { status: 'succeeded', body: { refundedMinor: '10825' } }],
    ['17.payment_intent.succeeded', { status: 'succeeded', body: { kind: 'payment', receivedMinor: '43300', chargeId: 'ch_SmplOct' } }],
    [
      '19.invoice_payment.paid',
      { status: 'paid', body: { kind: 'invoice-payment', invoiceId: 'in_SmplOct', paymentId: 'pi_SmplOct', paidMinor: '43300' } },
    ],
    ['42.invoiceitem.created', { status: 'open', body: { kind: 'invoice-item' } }],
    ['04.product.created', { status: 'active', body: { kind: 'product', active: true } }],
    ['08.price.updated', { status: 'inactive', body: { kind: 'price', active: false, productId: 'prod_SmplPlatform' } }],
    ['56.customer.discount.created', { status: 'active', body: { kind: 'discount', couponId: 'SMPL20', subscriptionId: 'sub_SmplAcme' } }],
    ['73.customer.discount.deleted', { status: 'deleted' }],
  ])('%s', (name, expected) => expect(documentOf(eventNamed(name))).toMatchObject(expected));

  test.each([
    // 20,000 of 43,300: the rest is paid by something else
    ['invoice_payment.partial_open', 'in_SmplOct', 'payment-intent', 'pi_SmplOct', '20000'],
    ['invoice_payment.out_of_band_payment_record', 'in_SmplOnboard', 'payment-record', 'pr_test_SmplWire', '150000'],
  ])('%s: the link tells which part of which invoice what paid, inside Stripe or out of it [C12]', (name, invoice, type, payment, paid) =>
    expect(fromObject(`objects/${name}.json`)).toMatchObject({
      status: 'paid',
      body: { kind: 'invoice-payment', invoiceId: invoice, paymentType: type, paymentId: payment, paidMinor: paid },
    }),
  );

  test('no contact data is kept', () => {
    const text = JSON.stringify(
      samples('events').flatMap(({ json }) => {
        const event = openSourceEvent(json);
        const reading = event.ok ? mapEvent(event.value, catalogue, context) : undefined;
        return reading?.kind === 'read' ? [reading.value.told] : [];
      }),
    );
    for (const personal of ['ap@acme.example', 'Acme AP', '500 W 2nd St', '78701', '4242']) expect(text).not.toContain(personal);
  });
});
