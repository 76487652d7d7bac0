import { App } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { company } from '../../ascent.config.ts';
import { declareEvent } from '../../functions/platform/events.ts';
import { CapabilityStack } from '../../lib/kit/capability-stack.ts';
import { eventsOf, fromSources } from '../../lib/kit/event-bus.ts';
import { CapabilityFunction } from '../../lib/kit/function.ts';
import { Projector } from '../../lib/kit/projector.ts';
import { serveRoutes } from '../../lib/kit/route.ts';
import { StatefulStack } from '../../lib/stateful-stack.ts';
import { outdir, stubBundles } from './support/synthesised.ts';

const declared = (name: string, source: string) => declareEvent({ name, version: 1, source, meaning: 'A test.', schema: z.object({}) });

/** What the routes ask for of the scopes that a program's role has. */
const ASKED = new Map([
  ['arr', ['read']],
  ['company', ['read', 'write']],
  ['dashboard', ['read']],
  ['integrations', ['read']],
  ['ledger', ['read', 'write']],
  ['revops', ['read']],
]);

const capability = (scopes: ReadonlyMap<string, readonly string[]> = ASKED): CapabilityStack => {
  const app = new App({ outdir: outdir() });
  const { platform } = new StatefulStack(app, 'Data', { prefix: 'ascent', company, bundles: stubBundles(), scopes });
  return new CapabilityStack(app, 'Trial', platform);
};

describe('event patterns', () => {
  it('are made of declared events, each source named once', () => {
    expect(
      eventsOf(declared('DealWon', 'ascent.sales'), declared('DealLost', 'ascent.sales'), declared('PlanChanged', 'ascent.company')),
    ).toEqual({
      source: ['ascent.sales', 'ascent.company'],
      'detail-type': ['DealWon', 'DealLost', 'PlanChanged'],
    });
  });

  it('match whole families of sources by prefix', () => {
    expect(fromSources('ascent.stripe/')).toEqual({ source: [{ prefix: 'ascent.stripe/' }] });
  });
});

describe('the kit', () => {
  it('refuses a public route that is neither a webhook, nor health, nor the API’s description', () => {
    const stack = capability();
    const api = new CapabilityFunction(stack, 'trial/api', { purpose: 'Trial' });
    const route = { method: 'GET', path: '/api/v1/secrets', scope: 'public', summary: 'Trial', response: z.object({}) } as const;
    expect(() => serveRoutes(stack, { listSecrets: route }, api)).toThrow(
      'GET /api/v1/secrets cannot be public; give it a scope such as "arr/read", or its reason in PUBLIC of lib/kit/route.ts',
    );
  });

  it('refuses a program whose role has a scope that no route asks for: Cognito could not give it', () => {
    expect(() => capability(new Map([...ASKED, ['company', ['read']]]))).toThrow(
      'the role service has the scope company/write, which no route asks for',
    );
  });

  it('refuses a second projector: a third reader of the stream is throttled', () => {
    const stack = capability();
    const handler = new CapabilityFunction(stack, 'trial/on-commit', { purpose: 'Trial' });
    new Projector(stack, 'first', { handler, events: [declared('DealWon', 'ascent.sales')] });
    expect(() => new Projector(stack, 'second', { handler, events: [declared('DealLost', 'ascent.sales')] })).toThrow(
      "the table's stream has one projector already",
    );
  });
});
