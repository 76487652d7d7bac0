import { ERRORS } from '../../local/salesforce/faults.ts';
import type { Agenda } from './agenda.ts';
import type { Fault } from './faults.ts';
import type { Fetched } from './gate.ts';

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an answer comes back, where one does. */
type ComeBack = (resolve: (answer: Fetched) => void, reject: (error: Error) => void) => void;

const SLOW_MS = 5_000;

const fetched = ({ status, text, headers = {} }: Answered): Fetched => ({ status, headers: new Headers(headers), text: async () => text });

const ofStripe = (status: number, type: string, headers: Readonly<Record<string, string>> = {}): Answered => ({
  status,
  text: JSON.stringify({ error: { type, message: 'made up' } }),
  headers,
});
const ofSalesforce = (code: keyof typeof ERRORS): Answered => ({ status: ERRORS[code].status, text: JSON.stringify(ERRORS[code].body) });

const ANSWERS: Partial<Record<Fault, Answered>> = {
  'answers 429': ofStripe(429, 'rate_limit', { 'retry-after': '1' }),
  'answers 500': ofStripe(500, 'api_error'),
  'answers 503': ofSalesforce('SERVER_UNAVAILABLE'),
  'ends the session': ofSalesforce('INVALID_SESSION_ID'),
  'is over its limit': ofSalesforce('REQUEST_LIMIT_EXCEEDED'),
  'cannot lock a row': ofSalesforce('UNABLE_TO_LOCK_ROW'),
  'answers a page of a proxy': { status: 200, text: '<html><body>Bad Gateway</body></html>' },
};

/** What comes back of a request over the net under a fault; what never comes, the request's own time limit ends. */
export const answeredWith = (answer: Answered, fault: Fault | undefined, agenda: Agenda): ComeBack => {
  const instead = fault === undefined ? undefined : ANSWERS[fault];
  if (instead !== undefined) return (resolve) => resolve(fetched(instead));
  switch (fault) {
    case 'slow':
      return (resolve) => agenda.in(SLOW_MS, () => resolve(fetched(answer)));
    case 'too slow':
      return () => undefined;
    case 'breaks off':
      return (resolve) => resolve({ ...fetched(answer), text: () => Promise.reject(new TypeError('terminated')) });
    case 'unanswered-before':
      return (_resolve, reject) => reject(new TypeError('fetch failed'));
    default:
      return (resolve) => resolve(fetched(answer));
  }
};

/** The answer, or the end of the time that its asker gives it. */
export const within = <T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    answer.then(resolve, reject);
  });
