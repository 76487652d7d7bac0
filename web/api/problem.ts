interface FieldProblem {
  readonly field: string;
  readonly detail: string;
}

/** What went wrong with a request: the API's problem document (RFC 9457), or that none came. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly title: string;
  /** Which part of the request is wrong: `query.to`. */
  readonly field: string | undefined;
  /** Every part that is wrong, where the API tells them all. */
  readonly problems: readonly FieldProblem[];
  /** Finds the request in the logs. */
  readonly instance: string | undefined;

  constructor(told: {
    readonly code: string;
    readonly title: string;
    readonly detail: string;
    readonly field?: string;
    readonly problems?: readonly FieldProblem[];
    readonly instance?: string;
  }) {
    super(told.detail);
    this.name = 'ApiProblem';
    this.code = told.code;
    this.title = told.title;
    this.field = told.field;
    this.problems = told.problems ?? (told.field === undefined ? [] : [{ field: told.field, detail: told.detail }]);
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
  readonly problems?: readonly FieldProblem[];
  readonly instance?: string;
  /** Of what answers before the API does. */
  readonly message?: string;
}

export const problemOf = async (response: Response): Promise<ApiProblem> => {
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  const told: Told = isJson ? ((await response.json()) as Told) : {};
  const code = told.type?.split('/').at(-1);
  // Before the API answers, or by it: other problems of this status say what they are.
  if (response.status === 403 && (code === undefined || code === 'forbidden'))
    return new ApiProblem({
      code: 'forbidden',
      title: 'Not allowed',
      detail: 'Your roles do not include this. An administrator gives roles.',
    });
  return new ApiProblem({
    code: code ?? String(response.status),
    title: told.title ?? `Status ${response.status}`,
    detail: told.detail ?? told.message ?? 'The answer says no more.',
    ...(told.field === undefined ? {} : { field: told.field }),
    ...(told.problems === undefined ? {} : { problems: told.problems }),
    ...(told.instance === undefined ? {} : { instance: told.instance }),
  });
};
