import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDeclaredSamples } from '../../local/declared-samples.ts';
import { loadSamples } from '../../local/samples.ts';
import { newFolder } from './assembly-fixture.ts';

const contracts = (files: Readonly<Record<string, unknown>>): string => {
  const folder = newFolder();
  for (const [path, json] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(json));
  }
  return folder;
};
const named = (files: Readonly<Record<string, unknown>>) =>
  loadSamples(contracts(files), new Map([['PlanChanged', 'ascent.company']])).map((sample) => [sample.source, sample['detail-type']]);

describe('retained samples, as a bus delivers them', () => {
  it('are our own events by name and source', () => {
    expect(named({ 'events/PlanChanged/v1/one.json': { id: 'e1', type: 'PlanChanged', data: {} } })).toEqual([
      ['ascent.company', 'PlanChanged'],
    ]);
  });

  it("are Stripe's events, as our webhook wraps them and as a partner bus has them", () => {
    expect(
      named({
        'stripe/events/01.json': { id: 'evt_1', object: 'event', type: 'price.created' },
        'stripe/eventbridge/01.json': { source: 'aws.partner/stripe.com/ed_1', 'detail-type': 'invoice.paid', detail: {} },
      }),
    ).toEqual([
      ['ascent.stripe/main', 'price.created'],
      ['aws.partner/stripe.com/ed_1', 'invoice.paid'],
    ]);
  });

  it("are Salesforce's change events, as a partner bus has them, and what our webhook makes of its messages", () => {
    expect(
      named({
        'salesforce/eventbridge/01.json': {
          source: 'aws.partner/salesforce.com/00D/0YL',
          'detail-type': 'ContractChangeEvent',
          detail: {},
        },
        'salesforce/signals/01.json': { key: 'callout:1', records: [] },
        'salesforce/rest/query.json': { totalSize: 0 },
      }),
    ).toEqual([
      ['ascent.salesforce/main', 'SalesforceRecordsChanged'],
      ['aws.partner/salesforce.com/00D/0YL', 'ContractChangeEvent'],
    ]);
  });

  it('refuses samples of an event that nobody declares', () => {
    expect(() => named({ 'events/Forgotten/v1/one.json': { data: {} } })).toThrow(
      'test/contracts/events/Forgotten holds samples of an event that no capability declares',
    );
  });

  it('exist in this repository', async () => {
    // A floor: a loader that sees nothing would let every rule fail, or none.
    expect((await loadDeclaredSamples()).length).toBeGreaterThan(50);
  });
});
