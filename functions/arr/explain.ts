import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import type { Movement } from './events.ts';
import type { Fact } from './facts.ts';
import { readBooks, readFacts, readMovement, readMovements } from './store.ts';

/** Movements with the source events behind them, either way (A12). */
export interface Explanation {
  customerId: string;
  customerName: string;
  movements: Movement[];
  events: ReturnType<typeof eventAnswer>[];
}

type ExplainProblem = Problem<'movement-unknown' | 'event-unknown' | 'question-incomplete'>;

export const explainMovement = async (movementId: string): Promise<Result<Explanation, ExplainProblem>> => {
  const movement = await readMovement(movementId);
  if (movement === undefined) return fail('movement-unknown', `There is no movement "${movementId.slice(0, 200)}".`, 'query.movementId');
  const { facts } = await readFacts(movement.customerId);
  const credited = facts.filter((fact) => movement.eventIds.includes(fact.data.provenance.eventId));
  // A transfer comes from the customer's attributes: all of its customer facts up to that day stand behind it.
  const isAttribute = (fact: Fact): boolean =>
    movement.cause === 'transfer' && fact.kind === 'customer' && fact.data.observedOn <= movement.effectiveOn;
  const behind = facts.filter((fact) => credited.some((other) => tellsTheSame(fact, other)) || isAttribute(fact));
  return ok(await explanation(movement.customerId, [movement], behind));
};

/** Several events may show one and the same state of a subscription on a day (Stripe tells an update twice, under two types): they explain alike. */
const tellsTheSame = (a: Fact, b: Fact): boolean => {
  if (a.data.provenance.eventId === b.data.provenance.eventId) return a.kind === b.kind;
  if (a.kind !== 'subscription' || b.kind !== 'subscription') return false;
  return (
    a.data.subscriptionId === b.data.subscriptionId && a.data.observedOn === b.data.observedOn && a.data.fingerprint === b.data.fingerprint
  );
};

export const explainEvent = async (customerId: string, eventId: string): Promise<Result<Explanation, ExplainProblem>> => {
  const [{ facts }, movements] = await Promise.all([readFacts(customerId), readMovements(customerId)]);
  const asked = facts.filter((fact) => fact.data.provenance.eventId === eventId);
  const behind = facts.filter((fact) => asked.some((other) => tellsTheSame(fact, other)));
  const eventIds = new Set(behind.map((fact) => fact.data.provenance.eventId));
  if (behind.length === 0) {
    return fail(
      'event-unknown',
      `No fact of customer ${customerId.slice(0, 100)} came from event "${eventId.slice(0, 200)}".`,
      'query.eventId',
    );
  }
  return ok(
    await explanation(
      customerId,
      movements.filter((movement) => movement.eventIds.some((id) => eventIds.has(id))),
      behind,
    ),
  );
};

export const explainNothing = async (): Promise<Result<Explanation, ExplainProblem>> =>
  fail('question-incomplete', 'Ask with movementId, or with customerId and eventId.', 'query.movementId');

const explanation = async (customerId: string, movements: readonly Movement[], facts: readonly Fact[]): Promise<Explanation> => ({
  customerId,
  customerName: (await readBooks([customerId])).get(customerId)?.name ?? '',
  movements: [...movements],
  events: [...facts].sort((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt).map(eventAnswer),
});

const eventAnswer = (fact: Fact) => ({
  eventId: fact.data.provenance.eventId,
  eventType: fact.data.provenance.eventType,
  system: fact.data.provenance.system,
  instance: fact.data.provenance.instance,
  observedAt: new Date(fact.data.provenance.observedAt * 1000).toISOString(),
  kind: fact.kind,
  fact: fact.data as unknown as Record<string, unknown>,
});
