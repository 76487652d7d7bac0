import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openOrg } from '../../../local/salesforce/org.ts';
import { openRest, type Rest } from '../../../local/salesforce/rest.ts';

const AT = Date.parse('2026-10-30T16:00:00Z');
const ACCOUNT = '001Hs00003SMPLAIA5';

let rest: Rest;
beforeAll(() => {
  const org = openOrg({ now: () => AT });
  org.put('Account', { Id: ACCOUNT, Name: 'Acme', BillingCity: 'Austin' }, AT - 3000);
  const deal = (Name: string, Amount: number | null, CloseDate: string, at: number, Description: string | null = null) =>
    org.create('Opportunity', { Name, Amount, CloseDate, Description, AccountId: ACCOUNT, IsClosed: false }, { at });
  deal('Acme - one', 100, '2026-10-31', AT - 2000);
  deal('acme - two', 200.5, '2026-11-30', AT - 1000, "it's 5%");
  deal('Other', null, '2026-12-31', AT);
  org.remove('Opportunity', deal('Gone', 1, '2026-10-31', AT - 500), { at: AT });
  org.create('Contact', { FirstName: 'Ada', LastName: 'Lovelace' });
  rest = openRest(org);
});

interface Page {
  readonly totalSize: number;
  readonly records: readonly Record<string, unknown>[];
}

const ask = (q: string, resource = 'query') => rest.answer(`/services/data/v66.0/${resource}`, new URLSearchParams({ q }));
const page = (q: string, resource?: string): Page => {
  const { status, body } = ask(q, resource);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body as Page;
};
const names = (where: string, resource?: string) => page(`SELECT Name FROM Opportunity ${where}`, resource).records.map(({ Name }) => Name);

describe('what is found', () => {
  test.each([
    ['WHERE Amount = 100', ['Acme - one']],
    ['WHERE Amount != 100', ['acme - two', 'Other']],
    ['WHERE Amount <> null', ['Acme - one', 'acme - two']],
    ['WHERE Amount > 100', ['acme - two']],
    ['WHERE Amount >= 100 AND Amount < 200.5', ['Acme - one']],
    ['WHERE Amount <= 200.5', ['Acme - one', 'acme - two']],
    ['WHERE CloseDate > 2026-10-31', ['acme - two', 'Other']],
    ["WHERE Name IN ('ACME - ONE', 'other')", ['Acme - one', 'Other']],
    ["where name like 'acme%'", ['Acme - one', 'acme - two']],
    ["WHERE Description LIKE 'it\\'s _\\%'", ['acme - two']],
    ["WHERE Description = 'it\\'s 5%'", ['acme - two']],
    ["WHERE AccountId = '001Hs00003SMPLA' AND IsClosed = FALSE", ['Acme - one', 'acme - two', 'Other']],
    ['WHERE SystemModstamp >= 2026-10-30T15:59:59.000Z', ['acme - two', 'Other']],
    ['WHERE SystemModstamp > 2026-10-30T17:59:59+02:00', ['Other']],
    ['ORDER BY Amount', ['Other', 'Acme - one', 'acme - two']],
    ['ORDER BY Amount DESC NULLS LAST, Id', ['acme - two', 'Acme - one', 'Other']],
    ['ORDER BY CreatedDate DESC NULLS FIRST LIMIT 1', ['Other']],
    ['LIMIT 0', []],
  ])('by %s', (where, expected) => {
    expect(names(where)).toEqual(expected);
  });

  test('deleted records are found by queryAll alone', () => {
    expect(names('WHERE IsDeleted = true')).toEqual([]);
    expect(names('WHERE IsDeleted = true', 'queryAll')).toEqual(['Gone']);
  });

  test('is shown with its address, the fields that were asked for, and date-times as REST writes them', () => {
    expect(page('SELECT id, systemmodstamp, BillingAddress FROM account').records).toEqual([
      {
        attributes: { type: 'Account', url: `/services/data/v66.0/sobjects/Account/${ACCOUNT}` },
        Id: ACCOUNT,
        SystemModstamp: '2026-10-30T15:59:57.000+0000',
        BillingAddress: {
          street: null,
          city: 'Austin',
          state: null,
          postalCode: null,
          country: null,
          geocodeAccuracy: null,
          latitude: null,
          longitude: null,
        },
      },
    ]);
    expect(page("SELECT Name FROM Contact WHERE Name = 'ada lovelace'").records[0]?.['Name']).toBe('Ada Lovelace');
  });
});

describe('what is refused', () => {
  const refusal = (q: string) => {
    const { status, body } = ask(q);
    const [problem] = body as readonly { readonly errorCode: string; readonly message: string }[];
    return [status, problem?.errorCode, problem?.message];
  };

  test('refuses a field that the object has not, like the sample', () => {
    const sample = readFileSync(join(import.meta.dirname, '../../contracts/salesforce/rest/error.400.invalid_field.json'), 'utf8');
    expect(ask('SELECT Amont FROM Opportunity')).toEqual(JSON.parse(sample));
  });

  test.each([
    ['SELECT Id FROM Opportunity WHERE', "unexpected token: '<EOF>'"],
    ['SELECT Id FROM Opportunity WHERE Amount = 1 OR Amount = 2', "unexpected token: 'OR'"],
    ['SELECT Id, FROM Opportunity', "unexpected token: 'Opportunity'"],
    ['SELECT Id FROM Opportunity WHERE Name = #', "line 1:39 no viable alternative at character '#'"],
    ['SELECT Id FROM Opportunity WHERE Id IN ()', "unexpected token: ')'"],
    ['', "unexpected token: '<EOF>'"],
  ])('refuses as malformed: %s', (q, message) => {
    const [status, errorCode, said] = refusal(q);
    expect([status, errorCode, said]).toEqual([400, 'MALFORMED_QUERY', message]);
  });

  test('refuses a date-time in quotes, and one whose plus sign was lost on the way', () => {
    expect(refusal("SELECT Id FROM Opportunity WHERE SystemModstamp > '2026-10-30T16:00:00Z'")).toEqual([
      400,
      'INVALID_FIELD',
      "value of filter criterion for field 'SystemModstamp' must be of type dateTime and should not be enclosed in quotes",
    ]);
    expect(refusal('SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-10-30T16:00:00 02:00').slice(0, 2)).toEqual([
      400,
      'MALFORMED_QUERY',
    ]);
  });

  test('refuses an unknown object, and a filter by an address', () => {
    expect(refusal('SELECT Id FROM Lead')).toEqual([400, 'INVALID_TYPE', "sObject type 'Lead' is not supported."]);
    expect(refusal("SELECT Id FROM Account WHERE BillingAddress = 'x'").slice(0, 2)).toEqual([400, 'INVALID_FIELD']);
  });
});
