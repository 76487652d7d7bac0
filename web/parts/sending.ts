import { useState } from 'react';
import { ApiProblem } from '../api/problem.ts';

export interface Sending {
  readonly isSending: boolean;
  /** Of what was sent last. */
  readonly problem: ApiProblem | undefined;
  /** What was typed stays where it is: the caller takes it away once `work` is done. */
  readonly send: (work: () => Promise<void>) => void;
}

/** Something that is sent once at a time, and what went wrong with it. */
export const useSending = (): Sending => {
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const run = async (work: () => Promise<void>): Promise<void> => {
    setSending(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  return {
    isSending,
    problem,
    send: (work) => {
      if (!isSending) void run(work);
    },
  };
};

/** What the API says of one field of a form. */
export const saidOf = (problem: ApiProblem | undefined, field: string): string =>
  problem?.problems
    .filter((one) => one.field === field)
    .map(({ detail }) => detail)
    .join('; ') ?? '';

/** Whether all that is wrong is said beside the fields of a form. */
export const isSaidBeside = (problem: ApiProblem, fields: readonly string[]): boolean =>
  problem.problems.length > 0 && problem.problems.every(({ field }) => fields.includes(field));
