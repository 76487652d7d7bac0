import type { z } from 'zod/mini';
import { tableText } from '../../bench/report.ts';
import type { WholeStack } from '../../bench/whole-stack.ts';
import type { Movement } from '../../functions/arr/events.ts';
import { customerIdOf, type Fact, factKeyOf } from '../../functions/arr/lines/facts.ts';
import type { Context } from '../../functions/arr/lines/values.ts';
import { type Account, openAccount, recordFact } from '../../functions/arr/movements/account.ts';
import { closingAt } from '../../functions/arr/movements/decide.ts';
import { toMovement, unpackFacts } from '../../functions/arr/records/codec.ts';
import type { arrRoutes } from '../../functions/arr/routes.ts';
import { addMonths, endOfMonth, toEpochDay } from '../../functions/platform/calendar.ts';
import { footing, readSegments, type Status } from './demo-reading.ts';
import { allParked, deadLetters, handledEvents, tableRecords } from './samples.ts';

/** The stack after its kills against the same facts in memory. */
type Reader = Pick<WholeStack, 'stack' | 'api'>;
type CustomerAnswer = z.infer<typeof arrRoutes.getArrCustomer.response>;

export interface Expected {
  /** Ids of the events that were answered 2xx. */
  readonly eventIds: ReadonlySet<string>;
  /** Facts in the order in which their events were first sent, repetitions included. */
  readonly facts: readonly Fact[];
  readonly context: Context;
  readonly today: string;
}

export interface Comparison {
  readonly holds: boolean;
  readonly table: string;
}

/** Customers asked for at once. */
const LANES = 8;
/** The first month of the waterfalls that are compared. */
const FROM = '2025-01-01';

const accountsOf = ({ facts, context }: Expected): ReadonlyMap<string, Account> => {
  const accounts = new Map<string, Account>();
  for (const fact of facts) {
    const account = accounts.get(customerIdOf(fact)) ?? openAccount(context);
    accounts.set(customerIdOf(fact), account);
    recordFact(account, fact, context);
  }
  return accounts;
};

const movementsIn = (customerId: string, { recorded }: Account): readonly Movement[] =>
  recorded.map((entry, i) => toMovement(entry, i, { customerId, recordedAt: '', version: 1 }));

/**
 * What movements come to, whatever the order in which their facts came: what came late was recorded as corrections, which sum to the same by
 * day, cause, attributes and line. Lines of text, in order.
 */
const netsOf = (movements: readonly Movement[]): string => {
  const sums = new Map<string, bigint>();
  const add = (name: readonly unknown[], amount: string): void => {
    const key = JSON.stringify(name);
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  };
  const sorted = (attributes: Movement['attributes'] | undefined): unknown => Object.entries(attributes ?? {}).sort();
  for (const { effectiveOn, cause, attributes, fromAttributes, lines, stock, renewed = [] } of movements) {
    const head = [effectiveOn, cause, sorted(attributes), sorted(fromAttributes)];
    for (const line of lines) {
      const name = [...head, line.lineKey, line.productId, line.legalEntity, line.currency, line.cause];
      add([...name, 'own'], line.deltaMinor);
      add([...name, 'plan'], line.planDeltaMinor);
    }
    for (const [i, amount] of stock.entries()) add([...head, 'stock', i], amount);
    for (const { currency, amountMinor, planMinor } of renewed) {
      add([...head, 'renewed', currency, 'own'], amountMinor);
      add([...head, 'renewed', currency, 'plan'], planMinor);
    }
  }
  return [...sums]
    .filter(([, amount]) => amount !== 0n)
    .map(([name, amount]) => `${name} ${amount}`)
    .sort()
    .join('\n');
};

const inLanes = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
};

/** Keys of the facts that each customer's recordings hold, each as often as it was recorded. */
const recordedFacts = (whole: Reader): ReadonlyMap<string, readonly string[]> => {
  const byCustomer = new Map<string, string[]>();
  for (const { eventName, dynamodb } of tableRecords(whole)) {
    const { pk } = dynamodb.Keys as { readonly pk: { readonly S: string } };
    if (eventName !== 'INSERT' || !pk.S.startsWith('ARR#')) continue;
    const { packed } = dynamodb.NewImage as { readonly packed?: { readonly B: string } };
    if (packed === undefined) continue;
    for (const fact of unpackFacts(Buffer.from(packed.B, 'base64'))) {
      const keys = byCustomer.get(customerIdOf(fact)) ?? [];
      byCustomer.set(customerIdOf(fact), keys);
      keys.push(factKeyOf(fact));
    }
  }
  return byCustomer;
};

/** What a movement moves in plan currency, in total or into one segment: a change of attributes moves nothing in total. */
const movedIn = ({ attributes, fromAttributes, lines }: Movement, segment: string | undefined): bigint => {
  const holds = (of: Movement['attributes'] | undefined): boolean =>
    of !== undefined && (segment === undefined || of['segment'] === segment);
  const sign = Number(holds(attributes)) - Number(holds(fromAttributes));
  return lines.reduce((sum, { planDeltaMinor }) => sum + BigInt(sign) * BigInt(planDeltaMinor), 0n);
};

/** ARR at the end of each day asked for, in total or of one segment, from movements alone. */
const closingsOf = (movements: readonly Movement[], segment: string | undefined, days: readonly string[]): readonly bigint[] =>
  days.map((day) => movements.reduce((sum, movement) => (movement.effectiveOn > day ? sum : sum + movedIn(movement, segment)), 0n));

const monthEnds = (today: string): readonly string[] => {
  const days: string[] = [];
  for (let month = FROM; endOfMonth(month) < today; month = addMonths(month, 1)) days.push(endOfMonth(month));
  return [...days, today];
};

/** Waiting, in hand or delayed, in all queues together. */
export const messagesLeft = async ({ api }: Pick<Reader, 'api'>): Promise<number> => {
  const queues = await api<{ readonly visible: number; readonly inFlight: number; readonly delayed: number }[]>('/local/queues');
  return queues.reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0);
};

/** Undefined for one that the stack does not know. */
const readCustomer = async ({ stack }: Reader, customerId: string, on: string): Promise<CustomerAnswer | undefined> => {
  const response = await fetch(`${stack.url}/api/v1/arr/customers/${encodeURIComponent(customerId)}?on=${on}`);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${customerId} was answered ${response.status} ${await response.text()}`);
  return (await response.json()) as CustomerAnswer;
};

/** How many customers the stack tells as memory does, by what is compared. */
const compareCustomers = async (whole: Reader, expected: Expected, accounts: ReadonlyMap<string, Account>) => {
  const same = { facts: 0, movements: 0, arr: 0 };
  const recorded = recordedFacts(whole);
  const day = toEpochDay(expected.today);
  await inLanes([...accounts], async ([customerId, account]) => {
    const found = await readCustomer(whole, customerId, expected.today);
    const keys = account.facts.map(factKeyOf).sort();
    const { closing } = closingAt(account.facts, day, expected.context);
    const arrMinor = closing.lines.reduce((sum, line) => sum + line.planMinor, 0n);
    if (JSON.stringify([...(recorded.get(customerId) ?? [])].sort()) === JSON.stringify(keys)) same.facts += 1;
    if (found === undefined) return;
    if (netsOf(found.movements) === netsOf(movementsIn(customerId, account))) same.movements += 1;
    if (found.arrMinor === String(arrMinor) && JSON.stringify(found.stock) === JSON.stringify(closing.stock.map(String))) same.arr += 1;
  });
  const strangers = [...recorded.keys()].filter((customerId) => !accounts.has(customerId)).length;
  return { ...same, strangers };
};

/** Compares everything with what the same facts give in memory. The stack is idle. */
export const compare = async (whole: Reader, expected: Expected): Promise<Comparison> => {
  const accounts = accountsOf(expected);
  const rows: string[][] = [];
  const note = (what: string, should: string | number | bigint, found: string | number | bigint): void => {
    rows.push([what, String(should), String(found), String(should) === String(found) ? 'same' : 'DIFFERS']);
  };
  const handled = handledEvents(whole);
  note('events answered 2xx that are recorded', expected.eventIds.size, [...expected.eventIds].filter((id) => handled.has(id)).length);
  const same = await compareCustomers(whole, expected, accounts);
  note('customers with each fact exactly once', accounts.size, same.facts);
  note('customers with the same movements', accounts.size, same.movements);
  note('customers with the same ARR and stock', accounts.size, same.arr);
  note('customers that nobody told of', 0, same.strangers);

  const days = monthEnds(expected.today);
  const movements = [...accounts].flatMap(([customerId, account]) => movementsIn(customerId, account));
  const closings = closingsOf(movements, undefined, days);
  const { arrMinor } = await whole.api<Status>(`/api/v1/arr/status?on=${expected.today}`);
  note(`total ARR on ${expected.today}, cents`, closings[closings.length - 1] ?? 0n, arrMinor ?? 'absent');
  for (const segment of [undefined, ...(await readSegments(whole, FROM, expected.today))]) {
    const { broken, closingMinor } = await footing(whole, FROM, expected.today, segment === undefined ? '' : `segment ${segment}`);
    const wanted = closingsOf(movements, segment, days);
    const equal = wanted.filter((closing, i) => closing === closingMinor[i]).length;
    note(`month ends that foot and are the same, ${segment ?? 'in total'}`, wanted.length, equal - broken);
  }
  note('parked events', 0, (await allParked(whole)).length);
  note('dead letters', 0, await deadLetters(whole));
  note('messages left in any queue', 0, await messagesLeft(whole));
  note('calls denied', 0, whole.stack.denied().length);
  return { holds: rows.every((row) => row[3] === 'same'), table: tableText(['what', 'expected', 'found', ''], rows) };
};
