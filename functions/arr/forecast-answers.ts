import * as z from 'zod/mini';
import { figureHead } from './answers.ts';
import { minor, told } from './evidence-answers.ts';
import { STREAMS } from './forecast/streams.ts';
import { viewHead } from './metric-answers.ts';

/** Form of the answer about the months ahead. Amounts are at plan rates. */
const stream = z.enum(STREAMS);
const level = z.int().check(z.describe('How sure, in percent: 80 or 95'));
const notTold = z.object({ code: z.enum(['history-short', 'rate-missing']), detail: z.string() });

const intervals = z
  .array(z.object({ level, fromMinor: z.optional(minor), toMinor: z.optional(minor), notTold: z.optional(notTold) }))
  .check(z.describe('As far to either side as the same model was off in back-tests of this lead; or why that cannot be said'));

const month = z.object({
  startsOn: z.string(),
  endsOn: z.string(),
  lead: z.int().check(z.describe('1 is the month under way')),
  openingMinor: minor,
  streams: z
    .array(
      z.object({
        stream,
        method: z
          .enum(['mean', 'rate', 'known'])
          .check(z.describe('The mean of twelve months, a rate of opening ARR by twelve months, or only what is recorded ahead')),
        knownMinor: told('What is recorded already with a day in this month'),
        expectedMinor: told('What the model says or, where that is more in size, what is known'),
        intervals,
      }),
    )
    .check(z.describe('They sum to closing − opening, to the minor unit')),
  closingMinor: minor,
  intervals,
});

const share = told('Part of the ARR of the origins, with six places, rounded half away from zero');

const { dimension, dimensions, values, ledgerThrough, unconverted } = viewHead;

export const arrForecast = z.object({
  ...figureHead,
  ...{ dimension, dimensions, values, ledgerThrough, unconverted },
  on: told('Day on which it is made'),
  value: z.string(),
  model: z.object({ name: z.string(), version: z.int(), windowMonths: z.int() }),
  origin: z
    .object({ on: z.string(), arrMinor: z.optional(minor) })
    .check(z.describe('The end of the last fiscal month that is over, from which on it is forecast')),
  notTold: z.optional(notTold),
  months: z.array(month),
  accuracy: z
    .array(
      z.object({
        lead: z.int(),
        of: z.enum(['arr', ...STREAMS]),
        backTests: z.int().check(z.describe('Forecasts that the model would have made before, and that are over')),
        error: share.check(z.describe('Σ |forecast − actual| ÷ Σ ARR of the origins')),
        errorIfStays: told('The same of the forecast that ARR stays as it is'),
        errorIfGoesOn: told('The same of the forecast that each month changes as the last one did'),
        coverage: z
          .array(z.object({ level, told: z.int(), covered: z.int() }))
          .check(
            z.describe(
              'How many intervals could have been told then, each from errors that were known by that time, and how many of them held what came',
            ),
          ),
      }),
    )
    .check(z.describe('How the same model did, by lead, of ARR and of each stream')),
  recordedNotTold: z.optional(z.object({ code: z.literal('not-recorded'), detail: z.string() })),
  recorded: z
    .array(
      z.object({
        startsOn: z.string(),
        endsOn: z.string(),
        recordedAt: z.string(),
        model: told('Name and version'),
        openingMinor: minor,
        streams: z.array(z.object({ stream, forecastMinor: minor, actualMinor: z.optional(minor) })),
        forecastMinor: minor,
        actualMinor: z.optional(told('What it came to, as it is known now; absent before the month is over, and while a rate is missing')),
      }),
    )
    .check(
      z.describe(
        'What was forecast of months in their first three days, newest first, at most twelve: of the whole company, by the profile in force',
      ),
    ),
});
