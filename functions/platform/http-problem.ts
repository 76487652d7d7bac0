import type { Problem } from './result.ts';

/** One field that was refused. */
export interface FieldProblem {
  readonly field: string;
  readonly detail: string;
  /** Stable code of what is wrong, where rows are judged one by one. */
  readonly code?: string;
  /** Place of the row in the request (0 is the first), where rows are judged one by one. */
  readonly row?: number;
}

/** A problem that names everything that is wrong, not only the first. */
export interface ListedProblem<Code extends string = string> extends Problem<Code> {
  readonly problems: readonly FieldProblem[];
}

/** A problem that names every field that is wrong, not only the first. */
export type ValidationProblem = ListedProblem<'validation'>;

/** Problems that any route may answer, with their HTTP status. A route adds its own under `problems`. */
export const GENERAL_PROBLEMS: Readonly<Record<string, number>> = {
  validation: 400,
  'cursor-invalid': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  'precondition-failed': 412,
  'body-too-large': 413,
  'media-type-unsupported': 415,
  'precondition-required': 428,
  internal: 500,
  busy: 503,
};

/** Short, the same for each occurrence of the type. */
export const titleOf = (code: string): string => {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** RFC 9457. `type` is a stable relative URI; `instance` names this very occurrence, by the id of its request. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly field?: string;
  readonly problems?: readonly FieldProblem[];
}

export const problemDocument = (problem: Problem | ListedProblem, status: number, requestId: string): ProblemDocument => ({
  type: `/problems/${problem.code}`,
  title: titleOf(problem.code),
  status,
  detail: problem.detail,
  instance: `/requests/${encodeURIComponent(requestId)}`,
  ...(problem.field === undefined ? {} : { field: problem.field }),
  ...('problems' in problem ? { problems: problem.problems } : {}),
});

/** How many field problems one answer lists. */
export const MAX_FIELD_PROBLEMS = 100;

export const validationProblem = (problems: readonly FieldProblem[]): ValidationProblem => {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const detail = first === undefined ? 'the request is not valid' : `${first.field}: ${first.detail}${more}`;
  return {
    code: 'validation',
    detail,
    ...(first === undefined ? {} : { field: first.field }),
    problems: problems.slice(0, MAX_FIELD_PROBLEMS),
  };
};
