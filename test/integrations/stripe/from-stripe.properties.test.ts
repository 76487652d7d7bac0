import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checked } from '../../../functions/integrations/stripe/fact-check.ts';
import { mapEvent } from '../../../functions/integrations/stripe/from-stripe.ts';
import { openSourceEvent } from '../../../functions/integrations/stripe/source-event.ts';
import { catalogue, context, type Json, samples } from '../samples.ts';

const events = [...samples('events'), ...samples('legacy-api-versions'), ...samples('thin')].map(({ json }) => json);

/** Values that Stripe may never have sent, in any place. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', 'unheard_of', 0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER, true, [], {}, [null], {
    data: [],
  }),
  fc.string(),
  fc.double(),
);

/** Replaces the n-th leaf or branch, counted depth first; the event itself, number 0, is always an object. */
const replaced = (root: unknown, n: number, value: unknown): unknown => {
  let seen = -1;
  const walk = (node: unknown): unknown => {
    seen += 1;
    if (seen === n) return value;
    if (Array.isArray(node)) return node.map(walk);
    return typeof node === 'object' && node !== null
      ? Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]))
      : node;
  };
  return walk(root);
};

const outcome = (raw: Json): string => {
  const event = openSourceEvent(raw);
  if (!event.ok) return event.problem.code;
  const reading = mapEvent(event.value, catalogue, context);
  return reading.kind === 'read' ? checked(reading.value).kind : reading.kind;
};

describe('whatever stands in an event', () => {
  test('it is read, asked for or parked, and never throws [C10]', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.integer({ min: 1, max: 400 }), strange, (event, at, value) => {
        expect(['read', 'incomplete', 'parked', 'shape-unreadable']).toContain(outcome(replaced(event, at, value) as Json));
      }),
      { numRuns: 3000 },
    );
  });

  test('keys that a later release adds change nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.stringMatching(/^new_[a-z]{3,10}$/), fc.jsonValue(), (event, key, value) => {
        const added = JSON.parse(JSON.stringify(event), (_key, node: unknown) =>
          typeof node === 'object' && node !== null && !Array.isArray(node) && !isMetadata(node) ? { ...node, [key]: value } : node,
        ) as Json;
        expect(outcome(added)).toBe(outcome(event));
      }),
      { numRuns: 200 },
    );
  });
});

/** Metadata, and maps by currency, hold what somebody chose: an added key is no new field there. */
const isMetadata = (node: object): boolean =>
  Object.keys(node).length === 0 || 'opportunity_id' in node || 'salesforce_account_id' in node || 'salesforce_contract_id' in node;
