import { exponentOf } from '../../platform/currencies.ts';
import { fail, ok, type Result } from '../../platform/result.ts';
import { checked, contractOf, type RecognitionProblem, withAdditions } from './check.ts';
import { withCombinations } from './combination.ts';
import { type Course, courseOf } from './course.ts';
import type { EventGiven } from './event-schema.ts';
import { happeningsOf } from './happenings.ts';
import { policiesOf } from './policies.ts';
import type { ContractGiven, RecognitionRequest } from './request.ts';
import { MAX_PERIODS, periodsBetween } from './schedule.ts';

/** The one way to recognise revenue: what is asked as a preview and what goes on the books are both made here. */

const numbered = (events: readonly EventGiven[]): readonly (EventGiven & { readonly id: string })[] =>
  events.map((event, index) => ({ ...event, id: event.id ?? `event-${String(index + 1).padStart(4, '0')}` }));

const bookOf = (given: ContractGiven, exponent: number, request: RecognitionRequest): Course => {
  const all = withAdditions(request);
  const own = numbered(request.events ?? []).filter((event) => contractOf(event, all)?.id === given.id);
  return courseOf({ id: given.id, given, exponent, policies: policiesOf(request.policies) }, happeningsOf(given, own), request.asOf);
};

/** The course of every contract in the order of the request. */
export const recognise = (given: RecognitionRequest): Result<readonly Course[], RecognitionProblem> => {
  const combined = withCombinations(given);
  if (!combined.ok) return combined;
  const valid = checked({ ...combined.value, events: [...numbered(given.events ?? [])] });
  if (!valid.ok) return valid;
  const request = valid.value;
  const books: Course[] = [];
  for (const [index, contract] of request.contracts.entries()) {
    const exponent = exponentOf(contract.currency);
    const book = bookOf(contract, exponent.ok ? exponent.value : 0, request);
    const periods = periodsBetween(book.firstDay, book.lastDay, request.schedule ?? 'month');
    if (periods > MAX_PERIODS)
      return fail(
        'recognition-invalid',
        `contracts[${index}] has a schedule of about ${periods} periods, at most ${MAX_PERIODS} are allowed.`,
        'schedule',
      );
    const firstRate = (request.rates ?? [])
      .filter(({ currency }) => currency === contract.currency)
      .sort((a, b) => (a.on < b.on ? -1 : 1))[0];
    const firstJournal = book.journals[0]?.on;
    if (request.functionalCurrency !== undefined && firstRate !== undefined && firstJournal !== undefined && firstJournal < firstRate.on)
      return fail(
        'recognition-invalid',
        `rates has none of ${contract.currency} on ${firstJournal} or before, the day of a journal.`,
        'rates',
      );
    books.push(book);
  }
  return ok(books);
};
