import { useCallback, useEffect, useState } from 'react';
import { type Address, type Answer, type Path, read } from './client.ts';
import { ApiProblem } from './problem.ts';

/** What is known of an address: nothing yet, an answer, a problem, or an earlier answer beside a problem: then it is stale. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly problem: ApiProblem | undefined;
  readonly isLoading: boolean;
  /** When the answer came, by this machine's clock. */
  readonly loadedAtMs: number | undefined;
  readonly reload: () => void;
}

interface Kept {
  readonly data: unknown;
  readonly atMs: number;
}

/** Answers by address, so that going back shows at once what was there; each is asked for again. */
const kept = new Map<string, Kept>();
const MAX_KEPT = 60;
const REFRESH_MS = 60_000;

const keep = (address: string, data: unknown): Kept => {
  const one = { data, atMs: Date.now() };
  kept.delete(address);
  kept.set(address, one);
  const oldest = kept.keys().next().value;
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return one;
};

interface State {
  readonly address: string | undefined;
  readonly problem?: ApiProblem;
  readonly isLoading: boolean;
}

const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem({ code: 'unreadable', title: 'Not readable', detail: error instanceof Error ? error.message : String(error) });

/** Reads an address, again every minute while the page is looked at, and again on `reload`. Without an address nothing is read. */
export const useApi = <P extends Path>(address: Address<P> | undefined): Loaded<Answer<P>> => {
  const [state, setState] = useState<State>({ address, isLoading: address !== undefined });
  const [asked, setAsked] = useState(0);
  const reload = useCallback(() => setAsked((count) => count + 1), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each `reload` asks again
  useEffect(() => {
    if (address === undefined) return undefined;
    let isCurrent = true;
    const load = (): void => {
      setState({ address, isLoading: true });
      read(address).then(
        (data) => {
          keep(address, data);
          if (isCurrent) setState({ address, isLoading: false });
        },
        (error: unknown) => {
          if (isCurrent) setState({ address, isLoading: false, problem: asProblem(error) });
        },
      );
    };
    load();
    const refresh = setInterval(() => {
      if (document.visibilityState === 'visible') load();
    }, REFRESH_MS);
    return () => {
      isCurrent = false;
      clearInterval(refresh);
    };
  }, [address, asked]);
  const found = address === undefined ? undefined : kept.get(address);
  const isOfAddress = state.address === address;
  return {
    data: found?.data as Answer<P> | undefined,
    loadedAtMs: found?.atMs,
    problem: isOfAddress ? state.problem : undefined,
    isLoading: address !== undefined && (!isOfAddress || state.isLoading),
    reload,
  };
};
