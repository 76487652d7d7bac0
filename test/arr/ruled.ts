import { expect } from 'vitest';
import { handler as api } from '../../functions/arr/api.ts';
import type { Fact } from '../../functions/arr/lines/facts.ts';
import { handler as onFact } from '../../functions/arr/on-fact.ts';
import type { RulingRecord } from '../../functions/arr/rulings/ruling.ts';
import { call, lambdaContext, type ProblemAnswer, type TestResponse } from '../support/http.ts';
import { eventsIn } from '../support/items.ts';
import { customer, org, seats, subscription } from './facts.ts';

/** An account with an agreement, a payer with what bills it, and rulings on them: proposed by ann, approved by bob, delivered. */

type More = Parameters<typeof subscription>[2];

export const ACCOUNT = 'salesforce.main.001A';
export const PAYER = 'stripe.main.cus_1';
export const account = org(customer('2026-01-10', {}, { customerId: '001A', eventId: 'read-acc', name: 'Acme' }));
export const payer = customer('2026-01-20', {}, { customerId: 'cus_1', eventId: 'evt_payer', name: 'Acme GmbH' });
/** $1,200,000 a year from 1 February. */
export const agreement = (more: More = {}): Fact =>
  org(
    subscription('2026-01-15', [seats('item', 1, 120_000_000, { interval: 'year', startsOn: '2026-02-01', endsOn: '2029-02-01' })], {
      customerId: '001A',
      subscriptionId: '800A',
      agreementId: '800A',
      agreementIds: ['800A', '0101'],
      evidence: 'signed',
      lifecycle: 'observed',
      startsOn: '2026-02-01',
      startsOnStated: true,
      eventId: 'read-agreement',
      ...more,
    }),
  );
/** Bills $1,000,000 a year from 1 June: neither a key nor likeness says what. */
export const billed = (more: More = {}): Fact =>
  subscription('2026-06-01', [seats('si_1', 1, 100_000_000, { interval: 'year' })], {
    startsOn: '2026-06-01',
    lifecycle: 'created',
    eventId: 'evt_billed',
    ...more,
  });

export const SCOPES = { scopes: ['arr/read', 'arr/write'] };

export const propose = (
  ruling: object,
  subject = 'ann',
  reason = 'One deal: order form of 15 January',
): Promise<TestResponse<RulingRecord & ProblemAnswer>> =>
  call(api, 'POST', '/api/v1/arr/rulings', { ...SCOPES, subject, body: { ruling, reason } });
export const decide = (
  rulingId: string,
  verb: 'approve' | 'reject',
  subject: string,
): Promise<TestResponse<RulingRecord & ProblemAnswer>> =>
  call(api, 'POST', `/api/v1/arr/rulings/${rulingId}/${verb}`, { ...SCOPES, subject });
/** What approvals told is delivered, each `times` times; answers how many messages failed. */
export const deliver = async (times = 1): Promise<number> => {
  const told = await eventsIn('RULED');
  const bodies = told.flatMap((event) => {
    const { source, type, ...detail } = event;
    const body = JSON.stringify({
      version: '0',
      id: event.id,
      'detail-type': type,
      source,
      account: '1',
      time: event.recordedAt,
      region: 'eu-central-1',
      resources: [],
      detail: { ...detail, type, data: JSON.stringify(event.data) },
    });
    return Array.from({ length: times }, () => body);
  });
  const Records = bodies.map((body, i) => ({ messageId: `m${i}`, body, attributes: { ApproximateReceiveCount: '1' } }));
  const answer = (await (onFact as unknown as (event: object, context: object) => Promise<unknown>)({ Records }, lambdaContext)) as {
    readonly batchItemFailures: readonly unknown[];
  };
  return answer.batchItemFailures.length;
};
export const ruled = async (ruling: object, times = 1, reason?: string): Promise<string> => {
  const { rulingId } = (await propose(ruling, 'ann', reason)).json;
  expect((await decide(rulingId, 'approve', 'bob')).json).toMatchObject({ status: 'approved', proposedBy: 'ann', decidedBy: 'bob' });
  expect(await deliver(times)).toBe(0);
  return rulingId;
};
