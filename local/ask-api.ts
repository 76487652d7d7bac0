import type { TokenAnswer } from './http/tokens.ts';

/** An access token with every scope, for an hour: what the start itself asks of the API it may ask under `--auth`, too. */
export const startToken = async (url: string): Promise<string> => {
  const response = await fetch(`${url}/local/token`, { method: 'POST', body: '{}' });
  if (!response.ok) throw new Error(`${url}/local/token answered ${response.status}`);
  return ((await response.json()) as TokenAnswer).access_token;
};

/** The JSON that the API answers. */
export const askApi = async <T>(url: string, path: string): Promise<T> => {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${await startToken(url)}` } });
  if (!response.ok) throw new Error(`${url}${path} answered ${response.status}`);
  return (await response.json()) as T;
};

/** Nothing listens, or what was asked for takes longer than a request waits. */
export const whyNoAnswer = (error: unknown, port: number): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const isLate = cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_HEADERS_TIMEOUT';
  return isLate
    ? 'the stack has not answered for five minutes and is still at it; npm run local -- queues and clock show how far it is'
    : `no local stack answers on port ${port}; start one with: npm start`;
};
