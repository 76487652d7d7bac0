import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { closingAt, decideAll } from '../../../functions/arr/movements/decide.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { customer, seats, subscription, testContext } from '../facts.ts';

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

  it('are settled by a reading of the present state, which comes last in its second [B9]', () => {
    const reading = state(10, undefined, 'refetch:sub_1:1', { lifecycle: 'observed' });
    expect(quantityOf(state(12, 10, 'evt_b'), state(10, 12, 'evt_a'), reading)).toEqual({ seats: 10n, ambiguous: [] });
  });

  it('take a reading for older than the event that came after the state that it read, and for newer than the event of that state', () => {
    const reading = (quantity: number) => state(quantity, undefined, 'refetch:sub_1:1', { lifecycle: 'observed' });
    // read 10, then 10 → 12 in the same second
    expect(quantityOf(state(12, 10, 'evt_a'), reading(10))).toEqual({ seats: 12n, ambiguous: [] });
    // 10 → 12, read 12, then 12 → 15; and all three read at the end
    expect(quantityOf(reading(12), state(15, 12, 'evt_a'), state(12, 10, 'evt_b'))).toEqual({ seats: 15n, ambiguous: [] });
    expect(quantityOf(reading(15), state(15, 12, 'evt_a'), state(12, 10, 'evt_b'))).toEqual({ seats: 15n, ambiguous: [] });
    // a state that no event of the second tells of came after them
    expect(quantityOf(reading(20), state(15, 12, 'evt_a'), state(12, 10, 'evt_b'))).toEqual({ seats: 20n, ambiguous: [] });
  });

  it('follow the one path through a state that they come back to', () => {
    // 10 → 12 → 10 → 15
    expect(quantityOf(state(12, 10, 'evt_3'), state(10, 12, 'evt_2'), state(15, 10, 'evt_1'))).toEqual({ seats: 15n, ambiguous: [] });
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

  /** A customer in a segment, and the segment that it says it was in right before. */
  const moved = (segment: string, before: string | undefined, eventId: string, more = {}): Fact =>
    customer(
      SECOND,
      { segment },
      { eventId, lifecycle: 'changed', fingerprint: segment, ...(before === undefined ? {} : { previousFingerprint: before }), ...more },
    );
  const segmentOf = (...facts: readonly Fact[]): string | undefined =>
    closingAt(facts, toEpochDay('2026-02-01'), testContext).attributes['segment'];

  it('follow a customer’s chain through three updates whatever their ids and their order of arrival', () => {
    const updates = [
      moved('Enterprise', 'Professional', 'evt_a'),
      moved('Professional', 'Starter', 'evt_b'),
      moved('Starter', 'none', 'evt_c'),
    ];
    for (const order of [updates, updates.toReversed(), [1, 2, 0].map((i) => updates[i] as Fact)])
      expect(segmentOf(...order)).toBe('Enterprise');
  });

  it('take what changed nothing of a customer as a link between its changes', () => {
    const updates = [moved('Enterprise', 'Starter', 'evt_a'), moved('Starter', 'Starter', 'evt_b'), moved('Starter', 'none', 'evt_c')];
    expect(segmentOf(...updates)).toBe('Enterprise');
  });

  it('take a reading of the customer where its state stood, else as the last, and by event id where nothing tells', () => {
    const reading = (segment: string) => moved(segment, undefined, 'refetch:cus_1:1', { lifecycle: 'observed' });
    expect(segmentOf(reading('Starter'), moved('Enterprise', 'Starter', 'evt_b'))).toBe('Enterprise');
    expect(segmentOf(reading('Starter'), moved('Enterprise', 'Professional', 'zz_after_refetch'))).toBe('Starter');
    expect(segmentOf(moved('Starter', undefined, 'evt_b'), moved('Enterprise', undefined, 'evt_a'))).toBe('Starter');
  });
});
