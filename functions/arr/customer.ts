import { toEpochDay } from '../platform/calendar.ts';
import { companyConfig } from '../platform/config.ts';
import { fail, ok } from '../platform/result.ts';
import type { LineValue } from './book.ts';
import { decidingContext } from './context.ts';
import { closingAt } from './decide.ts';
import { readBooks, readFacts, readMovements } from './store.ts';

/** A customer as of a day, decided from its facts: the same rules that made its movements. */
export const customerOn = async (customerId: string, on: string) => {
  const [books, known, movements, context] = await Promise.all([
    readBooks([customerId]),
    readFacts(customerId),
    readMovements(customerId),
    decidingContext(),
  ]);
  const stored = books.get(customerId);
  if (stored === undefined)
    return fail('customer-unknown', `No fact about customer ${customerId.slice(0, 100)} has been recorded.`, 'path.customerId');
  const { closing, attributes } = closingAt(known.facts, toEpochDay(on), context);
  return ok({
    on,
    profile: context.profile.name,
    currency: companyConfig().planCurrency,
    customerId,
    name: stored.name,
    // Without a plan rate for every line there is no total: the lines say which currency lacks one.
    ...(closing.lines.every((line) => line.converted)
      ? { arrMinor: String(closing.lines.reduce((sum, line) => sum + line.planMinor, 0n)) }
      : {}),
    attributes,
    lines: closing.lines.map(lineAnswer),
    movements: [...movements],
  });
};

const lineAnswer = (line: LineValue) => ({
  lineKey: line.key,
  productId: line.productId,
  legalEntity: line.legalEntity,
  currency: line.currency,
  amountMinor: String(line.amountMinor),
  ...(line.converted ? { planMinor: String(line.planMinor) } : {}),
});
