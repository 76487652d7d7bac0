import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, NOT_FOUND, problem } from './rest.ts';

/** What goes wrong on request, and how each of it looks to who asks. */
export type FaultCode =
  | 'INVALID_SESSION_ID'
  | 'REQUEST_LIMIT_EXCEEDED'
  | 'CONCURRENT_LIMIT_EXCEEDED'
  | 'SERVER_UNAVAILABLE'
  | 'UNABLE_TO_LOCK_ROW'
  | 'MALFORMED_QUERY'
  | 'NOT_FOUND';

/** `html` answers with a page, as proxies and maintenance do; `slow` answers late; `cut` breaks off in the body; `reset` closes without an answer. */
export type Fault =
  | { readonly kind: 'error'; readonly code: FaultCode }
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'reset' };

/** The API gives the concurrent limit the same code as the daily one: only the text tells them apart. */
export const ERRORS: Readonly<Record<FaultCode, Answer>> = {
  INVALID_SESSION_ID: problem(401, 'INVALID_SESSION_ID', 'Session expired or invalid'),
  REQUEST_LIMIT_EXCEEDED: problem(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
  CONCURRENT_LIMIT_EXCEEDED: problem(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'),
  SERVER_UNAVAILABLE: problem(503, 'SERVER_UNAVAILABLE', 'Server is temporarily unavailable.'),
  UNABLE_TO_LOCK_ROW: {
    status: 400,
    body: [{ message: 'unable to obtain exclusive access to this record', errorCode: 'UNABLE_TO_LOCK_ROW', fields: [] }],
  },
  MALFORMED_QUERY: problem(400, 'MALFORMED_QUERY', "unexpected token: 'FROM'"),
  NOT_FOUND,
};

/** Plays a fault: an answer to send, `true` where nothing more is to be sent, `undefined` where the request goes on. */
export const played = async (
  fault: Fault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | true | undefined> => {
  switch (fault?.kind) {
    case undefined:
      return undefined;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, fault.ms).unref());
      return undefined;
    case 'reset':
      request.socket.destroy();
      return true;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"totalSize":');
      setTimeout(() => request.socket.destroy(), 20).unref();
      return true;
    case 'html':
      return { status: fault.status, body: '<html><body>Service Unavailable</body></html>' };
    case 'error':
      return ERRORS[fault.code];
  }
};
