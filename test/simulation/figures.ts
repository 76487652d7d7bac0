import { readHistory, readTotals } from './functions.ts';

/** The months of all lives. */
const FIRST_MONTH = '2024-01';

/** What a company's life comes to: every line is one figure, in order. */
export type Figures = readonly string[];

const addTo = (sums: Map<string, bigint>, name: string, amount: bigint): void => {
  sums.set(name, (sums.get(name) ?? 0n) + amount);
};

const linesOf = (sums: ReadonlyMap<string, bigint>): string[] =>
  [...sums]
    .filter(([, amount]) => amount !== 0n)
    .map(([name, amount]) => `${name} ${amount}`)
    .sort();

/** A customer's movements netted by day, cause and currency, its closing ARR, and the facts that they rest on, each as often as it counts. */
const bookOf = async (customerId: string): Promise<string[]> => {
  const { facts, movements } = await readHistory(customerId);
  const sums = new Map<string, bigint>();
  for (const { effectiveOn, cause, lines, stock } of movements) {
    for (const { currency, deltaMinor, planDeltaMinor } of lines) {
      addTo(sums, `${customerId} ${effectiveOn} ${cause} ${currency}`, BigInt(deltaMinor));
      addTo(sums, `${customerId} ${effectiveOn} ${cause} at plan rate`, BigInt(planDeltaMinor));
      addTo(sums, `${customerId} closing ${currency}`, BigInt(deltaMinor));
    }
    for (const [origin, amount] of stock.entries()) addTo(sums, `${customerId} closing of origin ${origin}`, BigInt(amount));
  }
  return [...facts.map(({ kind, data }) => `${customerId} fact ${kind} ${data.provenance.eventId}`).sort(), ...linesOf(sums)];
};

const totalsOf = async (part: 'MAIN' | 'CUTS'): Promise<string[]> => {
  const { months, before } = await readTotals(part, FIRST_MONTH);
  const sums = new Map<string, bigint>();
  for (const [month, counters] of months) for (const [name, amount] of counters) addTo(sums, `${part} ${month}-${name}`, amount);
  for (const [name, amount] of before) addTo(sums, `${part} before ${name}`, amount);
  return linesOf(sums);
};

/** Books and totals, read as the functions read them. */
export const figuresOf = async (customerIds: readonly string[]): Promise<Figures> => [
  ...(await Promise.all(customerIds.map(bookOf))).flat(),
  ...(await totalsOf('MAIN')),
  ...(await totalsOf('CUTS')),
];

/** What one has and the other has not. */
export const differences = (expected: Figures, found: Figures): readonly string[] => {
  const left = [...found];
  const missing: string[] = [];
  for (const line of expected) {
    const at = left.indexOf(line);
    if (at < 0) missing.push(`missing: ${line}`);
    else left.splice(at, 1);
  }
  return [...missing, ...left.map((line) => `too much: ${line}`)];
};
