import { toEpochDay } from '../platform/calendar.ts';
import { fail, ok } from '../platform/result.ts';
import type { LineValue } from './book.ts';
import { decidingContext } from './context.ts';
import type { Unconverted } from './course.ts';
import { closingAt } from './decide.ts';
import { ARR_FORMULA } from './formulas.ts';
import { readHead } from './read.ts';
import { jsonable, rateMissing } from './status.ts';
import { readBooks, readFacts, readMovements } from './store.ts';

/** A customer as of a day, decided from its facts: the same rules that made its movements. */
export const customerOn = async (customerId: string, on: string) => {
  const [head, books, known, movements, context] = await Promise.all([
    readHead(ARR_FORMULA),
    readBooks([customerId]),
    readFacts(customerId),
    readMovements(customerId),
    decidingContext(),
  ]);
  const stored = books.get(customerId);
  if (stored === undefined)
    return fail('customer-unknown', `No fact about customer ${customerId.slice(0, 100)} has been recorded.`, 'path.customerId');
  const { closing, attributes } = closingAt(known.facts, toEpochDay(on), context);
  const lacking = unconvertedOf(closing.lines, on);
  return ok({
    ...head,
    on,
    customerId,
    name: stored.name,
    // Without a plan rate for every line there is no total.
    ...(lacking.length === 0 ? { arrMinor: String(closing.lines.reduce((sum, line) => sum + line.planMinor, 0n)) } : {}),
    unconverted: jsonable(lacking.map((one) => rateMissing(one, head.planCurrency))),
    attributes,
    lines: closing.lines.map(lineAnswer),
    movements: [...movements],
  });
};

const unconvertedOf = (lines: readonly LineValue[], on: string): Unconverted[] => {
  const amounts = new Map<string, bigint>();
  for (const { converted, currency, amountMinor } of lines)
    if (!converted) amounts.set(currency, (amounts.get(currency) ?? 0n) + amountMinor);
  return [...amounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, amountMinor]) => ({ currency, on, amountMinor }));
};

const lineAnswer = (line: LineValue) => ({
  lineKey: line.key,
  productId: line.productId,
  legalEntity: line.legalEntity,
  currency: line.currency,
  amountMinor: String(line.amountMinor),
  ...(line.converted ? { planMinor: String(line.planMinor) } : {}),
});
