import type { Attributes } from '../../functions/platform/clients/attributes.ts';
import { customerIdOf, customerOn, readHistory, readStatus, readTotals } from './functions.ts';
import type { SimulatedTable } from './table.ts';

/** The months of all lives. */
const FIRST_MONTH = '2024-01';

/** What a company's life comes to: every line is one figure, in order. */
export type Figures = readonly string[];

/** What was read from a table, and what of it cannot be, whatever befell. */
export interface Seen {
  readonly figures: Figures;
  readonly contradictions: readonly string[];
  /** Lines that had ended, and go on by what became known later. */
  readonly takenBack: number;
}

const addTo = (sums: Map<string, bigint>, name: string, amount: bigint): void => {
  sums.set(name, (sums.get(name) ?? 0n) + amount);
};

const linesOf = (sums: ReadonlyMap<string, bigint>): string[] =>
  [...sums]
    .filter(([, amount]) => amount !== 0n)
    .map(([name, amount]) => `${name} ${amount}`)
    .sort();

/**
 * Readings of our own are as many as it takes; what has lapsed is stated once it is known, and is nothing where more becomes known; a fact that
 * was stated anew stands for the first one.
 */
const IS_READING = /^(?:refetch|read|lapse):/;
const firstOf = (eventId: string): string => eventId.replace(/\.\d{4}$/, '');

const repeated = (names: readonly string[]): readonly string[] => names.filter((name, i) => names.indexOf(name) < i);

/** What is told of a customer on a day in the middle of all lives, and at their end. */
const ASKED_ON = ['2025-10-01', '2026-07-01'] as const;

/** What two people adjusted, by what was recorded of it: by currency, what is in force on a day. */
const adjustedBy = (facts: Facts, on: string): Map<string, bigint> => {
  const sums = new Map<string, bigint>();
  const ends = new Map(facts.flatMap(({ kind, data }) => (kind === 'adjustment-end' ? [[data.adjustmentId, data.on] as const] : [])));
  for (const { kind, data } of facts) {
    if (kind !== 'adjustment') continue;
    const last = [data.until, ends.get(data.provenance.eventId)].filter((day) => day !== undefined).sort()[0];
    if (data.on <= on && (last === undefined || on < last)) addTo(sums, data.currency, BigInt(data.amountMinor));
  }
  return sums;
};

/** ARR is that of lines and of adjustments in force, each once; so are movements. */
const wrongAdjustments = async (customerId: string, on: string): Promise<string[]> => {
  const answer = await customerOn(customerId, on);
  if (!answer.ok) return [];
  const { arrMinor, lines, adjustments, identity } = answer.value;
  const histories = await Promise.all(identity.members.map((member) => readHistory(member.customerId)));
  const facts = histories.flatMap((history) => history.facts);
  const movements = histories.flatMap((history) => history.movements);
  const expected = linesOf(adjustedBy(facts, on)).join();
  const told = new Map<string, bigint>();
  for (const { currency, amountMinor } of adjustments) addTo(told, currency, BigInt(amountMinor));
  const moved = new Map<string, bigint>();
  for (const { effectiveOn, cause, lines: own } of movements)
    for (const line of own) if (cause === 'adjustment' && effectiveOn <= on) addTo(moved, line.currency, BigInt(line.deltaMinor));
  const sum = [...lines, ...adjustments].reduce((total, { planMinor = '0' }) => total + BigInt(planMinor), 0n);
  return [
    ...(linesOf(told).join() === expected ? [] : [`${customerId} on ${on} tells adjustments ${linesOf(told)}: ${expected} are in force`]),
    ...(linesOf(moved).join() === expected
      ? []
      : [`${customerId} by ${on} moved by adjustments ${linesOf(moved)}: ${expected} are in force`]),
    ...(arrMinor === undefined || BigInt(arrMinor) === sum
      ? []
      : [`${customerId} on ${on} has ARR ${arrMinor}: lines and adjustments are ${sum}`]),
  ];
};

/** The customer's answer without what differs from run to run: how its figures came about, and by which readings. */
const answerOf = async (customerId: string, on: string): Promise<string> => {
  const answer = await customerOn(customerId, on);
  if (!answer.ok) return `${customerId} on ${on}: ${answer.problem.code}`;
  const { customerId: decidedAs, arrMinor, stock, unconverted, attributes, levels, lines, flags } = answer.value;
  const shown = lines
    .map(({ productId, currency, amountMinor, planMinor, system, evidence, startsOn }) =>
      JSON.stringify({ productId, currency, amountMinor, planMinor, system, evidence, startsOn }),
    )
    .sort();
  return `${customerId} on ${on}: ${JSON.stringify({ decidedAs, arrMinor, stock, unconverted, attributes: inOrder(attributes), levels, shown, flags })}`;
};

const inOrder = (attributes: Readonly<Record<string, string>>): readonly (readonly string[])[] =>
  Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));

type Movements = Awaited<ReturnType<typeof readHistory>>['movements'];
type Facts = Awaited<ReturnType<typeof readHistory>>['facts'];
type Fact = Facts[number];

const addMovements = (sums: Map<string, bigint>, name: string, movements: Movements): void => {
  for (const { effectiveOn, cause, fromAttributes, lines, stock } of movements) {
    for (const { currency, deltaMinor, planDeltaMinor } of lines) {
      addTo(sums, `${name} ${effectiveOn} ${cause} ${currency}`, BigInt(deltaMinor));
      addTo(sums, `${name} ${effectiveOn} ${cause} at plan rate`, BigInt(planDeltaMinor));
      // What moves between segments stays the customer's.
      if (fromAttributes === undefined) addTo(sums, `${name} closing ${currency}`, BigInt(deltaMinor));
    }
    for (const [origin, amount] of stock.entries()) addTo(sums, `${name} closing of origin ${origin}`, BigInt(amount));
  }
};

const isTakenBack = (fact: Fact, movements: Movements): boolean =>
  fact.kind === 'lapse' &&
  movements.some(
    ({ effectiveOn, cause, correction, lines }) =>
      correction && cause === 'churn' && effectiveOn === fact.data.on && lines.some(({ deltaMinor }) => BigInt(deltaMinor) > 0n),
  );

/** Rulings are named by when they were made. */
const nameOf = ({ kind, data }: Fact): string => {
  if (kind === 'adjustment') return [data.amountMinor, data.currency, data.on, data.until].join(' ');
  return kind === 'adjustment-end' ? data.on : firstOf(data.provenance.eventId);
};

/**
 * Movements of customers that are one, netted by day, cause and currency in whichever of their books they were made, their closing ARR, what
 * is told of each, and the facts that all of it rests on, each once.
 */
const bookOf = async (customerIds: readonly string[]): Promise<Seen> => {
  const sums = new Map<string, bigint>();
  // Whichever of their books holds it.
  const facts = new Set<string>();
  const answers: string[] = [];
  const contradictions: string[] = [];
  let takenBack = 0;
  for (const customerId of customerIds) {
    const { facts: own, movements } = await readHistory(customerId);
    addMovements(sums, customerIds.join(' + '), movements);
    takenBack += own.filter((fact) => isTakenBack(fact, movements)).length;
    const told = own.filter(({ data }) => !IS_READING.test(data.provenance.eventId));
    for (const fact of told) facts.add(`${customerIdOf(fact)} fact ${fact.kind} ${nameOf(fact)}`);
    if (own.some(({ kind }) => kind === 'adjustment'))
      for (const on of ASKED_ON) contradictions.push(...(await wrongAdjustments(customerId, on)));
    for (const on of ASKED_ON) answers.push(await answerOf(customerId, on));
    const ids = own.map(({ kind, data }) => `${kind} ${data.provenance.eventId}`);
    contradictions.push(...repeated(ids).map((id) => `${customerId} has the fact ${id} twice`));
  }
  return { figures: [...[...facts].sort(), ...linesOf(sums), ...answers], contradictions, takenBack };
};

const totalsOf = async (part: 'MAIN' | 'CUTS'): Promise<string[]> => {
  const { months, before } = await readTotals(part, FIRST_MONTH);
  const sums = new Map<string, bigint>();
  for (const [month, counters] of months) for (const [name, amount] of counters) addTo(sums, `${part} ${month}-${name}`, amount);
  for (const [name, amount] of before) addTo(sums, `${part} before ${name}`, amount);
  return linesOf(sums);
};

const textOf = (item: Attributes, name: string): string => {
  const attribute = item[name];
  return attribute !== undefined && 'S' in attribute ? attribute.S : '';
};

/** What was read last of everything in an org: readings in between are as many as it takes. */
const readingsIn = (table: SimulatedTable): string[] => {
  const newest = new Map<string, string>();
  for (const item of table.itemsUnder('SRC#salesforce#')) newest.set(textOf(item, 'objectId'), textOf(item, 'fingerprint'));
  return [...newest].map(([objectId, fingerprint]) => `read last: ${objectId} ${fingerprint}`);
};

/** Every event has left its mark: taken in, or parked with a reason. */
const eventsIn = (table: SimulatedTable): string[] => {
  const shown = table.itemsUnder('SRC#').map((item) => textOf(item, 'eventId'));
  const taken = shown.filter((eventId) => !IS_READING.test(eventId)).map((eventId) => `taken in: ${firstOf(eventId)}`);
  const parked = table.itemsUnder('EVT#').map((item) => `parked: ${textOf(item, 'eventId')} ${textOf(item, 'reason')}`);
  return [...new Set([...taken, ...parked])].sort();
};

/**
 * Milestones that were reached, by all that is known in the end, and of which nothing was told. One that was told because of what was known at
 * some time stays told.
 */
const untoldMilestones = async (table: SimulatedTable): Promise<string[]> => {
  const told = new Set(table.itemsUnder('ARR#MILESTONES#').map((item) => Number(textOf(item, 'threshold'))));
  const { milestone } = await readStatus();
  return (milestone.thresholds ?? []).flatMap(({ thresholdBps, reachedOn }) =>
    reachedOn === undefined || told.has(thresholdBps) ? [] : [`the milestone ${thresholdBps} was reached on ${reachedOn}, and not told`],
  );
};

/** Books, totals and marks, read as the functions read them. */
export const figuresOf = async (table: SimulatedTable, customers: readonly (readonly string[])[], isWatched: boolean): Promise<Seen> => {
  const books = await Promise.all(customers.map(bookOf));
  return {
    figures: [
      ...books.flatMap(({ figures }) => figures),
      ...(await totalsOf('MAIN')),
      ...(await totalsOf('CUTS')),
      ...eventsIn(table),
      ...readingsIn(table),
    ],
    contradictions: [...books.flatMap(({ contradictions }) => contradictions), ...(isWatched ? await untoldMilestones(table) : [])],
    takenBack: books.reduce((sum, own) => sum + own.takenBack, 0),
  };
};

/** What one has and the other has not. */
export const differences = (expected: Figures, found: Figures): readonly string[] => {
  const left = new Map<string, number>();
  for (const line of found) left.set(line, (left.get(line) ?? 0) + 1);
  const missing: string[] = [];
  for (const line of expected) {
    const count = left.get(line) ?? 0;
    if (count === 0) missing.push(`missing: ${line}`);
    else left.set(line, count - 1);
  }
  return [...missing, ...[...left].flatMap(([line, count]) => Array.from({ length: count }, () => `too much: ${line}`))];
};
