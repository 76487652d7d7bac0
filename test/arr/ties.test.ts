import { describe, expect, it } from 'vitest';
import { decideAll } from '../../functions/arr/decide.ts';
import type { Fact } from '../../functions/arr/facts.ts';
import { customer, seats, subscription, testContext } from './facts.ts';

const SECOND = '2026-02-01T09:00:00Z';

/** A state of ten-dollar seats, and the state that it says came right before. */
const state = (quantity: number, before: number | undefined, eventId: string, more = {}): Fact =>
  subscription(SECOND, [seats('a', quantity, 1000)], {
    eventId,
    fingerprint: `${quantity} seats`,
    ...(before === undefined ? {} : { previousFingerprint: `${before} seats` }),
    ...more,
  });

const quantityOf = (...facts: Fact[]): { seats: bigint; ambiguous: readonly string[] } => {
  const { movements, ambiguous } = decideAll(facts, [], testContext);
  const total = movements.reduce((sum, entry) => sum + entry.lines.reduce((s, line) => s + line.planDeltaMinor, 0n), 0n);
  return { seats: total / 12_000n, ambiguous }; // $10 × 12
};

describe('facts that share a second', () => {
  it('follow their chain whatever their ids', () => {
    expect(quantityOf(state(12, 10, 'evt_b'), state(15, 12, 'evt_a'))).toEqual({ seats: 15n, ambiguous: [] });
  });

  it('are tied where nothing tells their order, and where the chain is a circle', () => {
    expect(quantityOf(state(12, undefined, 'evt_a'), state(15, undefined, 'evt_b')).ambiguous).toEqual(['sub_1']);
    expect(quantityOf(state(12, 10, 'evt_b'), state(10, 12, 'evt_a')).ambiguous).toEqual(['sub_1']);
  });

  it('are tied where one of three stands beside the chain of the others', () => {
    expect(quantityOf(state(20, undefined, 'evt_a'), state(12, 10, 'evt_b'), state(15, 12, 'evt_c')).ambiguous).toEqual(['sub_1']);
  });

  it('are settled by a reading of the present state, which comes last in its second', () => {
    const reading = state(10, undefined, 'refetch:sub_1:1', { lifecycle: 'observed' });
    expect(quantityOf(state(12, 10, 'evt_b'), state(10, 12, 'evt_a'), reading)).toEqual({ seats: 10n, ambiguous: [] });
  });

  it('take a customer as created first and changed after', () => {
    const created = customer(SECOND, {}, { eventId: 'evt_z' });
    const made: Fact = {
      kind: 'customer',
      data: { ...created.data, provenance: { ...created.data.provenance, eventType: 'customer.created' } } as never,
    };
    const changed = customer(SECOND, { segment: 'Enterprise' }, { eventId: 'evt_a' });
    const { movements } = decideAll([made, changed, state(10, undefined, 'evt_s')], [], testContext);
    expect(movements.map((entry) => entry.attributes)).toEqual([{ segment: 'Enterprise' }]);
  });
});
