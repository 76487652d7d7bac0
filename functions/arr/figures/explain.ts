import { companyConfig } from '../../platform/config.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { profileAsked } from '../decided/read-decided.ts';
import { readMovementsUnder } from '../decided/read-movements.ts';
import type { Movement } from '../events.ts';
import { namedBy } from '../evidence/members.ts';
import { type Fact, factKeyOf, type SubscriptionFact } from '../lines/facts.ts';
import { profileInForce } from '../profiles/presets.ts';
import type { Profile } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import { type KnownCustomer, readCustomer, readLinks } from '../records/customer.ts';
import { readFacts, readMovement } from '../records/store.ts';
import type { ApprovedRuling } from '../rulings/ruling.ts';
import { readRulingsOn } from '../rulings/spoken.ts';
import { customersOf } from '../rulings/store.ts';
import { explainFigure } from './explain-figure.ts';
import type { FigureWanted } from './figure.ts';
import { MOVEMENT_FORMULA } from './formulas.ts';
import { identityAnswer } from './identity.ts';
import { type Head, readHead } from './read.ts';

/** Movements with the source events behind them, either way (A12). */
export interface Explanation extends Head {
  explains: 'movement' | 'event';
  customerId: string;
  customerName: string;
  identity: ReturnType<typeof identityAnswer>;
  movements: Movement[];
  events: ReturnType<typeof eventAnswer>[];
  nextCursor: null;
}

type ExplainProblem = Problem<'movement-unknown' | 'event-unknown' | 'question-incomplete' | 'question-invalid'>;

interface Wanted extends FigureWanted {
  readonly movementId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly eventId?: string | undefined;
}

/** One question at a time: a movement, a source event of a customer, or a figure. */
export const explain = async ({ movementId, customerId, eventId, profile: name, ...figure }: Wanted, page: PageWanted) => {
  const of = profileAsked(name);
  if (!of.ok) return of;
  const profile = of.value;
  const isEvent = customerId !== undefined || eventId !== undefined;
  const isFigure = Object.values(figure).some((part) => part !== undefined);
  const questions = [movementId !== undefined, isEvent, isFigure].filter(Boolean).length;
  if (questions > 1)
    return fail('question-invalid', 'Ask one thing at a time: a movement, an event of a customer, or a figure.', 'query.movementId');
  if (movementId !== undefined) return explainMovement(movementId, profile);
  if (isFigure) return explainFigure({ ...figure, profile: name }, page);
  if (customerId !== undefined && eventId !== undefined) return explainEvent(customerId, eventId, profile);
  return fail(
    'question-incomplete',
    'Ask with movementId, with customerId and eventId, with on, or with from and to.',
    isEvent ? 'query.eventId' : 'query.movementId',
  );
};

/** A movement that was recorded, or that a profile which is not in force decides, by its id; with its customer. */
const readKnownMovement = async (movementId: string, profile: Profile) => {
  const isInForce = profile.name === profileInForce(companyConfig()).name;
  const recorded = isInForce ? await readMovement(movementId) : undefined;
  const known = await readCustomer(recorded?.customerId ?? movementId.split('~').slice(0, -3).join('~'));
  if (known === undefined) {
    if (recorded !== undefined) throw new Error(`customer ${recorded.customerId} has a movement and no book`);
    return undefined;
  }
  const movement = isInForce ? recorded : (await readMovementsUnder(known, profile)).find((one) => one.movementId === movementId);
  return movement && { movement, known };
};

const explainMovement = async (movementId: string, profile: Profile): Promise<Result<Explanation, ExplainProblem>> => {
  const read = await readKnownMovement(movementId, profile);
  if (read === undefined) return fail('movement-unknown', `There is no movement "${movementId.slice(0, 200)}".`, 'query.movementId');
  const { movement, known } = read;
  const [separated, rulings] = await Promise.all([withSeparated(known, movement), readRulingsOn(known)]);
  const facts = await withWords(separated, rulings, movement.eventIds);
  const credited = facts.filter((fact) => movement.eventIds.includes(fact.data.provenance.eventId));
  // A transfer comes from the customer's attributes: all of its customer facts up to that day stand behind it.
  const isAttribute = (fact: Fact): boolean =>
    movement.cause === 'transfer' && fact.kind === 'customer' && fact.data.observedOn <= movement.effectiveOn;
  const behind = facts.filter(
    (fact) => credited.some((other) => tellsTheSame(fact, other)) || isAttribute(fact) || isLapseOf(fact, movement, credited),
  );
  return ok(await explanation('movement', { known, rulings, profile }, [movement], behind));
};

/** Time alone ends what an agreement brought: the lapse stands behind the loss, beside the agreement. */
const isLapseOf = (fact: Fact, { cause, effectiveOn }: Movement, credited: readonly Fact[]): boolean =>
  fact.kind === 'lapse' &&
  fact.data.on === effectiveOn &&
  (cause === 'churn' || cause === 'contraction') &&
  credited.some(({ kind, data }) => kind === 'subscription' && data.subscriptionId === fact.data.agreementId);

/** A customer that was one with others before keeps the movements of that time; the events behind them are told by those that it was one with. */
const withSeparated = async ({ members, facts }: KnownCustomer, { eventIds }: Movement): Promise<readonly Fact[]> => {
  const told = new Set(facts.map((fact) => fact.data.provenance.eventId));
  if (eventIds.every((eventId) => told.has(eventId))) return facts;
  const isMember = new Set(members.map((member) => member.customerId));
  const named = [...new Set(namedBy(facts))].filter((customerId) => !isMember.has(customerId));
  const others = await Promise.all(named.map(readFacts));
  return [...facts, ...others.flatMap((other) => other.facts)];
};

/** With the words by hand among some events that stand with another customer of whom they speak too. */
const withWords = async (
  facts: readonly Fact[],
  rulings: readonly ApprovedRuling[],
  eventIds: readonly string[],
): Promise<readonly Fact[]> => {
  const told = new Set(facts.map((fact) => fact.data.provenance.eventId));
  const elsewhere = rulings.filter(({ rulingId }) => eventIds.includes(rulingId) && !told.has(rulingId));
  const wanted = new Set(elsewhere.map(({ rulingId }) => rulingId));
  const others = await Promise.all([...new Set(elsewhere.flatMap(({ ruling }) => customersOf(ruling)))].map(readFacts));
  const words = others.flatMap((other) => other.facts.filter((fact) => wanted.has(fact.data.provenance.eventId)));
  return [...facts, ...new Map(words.map((word) => [factKeyOf(word), word])).values()];
};

/** Several events may show one and the same state of a subscription on a day (Stripe tells an update twice, under two types): they explain alike. */
const tellsTheSame = (a: Fact, b: Fact): boolean => {
  if (a.data.provenance.eventId === b.data.provenance.eventId) return a.kind === b.kind;
  if (a.kind !== 'subscription' || b.kind !== 'subscription') return false;
  return (
    a.data.subscriptionId === b.data.subscriptionId && a.data.observedOn === b.data.observedOn && a.data.fingerprint === b.data.fingerprint
  );
};

const explainEvent = async (customerId: string, eventId: string, profile: Profile): Promise<Result<Explanation, ExplainProblem>> => {
  const known = await readCustomer(customerId);
  const rulings = known === undefined ? [] : await readRulingsOn(known);
  const facts = await withWords(known?.facts ?? [], rulings, [eventId]);
  const asked = facts.filter((fact) => fact.data.provenance.eventId === eventId);
  const behind = facts.filter((fact) => asked.some((other) => tellsTheSame(fact, other)));
  const eventIds = new Set(behind.map((fact) => fact.data.provenance.eventId));
  if (known === undefined || behind.length === 0) {
    return fail(
      'event-unknown',
      `No fact of customer ${customerId.slice(0, 100)} came from event "${eventId.slice(0, 200)}".`,
      'query.eventId',
    );
  }
  const movements = (await readMovementsUnder(known, profile)).filter((movement) => movement.eventIds.some((id) => eventIds.has(id)));
  return ok(await explanation('event', { known, rulings, profile }, movements, behind));
};

const explanation = async (
  explains: Explanation['explains'],
  { known, rulings, profile }: { readonly known: KnownCustomer; readonly rulings: readonly ApprovedRuling[]; readonly profile: Profile },
  movements: readonly Movement[],
  facts: readonly Fact[],
): Promise<Explanation> => {
  const [head, context, links] = await Promise.all([readHead(MOVEMENT_FORMULA, profile), decidingContext(), readLinks(known)]);
  return {
    explains,
    ...head,
    customerId: known.customerId,
    customerName: known.name,
    identity: identityAnswer(known, { links, rulings, context }),
    movements: [...movements],
    events: [...facts].sort((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt).map(eventAnswer),
    nextCursor: null,
  };
};

const eventAnswer = (fact: Fact) => ({
  eventId: fact.data.provenance.eventId,
  eventType: fact.data.provenance.eventType,
  system: fact.data.provenance.system,
  instance: fact.data.provenance.instance,
  observedAt: new Date(fact.data.provenance.observedAt * 1000).toISOString(),
  kind: fact.kind,
  ...(fact.kind === 'subscription' ? evidenceOf(fact.data) : {}),
  fact: fact.data as unknown as Record<string, unknown>,
});

/** What supports the lines of a subscription, and the days on which it was booked, starts and ends; a field that the fact lacks is undefined. */
export const evidenceOf = ({
  subscriptionId,
  evidence,
  bookedOn,
  startsOn,
  agreementId,
  scheduleId,
  cancelsOn,
  endedOn,
}: SubscriptionFact) => ({ subscriptionId, evidence, bookedOn, startsOn, agreementId, scheduleId, cancelsOn, endedOn });
