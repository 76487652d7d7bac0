import { assert } from '../../platform/bug.ts';
import { toEpochDay } from '../../platform/calendar.ts';
import type { Movement } from '../events.ts';
import { attributesFromText, attributesText, inOrder, newRows, placesOf, type Section } from './columns.ts';
import { CAUSES, type Ledger, type Rows } from './rows.ts';

/** Where a movement stands: its id without customer and day. */
export interface MovementPlace {
  readonly version: number;
  readonly number: number;
}

/** `<customer>~<effective on>~<version>~<number>`, read from its end: a customer's id may hold anything. */
export const movementPlace = (movementId: string): MovementPlace => {
  const [number = '', version = ''] = movementId.split('~').reverse();
  assert(/^\d{1,8}$/.test(version) && /^\d{1,5}$/.test(number), `"${movementId.slice(-40)}" is no movement's id`);
  return { version: Number(version), number: Number(number) };
};

/** One line of a movement; of a renewal, what was renewed in one currency, which is of no line. */
interface Line {
  readonly lineKey: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly cause: Movement['cause'];
  readonly deltaMinor: string;
  readonly planDeltaMinor: string;
}

const NO_LINE = { lineKey: '', productId: '', legalEntity: '', cause: 'renewal' } as const;

const linesOf = ({ lines, renewed = [] }: Movement): readonly Line[] =>
  renewed.length === 0
    ? lines
    : [
        ...lines,
        ...renewed.map(({ currency, amountMinor, planMinor }) => ({
          ...NO_LINE,
          currency,
          deltaMinor: amountMinor,
          planDeltaMinor: planMinor,
        })),
      ];

interface Ordered {
  readonly movement: Movement;
  readonly day: number;
  readonly version: number;
  readonly number: number;
  readonly lines: readonly Line[];
}

const byOrder = (a: Ordered, b: Ordered): number =>
  a.day - b.day ||
  (a.movement.customerId < b.movement.customerId ? -1 : a.movement.customerId > b.movement.customerId ? 1 : 0) ||
  a.version - b.version ||
  a.number - b.number;

const orderedOf = (movement: Movement): Ordered => ({
  movement,
  day: toEpochDay(movement.effectiveOn),
  ...movementPlace(movement.movementId),
  lines: linesOf(movement),
});

const CAUSE_NUMBERS: ReadonlyMap<string, number> = new Map(CAUSES.map((cause, i) => [cause, i]));
const causeNumber = (cause: string): number => {
  const number = CAUSE_NUMBERS.get(cause);
  assert(number !== undefined, `"${cause}" is no cause of a movement`);
  return number;
};

const LARGEST = 2n ** 63n;
/** An amount as a column holds it: 64 bits with sign. */
const amountOf = (text: string): bigint => {
  const amount = BigInt(text);
  assert(
    amount < LARGEST && amount >= -LARGEST,
    `an amount of ${text} minor units does not fit into 64 bits: the ledger holds up to ${LARGEST - 1n}`,
  );
  return amount;
};

/**
 * Movements in columns, in canonical form: the same set of movements gives the same rows and names whatever its order, and what comes twice
 * counts once. A renewal has a row for each currency, with the amount renewed, on no line.
 */
export const sectionOf = (movements: Iterable<Movement>): Section => {
  const all = Array.from(movements, orderedOf).sort(byOrder);
  const ordered = all.filter((one, i) => i === 0 || byOrder(all[i - 1] as Ordered, one) !== 0);
  const lines = ordered.flatMap((one) => one.lines);
  const texts = new Map<object, string>();
  const textOf = (attributes: Readonly<Record<string, string>>): string => {
    const text = texts.get(attributes) ?? attributesText(attributes);
    texts.set(attributes, text);
    return text;
  };
  const named = ordered.filter((one) => one.lines.length > 0).map(({ movement }) => movement);
  const names = {
    customers: inOrder(named.map(({ customerId }) => customerId)),
    attributes: inOrder(named.flatMap(({ attributes, fromAttributes = attributes }) => [textOf(attributes), textOf(fromAttributes)])),
    lines: inOrder(lines.map(({ lineKey }) => lineKey)),
    products: inOrder(lines.map(({ productId }) => productId)),
    entities: inOrder(lines.map(({ legalEntity }) => legalEntity)),
    currencies: inOrder(lines.map(({ currency }) => currency)),
  };
  const places = {
    customers: placesOf(names.customers),
    attributes: placesOf(names.attributes),
    lines: placesOf(names.lines),
    products: placesOf(names.products),
    entities: placesOf(names.entities),
    currencies: placesOf(names.currencies),
  };
  const rows = newRows(lines.length);
  let row = 0;
  for (const { movement, day, version, number, lines: own } of ordered) {
    if (own.length === 0) continue;
    const { attributes, fromAttributes = attributes } = movement;
    const head = {
      ...{ day, version, number },
      customer: places.customers.get(movement.customerId) as number,
      recordedAt: Math.floor(Date.parse(movement.recordedAt) / 1000),
      cause: causeNumber(movement.cause),
      correction: movement.correction ? 1 : 0,
      attributes: places.attributes.get(textOf(attributes)) as number,
      fromAttributes: places.attributes.get(textOf(fromAttributes)) as number,
    };
    for (const line of own) {
      fill(rows, row, head);
      rows.lineCause[row] = causeNumber(line.cause);
      rows.line[row] = places.lines.get(line.lineKey) as number;
      rows.product[row] = places.products.get(line.productId) as number;
      rows.entity[row] = places.entities.get(line.legalEntity) as number;
      rows.currency[row] = places.currencies.get(line.currency) as number;
      rows.amountMinor[row] = amountOf(line.deltaMinor);
      rows.planMinor[row] = amountOf(line.planDeltaMinor);
      row += 1;
    }
  }
  return { rows, names: { ...names, attributes: names.attributes.map(attributesFromText) } };
};

type Head = Readonly<
  Record<'day' | 'version' | 'number' | 'customer' | 'recordedAt' | 'cause' | 'correction' | 'attributes' | 'fromAttributes', number>
>;

const fill = (rows: Rows, row: number, head: Head): void => {
  rows.day[row] = head.day;
  rows.version[row] = head.version;
  rows.number[row] = head.number;
  rows.customer[row] = head.customer;
  rows.recordedAt[row] = head.recordedAt;
  rows.cause[row] = head.cause;
  rows.correction[row] = head.correction;
  rows.attributes[row] = head.attributes;
  rows.fromAttributes[row] = head.fromAttributes;
};

/** A ledger of these movements; `through` in seconds since 1970. */
export const ledgerOf = (head: Pick<Ledger, 'profile' | 'planCurrency' | 'through'>, movements: Iterable<Movement>): Ledger => ({
  ...head,
  ...sectionOf(movements),
});
