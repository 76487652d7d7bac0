import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWholeStack, type WholeStack } from '../../bench/whole-stack.ts';
import type { DemoCompany } from '../../demo/company.ts';
import { stateAt } from '../../demo/salesforce/records.ts';
import { loadInto, openDemo, startDemoStripe } from '../../local/demo.ts';
import { fillDemoOrg, readDemoOrg } from '../../local/demo-salesforce.ts';

/** A few customers of the demo through the whole local stack: as Stripe's webhooks, and then as their org. */
const DAYS = ['2025-06-30', '2025-12-31', '2026-06-30', '2026-11-05'];
let whole: WholeStack;
let demo: DemoCompany;
let chosen: readonly string[];
let read: number;

/** Every 140th customer with an account; one of each kind of wrong billing; who has not signed; and two who serve themselves. */
const choose = (all: DemoCompany): readonly string[] => {
  const { accountIds, misbilled, unsigned } = all.salesforce ?? {
    accountIds: new Map<string, string>(),
    misbilled: [],
    unsigned: undefined,
  };
  const sold = [...accountIds.keys()].filter((_, i) => i % 140 === 0);
  const wrong = ['price', 'quantity'].flatMap((kind) => misbilled.find(({ what }) => what === kind)?.customerId ?? []);
  const customers = [...all.events].flatMap(({ event }) => (event.type === 'customer.created' ? [event.data.object.id] : []));
  const alone = [...new Set(customers)].filter((id) => !accountIds.has(id)).slice(0, 2);
  return [...new Set([...sold, ...wrong, ...(unsigned === undefined ? [] : [unsigned.first.id]), ...alone])];
};

beforeAll(async () => {
  chosen = choose(openDemo({ salesforce: true }));
  demo = openDemo({ salesforce: true, customers: new Set(chosen) });
  whole = await startWholeStack({
    clock: { atMs: demo.startsAt * 1000, frozen: true },
    stripe: (now) => startDemoStripe(demo, now),
    orgsConnected: false,
  });
  await loadInto(whole.stack, whole.dataDir, demo, () => undefined);
  fillDemoOrg(whole.salesforce, demo);
  // A function that read the empty secret just now asks again after half a minute.
  await whole.stack.clock.advance(whole.stack.clock.now() + 60_000);
  read = await readDemoOrg(whole.stack, whole.dataDir, whole.salesforce, new AbortController().signal);
}, 240_000);
afterAll(() => whole?.stop());

const arrOf = async (customerId: string, on: string): Promise<string> =>
  (await whole.api<{ arrMinor: string }>(`/api/v1/arr/customers/${customerId}?on=${on}`)).arrMinor;

describe('the demo company’s Salesforce, read by the sync', () => {
  it('comes in whole: each agreement, account, opportunity and user is a fact, and nothing is parked', async () => {
    const { items } = await whole.api<{ items: readonly { id: string; deliveries: Record<string, number> }[] }>('/api/v1/integrations');
    const { deliveries } = items.find(({ id }) => id === 'salesforce-main') ?? {};
    const there = (demo.salesforce?.records ?? []).flatMap((record) => {
      const state = stateAt(record, demo.todayAt);
      return state === undefined ? [] : [{ ...record, ...state }];
    });
    const roots = there.filter(({ object }) => ['Account', 'Contract', 'Opportunity', 'User'].includes(object));
    const claims = there.filter(
      ({ object, fields }) => object === 'Opportunity' && fields['IsWon'] === true && fields['ContractId'] === null,
    );
    expect(claims).toHaveLength(1); // of the customer of example 3
    expect(roots.length).toBeGreaterThan(200);
    expect(deliveries).toMatchObject({ recorded: roots.length + claims.length, duplicate: 0, parked: 0, failed: 0 });
    expect(read).toBe(roots.length + claims.length);
    expect(whole.stack.denied()).toEqual([]);
  });

  it('says by its contracts to the cent what the story sold', async () => {
    let compared = 0;
    for (const customerId of chosen) {
      const { accountIds, agreements, misbilled } = demo.salesforce ?? {};
      const accountId = accountIds?.get(customerId);
      const [first] = agreements?.get(customerId) ?? [];
      if (first === undefined || first.activatedAt > demo.todayAt || misbilled?.some((one) => one.customerId === customerId) === true)
        continue;
      for (const on of DAYS.filter((day) => day >= first.term.startsOn)) {
        const signed = await arrOf(`salesforce.main.${accountId}`, on);
        const billed = await arrOf(`stripe.main.${customerId}`, on);
        expect([customerId, on, signed]).toEqual([customerId, on, billed]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(40);
  });
});
