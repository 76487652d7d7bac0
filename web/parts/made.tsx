import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiProblem } from '../api/problem.ts';
import type { Loaded } from '../api/use-api.ts';
import { LoadedView } from './states.tsx';

const NOT_MADE = 'ledger-not-made';
const ASK_AGAIN_MS = 5_000;

/** What is decided from all facts when somebody asks for it: until it is made, how far it is, and the button that has it made. */
export function MadeView<T>({
  loaded,
  what,
  make,
  children,
}: {
  readonly loaded: Loaded<T>;
  readonly what: string;
  /** Has it made. */
  readonly make: () => Promise<unknown>;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const [problem, setProblem] = useState<string>();
  const [isAsked, setAsked] = useState(false);
  const { problem: told, reload } = loaded;
  const isNotMade = told?.code === NOT_MADE;
  useEffect(() => {
    if (!isNotMade) return undefined;
    const again = setInterval(reload, ASK_AGAIN_MS);
    return () => clearInterval(again);
  }, [isNotMade, reload]);
  const ask = async (): Promise<void> => {
    setAsked(true);
    setProblem(undefined);
    try {
      await make();
      reload();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(`${error.title}: ${error.message}`);
      setAsked(false);
    }
  };
  if (!isNotMade) {
    // While it is asked again, what was told before stands.
    if (isAsked && loaded.data === undefined && told === undefined) return <Making what={what} />;
    return (
      <LoadedView loaded={loaded} what={what}>
        {children}
      </LoadedView>
    );
  }
  return (
    <Alert
      type="info"
      header={`Not made yet: ${what}`}
      action={
        <Button onClick={() => void ask()} disabled={isAsked}>
          Have it made
        </Button>
      }
    >
      {problem ?? told.message}
    </Alert>
  );
}

const Making = ({ what }: { readonly what: string }): ReactNode => (
  <Alert type="info" header={`Not made yet: ${what}`}>
    It is being made from all facts.
  </Alert>
);
