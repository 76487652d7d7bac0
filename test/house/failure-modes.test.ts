import { expect, test } from 'vitest';
import { type Files, type Findings, filesOf, lineAt, seeded } from './support.ts';

/**
 * What is known to go wrong between companies and the services that they connect, from public trackers. A title of a test ends with the ids of
 * the failures that it rules out, in square brackets; a failure that no test bears says here why.
 */
interface Failure {
  readonly what: string;
  /** Why no test bears the id. */
  readonly without?: string;
}

const HUBSPOT = 'HubSpot is not connected';
const NETSUITE = 'NetSuite is not connected';
const NO_WRITES = 'nothing is written to Salesforce';

const FAILURES: Readonly<Record<string, Failure>> = {
  A1: { what: 'a body that was parsed and written again is verified' },
  A2: { what: 'the gateway hands a body over in base64' },
  A3: { what: 'the name of the signature’s header has another case' },
  A4: { what: 'no signature, no body or no secret counts as valid' },
  A5: { what: 'clocks differ' },
  A6: { what: 'a webhook is replayed within the tolerance' },
  A7: { what: 'a signature is judged after a queue, when it is too old' },
  A8: { what: 'a signature’s time that is no number passes the test of its age' },
  A9: { what: 'a rotation of the secret loses webhooks' },
  A10: { what: 'events of the test mode reach the live endpoint, or the other way round' },
  A11: { what: 'only old versions of a signature are verified', without: HUBSPOT },
  A12: { what: 'seconds are taken for milliseconds' },
  A13: { what: 'the signed address is rebuilt behind a proxy', without: HUBSPOT },
  A14: { what: 'letters of several bytes are hashed as single ones' },
  A15: { what: 'the handler is slow, so the vendor gives up and sends again' },
  B1: { what: 'a delivery that comes again counts again' },
  B2: { what: 'what was handled is remembered by one instance only' },
  B3: { what: 'an event is marked as handled before its effect' },
  B4: { what: 'a failure is acknowledged' },
  B5: { what: 'an event that nobody wants is refused, and sent again for days' },
  B6: { what: 'an update arrives before its creation' },
  B7: { what: 'an invoice is paid before it is created' },
  B8: { what: 'two events at once lose an update' },
  B9: { what: 'two states share a second' },
  B10: { what: 'one change has two event objects' },
  B11: { what: 'one event comes in two envelopes' },
  B12: { what: 'event ids are not unique', without: HUBSPOT },
  B13: { what: 'a repeated attempt counts as another event' },
  B14: { what: 'what we wrote comes back as news' },
  B15: { what: 'one bad message of a batch has all of it run again' },
  B16: { what: 'a group of a FIFO queue goes on behind its failed message', without: 'FIFO queues are not used' },
  B17: { what: 'events are missed for longer than the vendor sends them' },
  B18: { what: 'a renewal counts as expansion' },
  C1: { what: 'billing periods have moved from the subscription to its items' },
  C2: { what: 'an event has another API version than the code was written for' },
  C3: { what: 'an invoice has no parent' },
  C4: { what: 'an invoice’s own period is taken for the period of service' },
  C5: { what: 'a currency is taken to have two decimal places' },
  C6: { what: 'amount, quantity or customer is null' },
  C7: { what: 'a decimal is text here and a number there' },
  C8: { what: 'a reference is an id here and an object there' },
  C9: { what: 'an embedded list is cut off' },
  C10: { what: 'a value is one that nobody has heard of' },
  C11: { what: 'lines are below zero' },
  C12: { what: 'an invoice is paid in parts, or outside of the vendor' },
  C13: { what: 'a test clock dates events into the future' },
  C14: { what: 'a number is larger than a double holds exactly' },
  C15: { what: 'a stream of changes has gaps' },
  C16: { what: 'a changed field is named and not shown' },
  C17: { what: 'values are empty texts or numbers as text' },
  C18: { what: 'columns without a value are left out', without: NETSUITE },
  C19: { what: 'the table loses digits, or the time to live is in milliseconds' },
  C20: { what: 'an event is larger than bus and queue take' },
  D1: { what: 'a token is refreshed without end' },
  D2: { what: 'a refresh token works once' },
  D3: { what: 'a row is locked', without: NO_WRITES },
  D4: { what: 'part of a collection fails', without: NO_WRITES },
  D5: { what: 'a replay id has expired' },
  D6: { what: 'changes of one transaction are torn apart' },
  D7: { what: 'a query ends in silence at 10,000 rows' },
  D8: { what: 'an external id has a slash', without: NO_WRITES },
  D9: { what: 'a signature leaves the query out', without: NETSUITE },
  D10: { what: 'an account is spelled in two ways', without: NETSUITE },
  D11: { what: 'a missing permission looks like a wrong login', without: NETSUITE },
  D12: { what: 'too many requests at once look like a wrong login', without: NETSUITE },
  D13: { what: 'a write took effect and its answer was lost' },
  D14: { what: 'an idempotency key is used for something else' },
  D15: { what: 'a refusal for too many requests is not tried again' },
  D16: { what: 'a batch succeeds in part', without: HUBSPOT },
  D17: { what: 'a connection is stale, or breaks off in the middle of a body' },
  D18: { what: 'a client waits longer than the function lives' },
  D19: { what: 'events carry no trace' },
  D20: { what: 'the new kind of bus forgets sooner', without: 'the new kind of bus is not used' },
};

const TESTS = ['test/**/*.test.ts'];
const SELF = 'test/house/failure-modes.test.ts';
/** Ids at the end of a title or of a part of it, as `[A2, A3]`. */
const BORNE = /\[([A-D]\d{1,2}(?:, [A-D]\d{1,2})*)\](?=['"`])/g;

interface Bearer {
  readonly id: string;
  readonly place: string;
}

const bearersIn = (files: Files): readonly Bearer[] =>
  [...files]
    .filter(([path]) => path !== SELF)
    .flatMap(([path, text]) =>
      [...text.matchAll(BORNE)].flatMap((match) =>
        (match[1] ?? '').split(', ').map((id) => ({ id, place: `${path}:${lineAt(text, match.index)}` })),
      ),
    );

const findings = (failures: Readonly<Record<string, Failure>>, files: Files): Findings => {
  const bearers = bearersIn(files);
  const borne = new Set(bearers.map(({ id }) => id));
  return [
    ...bearers
      .filter(({ id }) => failures[id] === undefined)
      .map(({ id, place }) => `${place} bears ${id}, which is no known failure. Write its row in ${SELF}, or take the id away.`),
    ...Object.entries(failures).flatMap(([id, { what, without }]) => {
      if (without === undefined && !borne.has(id))
        return [`${SELF}: no test bears ${id} (${what}). Write one whose title ends with [${id}], or say here why there is none.`];
      return without !== undefined && borne.has(id)
        ? [`${SELF}: ${id} (${what}) says "${without}", and a test bears it. Take the reason away.`]
        : [];
    }),
  ];
};

test('each known failure of an integration has a test that bears its id, or a reason why there is none', () => {
  const files = filesOf(TESTS);
  expect(files.size).toBeGreaterThan(100);
  expect(Object.keys(FAILURES)).toHaveLength(15 + 18 + 20 + 20);
  expect(bearersIn(files).length).toBeGreaterThan(60);
  expect(findings(FAILURES, files)).toEqual([]);
});

test('finds a failure without a test, a reason that no longer holds and an unknown id in a seeded tree', () => {
  const root = seeded({
    'test/a.test.ts': "it('refuses a body that was written again [A1, B4]', () => {});\nconst first = ids[A2];\n",
    'test/b.test.ts': "it.each([\n  ['a late one [C9]', 1],\n  ['a lost one [D7]', 2],\n])('%s', () => {});\n",
  });
  const failures = {
    A1: { what: 'written again' },
    A2: { what: 'in base64' },
    B4: { what: 'acknowledged', without: HUBSPOT },
    B5: { what: 'refused', without: NETSUITE },
    C9: { what: 'cut off' },
  };
  expect(findings(failures, filesOf(TESTS, root))).toEqual([
    `test/b.test.ts:3 bears D7, which is no known failure. Write its row in ${SELF}, or take the id away.`,
    `${SELF}: no test bears A2 (in base64). Write one whose title ends with [A2], or say here why there is none.`,
    `${SELF}: B4 (acknowledged) says "${HUBSPOT}", and a test bears it. Take the reason away.`,
  ]);
});
