import type { Agenda } from './agenda.ts';
import type { Fault } from './faults.ts';
import type { Fetched } from './gate.ts';

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an answer comes back, where one does. */
type ComeBack = (resolve: (answer: Fetched) => void, reject: (error: Error) => void) => void;

const SLOW_MS = 5_000;

const fetched = ({ status, text, headers = {} }: Answered): Fetched => ({ status, headers: new Headers(headers), text: async () => text });

const problem = (status: number, type: string, headers: Readonly<Record<string, string>> = {}): Answered => ({
  status,
  text: JSON.stringify({ error: { type, message: 'made up' } }),
  headers,
});

/** What comes back of a request to Stripe under a fault; what never comes, the request's own time limit ends. */
export const answeredWith = (answer: Answered, fault: Fault | undefined, agenda: Agenda): ComeBack => {
  switch (fault) {
    case 'slow':
      return (resolve) => agenda.in(SLOW_MS, () => resolve(fetched(answer)));
    case 'too slow':
      return () => undefined;
    case 'answers 429':
      return (resolve) => resolve(fetched(problem(429, 'rate_limit', { 'retry-after': '1' })));
    case 'answers 500':
      return (resolve) => resolve(fetched(problem(500, 'api_error')));
    case 'answers a page of a proxy':
      return (resolve) => resolve(fetched({ status: 200, text: '<html><body>Bad Gateway</body></html>' }));
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
