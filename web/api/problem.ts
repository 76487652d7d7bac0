/** What went wrong with a request: the API's problem document (RFC 9457), or that none came. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly title: string;
  /** Which part of the request is wrong: `query.to`. */
  readonly field: string | undefined;
  /** Finds the request in the logs. */
  readonly instance: string | undefined;

  constructor(told: {
    readonly code: string;
    readonly title: string;
    readonly detail: string;
    readonly field?: string;
    readonly instance?: string;
  }) {
    super(told.detail);
    this.name = 'ApiProblem';
    this.code = told.code;
    this.title = told.title;
    this.field = told.field;
    this.instance = told.instance;
  }

  static unreachable(cause: unknown): ApiProblem {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    return new ApiProblem({
      code: late ? 'late' : 'unreachable',
      title: late ? 'No answer in time' : 'Not reachable',
      detail: late
        ? 'Ascent did not answer within 30 seconds.'
        : 'Ascent cannot be reached. Check the network; this page tries again by itself.',
    });
  }
}

interface Told {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly instance?: string;
  /** Of what answers before the API does. */
  readonly message?: string;
}

export const problemOf = async (response: Response): Promise<ApiProblem> => {
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  const told: Told = isJson ? ((await response.json()) as Told) : {};
  if (response.status === 403)
    return new ApiProblem({
      code: 'forbidden',
      title: 'Not allowed',
      detail: 'Your roles do not include this. An administrator gives roles.',
    });
  return new ApiProblem({
    code: told.type?.split('/').at(-1) ?? String(response.status),
    title: told.title ?? `Status ${response.status}`,
    detail: told.detail ?? told.message ?? 'The answer says no more.',
    ...(told.field === undefined ? {} : { field: told.field }),
    ...(told.instance === undefined ? {} : { instance: told.instance }),
  });
};
